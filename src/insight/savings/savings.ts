// What a member saved: sums of its savings accounts, which redemptions fill when they are used.
import type { Instant } from '../../kernel/clock';
import { kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS } from '../../ledger/chart';
import { currentTerm, type Term } from '../../members/member';
import type { Standing } from '../../members/member.view';
import { leftOn, savingsMonthAccount } from '../../members/member-accounts';

export interface Savings {
  /** In the minor unit of the program's currency, by use in the running month. */
  readonly thisMonth: number;
  /** By use, ever. */
  readonly total: number;
  /** Face value of coupons that are issued and may still be used. */
  readonly potential: number;
  /** The running term of the member's membership card. */
  readonly term?: Term;
  readonly brokeEvenAt?: Instant;
}

export function savingsOf(standing: Standing): Savings {
  const { rows, catalogue, now } = standing;
  let [total, potential] = [0, 0];
  for (const [account, balance] of rows.balances) {
    if (kindOf(account) !== ACCOUNT_KINDS.SAVINGS) continue;
    total += balance.creditsPosted - balance.debitsPosted;
    potential += balance.creditsPending;
  }
  const month = catalogue.time.periodAt('MONTH', now);
  const thisMonth = leftOn(rows.balances, savingsMonthAccount(rows.member.id, month, catalogue.settings.currency));
  const memberships = rows.cards.filter(
    (card) => card.status === 'ACTIVE' && catalogue.plan(card.planId)?.kind === 'MEMBERSHIP',
  );
  const term = memberships.map((card) => currentTerm(card, now)).find((running) => running !== undefined);
  return { thisMonth, total, potential, term, brokeEvenAt: term?.brokeEvenAt };
}
