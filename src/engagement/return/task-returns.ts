// What a return takes back of tasks: what its purchases did for turns that are not completed, of tasks that say so.
import type { Id } from '../../kernel/id';
import { type AccountKey, accountKey, accountParts, available, kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { type ChainDraft, contraAccount } from '../../members/credit';
import type { Catalogue } from '../../program/catalogue';
import type { RecordedEvent } from '../event/event.store';
import { CONSUMER_GROUPS } from '../event/event-consumer';
import { returnedOf } from '../task/task-accounts';

/** A chain has room for so many, beside what was earned. */
const TURNS_MAX = 20;

/** What one purchase did for one turn. */
interface Done {
  readonly reversible: AccountKey;
  /** What is left to do of the turn, and where what was taken from it went. */
  readonly left: AccountKey;
  readonly done: AccountKey;
  readonly amount: number;
}

export interface TaskReturnParts {
  readonly purchases: readonly RecordedEvent[];
  /** The events of those returns of the order that have taken back their part, and of this one. */
  readonly returns: readonly RecordedEvent[];
  readonly ledger: LedgerService;
  readonly catalogue: Catalogue;
}

/** Adds what goes back. A part of an order takes its part of money and quantities; a count when all is back. */
export async function addTaskReturns(draft: ChainDraft, memberId: Id, parts: TaskReturnParts): Promise<void> {
  const { purchases, ledger } = parts;
  const did = (await Promise.all(purchases.map((purchase) => doneBy(purchase, parts)))).flat().slice(0, TURNS_MAX);
  if (did.length === 0) return;
  const balances = await ledger.balancesOf(memberId);
  let group = CONSUMER_GROUPS;
  for (const { reversible, left, done, amount } of did) {
    const balance = balances.get(left);
    // Nothing left to do: the turn is completed, and stays so.
    if (!balance || available(balance) === 0) continue;
    const before = (await ledger.balancesOf(accountParts(reversible).holder)).get(reversible);
    const taken = before ? amount - available(before) : 0;
    const asked = partBack(amount, parts) - taken;
    if (asked <= 0) continue;
    const source = contraAccount(KIND.REVERSAL, accountParts(left).unit);
    const returned = returnedOf(left);
    // Opened with what the purchase did, by its first return; so all returns together take no more than that.
    draft.open(reversible, source, amount);
    draft.open(returned, source);
    draft.move(reversible, returned, asked, TRANSFER_CODES.REVERSE, group);
    draft.move(done, left, asked, TRANSFER_CODES.REVERSE, group);
    group += 1;
  }
}

async function doneBy({ event }: RecordedEvent, { ledger, catalogue }: TaskReturnParts): Promise<Done[]> {
  if (!catalogue.tasks.some(({ on, takenBack }) => takenBack && on === event.type)) return [];
  return (await ledger.transfersUnder(event.id)).flatMap(({ code, debit: left, credit: done, amount }): Done[] => {
    if (code !== TRANSFER_CODES.TASK || kindOf(left) !== KIND.TASK_LEFT) return [];
    if (!catalogue.task(accountParts(done).holder)?.takenBack) return [];
    const { ref, item, period, unit } = accountParts(left);
    const reversible = accountKey({ holder: event.id, kind: KIND.REVERSIBLE, ref, item, period, unit });
    return [{ reversible, left, done, amount }];
  });
}

/** Of what a purchase did, all that is back with this return: floored, so that a count goes back with the last part. */
function partBack(amount: number, { purchases, returns }: TaskReturnParts): number {
  const moneyOf = (events: readonly RecordedEvent[], whole: bigint) =>
    events.reduce((sum, { event }) => sum + (event.amount === undefined ? whole : BigInt(event.amount)), 0n);
  const total = moneyOf(purchases, 0n);
  const back = moneyOf(returns, total);
  return back >= total ? amount : Number((BigInt(amount) * back) / total);
}
