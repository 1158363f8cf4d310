// What was given, received, held and is left of agreements: read from the ledger, never kept beside it.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { COUNT } from '../kernel/money';
import type { BusinessTime } from '../kernel/period';
import { type AccountKey, accountParts, available, type Balance } from '../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { ExchangeCeiling } from '../program/agreement-definition';
import { type AgreementItem, ceilingsOf, type FullAgreement } from './agreement';
import { aheadThrough, inForceAt, phasesOf } from './agreement-phases';
import { leftAfterSteps } from './amended-limits';
import { ceilingUsedAccount, overdrawnAccount } from './exchange-accounts';
import { roomLimit } from './exchange-transfers';

/** In pieces, and in the minor unit. */
export interface Sum {
  readonly quantity: number;
  readonly value: number;
}

export interface CeilingBalance extends ExchangeCeiling {
  /** When the running period ends; absent for the whole agreement. */
  readonly resetsAt?: Instant;
  readonly used: number;
  /** By coupons that may still be used, or that a partner has not answered for. */
  readonly held: number;
  /** Below zero where more came than was agreed: under a ceiling that is not enforced, or by a delivery. */
  readonly left: number;
}

export interface ItemBalance {
  readonly item: AgreementItem;
  /** By the side that gives it. */
  readonly given: Sum;
  readonly held: Sum;
  readonly ceilings: readonly CeilingBalance[];
}

/** In the minor unit. */
export interface AgreementBalances {
  readonly items: readonly ItemBalance[];
  readonly given: number;
  readonly received: number;
  readonly held: number;
  /** received − given: above zero the partner is ahead, below zero the operator. */
  readonly imbalance: number;
  /** By how much the partner may still get ahead, holds counted; below zero where a revision took more. */
  readonly roomLeft?: number;
  /** What was delivered beyond that. */
  readonly overdrawn: number;
}

export class BalanceBook {
  constructor(private readonly ledger: LedgerService) {}

  /** Two statements an agreement. By the terms in force; of a draft, by those that wait. */
  async of({ agreement, revisions }: FullAgreement, time: BusinessTime, now: Instant): Promise<AgreementBalances> {
    const { id, currency } = agreement;
    const { terms } = inForceAt(revisions, now) ?? revisions.at(-1)!;
    const [enforced, contra] = await Promise.all([this.ledger.balancesOf(id), this.ledger.contraSumsOf(id)]);
    const items = terms.items.map((item) => ({
      item,
      ...totalsOf(contra, item, currency),
      ceilings: ceilingsOf(item).map((ceiling) => ceilingBalance({ agreement, item, ceiling, contra, time, now })),
    }));
    const all = [...sumsBy(contra, currency)];
    const sumOf = (kind: number, part: 'posted' | 'pending') =>
      all.filter((sum) => sum.kind === kind).reduce((sum, one) => sum + one[part], 0);
    const [given, received] = [sumOf(KIND.EXCHANGE_GIVEN, 'posted'), sumOf(KIND.EXCHANGE_RECEIVED, 'posted')];
    const overdrawn = enforced.get(overdrawnAccount(id, currency));
    const { theirsAhead } = terms.allowedImbalance;
    const begun = phasesOf(agreement, revisions).filter(({ startsAt }) => startsAt <= now);
    const { earlierAhead } = aheadThrough(begun);
    const room = roomLimit({ agreementId: id, currency, theirsAhead, earlierAhead });
    return {
      items,
      given,
      received,
      held: sumOf(KIND.EXCHANGE_RECEIVED, 'pending'),
      imbalance: received - given,
      roomLeft: theirsAhead === undefined ? undefined : leftAfterSteps(room.limit, room.opensWith, enforced),
      overdrawn: overdrawn ? available(overdrawn) : 0,
    };
  }
}

/** Of each total of an agreement in one unit: credits − debits. */
function* sumsBy(contra: ReadonlyMap<AccountKey, Balance>, unit: string) {
  for (const [account, balance] of contra) {
    const { kind, item, unit: of } = accountParts(account);
    if (of !== unit || (kind !== KIND.EXCHANGE_GIVEN && kind !== KIND.EXCHANGE_RECEIVED)) continue;
    const posted = balance.creditsPosted - balance.debitsPosted;
    yield { kind, item, posted, pending: balance.creditsPending - balance.debitsPending };
  }
}

function totalsOf(contra: ReadonlyMap<AccountKey, Balance>, { number, side }: AgreementItem, currency: string) {
  const kind = side === 'PARTNER' ? KIND.EXCHANGE_RECEIVED : KIND.EXCHANGE_GIVEN;
  const sumIn = (unit: string) => {
    const own = [...sumsBy(contra, unit)].filter((sum) => sum.kind === kind && sum.item === number);
    return {
      posted: own.reduce((sum, { posted }) => sum + posted, 0),
      pending: own.reduce((sum, { pending }) => sum + pending, 0),
    };
  };
  const [pieces, value] = [sumIn(COUNT), sumIn(currency)];
  return {
    given: { quantity: pieces.posted, value: value.posted },
    held: { quantity: pieces.pending, value: value.pending },
  };
}

function ceilingBalance(of: {
  readonly agreement: { readonly id: Id };
  readonly item: AgreementItem;
  readonly ceiling: ExchangeCeiling;
  readonly contra: ReadonlyMap<AccountKey, Balance>;
  readonly time: BusinessTime;
  readonly now: Instant;
}): CeilingBalance {
  const { agreement, item, ceiling, contra, time, now } = of;
  const period = time.periodAt(ceiling.period, now);
  const sum = contra.get(ceilingUsedAccount({ agreementId: agreement.id, item: item.number }, period));
  const used = sum ? sum.creditsPosted - sum.debitsPosted : 0;
  const held = sum ? sum.creditsPending : 0;
  const resetsAt = time.nextPeriodAt(ceiling.period, now);
  return { ...ceiling, resetsAt, used, held, left: ceiling.quantity - used - held };
}
