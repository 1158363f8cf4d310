// What a return takes back of tasks: what its purchases did for turns that are not completed, of tasks that say so.
import { type AccountKey, accountKey, accountParts, available, kindOf } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import { type ChainDraft, contraAccount } from '../../members/credit';
import type { Catalogue } from '../../program/catalogue';
import type { RecordedEvent } from '../event/event.store';
import { CONSUMER_GROUPS } from '../event/event-consumer';
import { returnedOf } from '../task/task-accounts';
import type { StoredReturn } from './return.store';

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

/** Adds what goes back. A part of an order takes its part of money and quantities; a count when all is back. */
export async function addTaskReturns(
  draft: ChainDraft,
  one: StoredReturn,
  events: readonly RecordedEvent[],
  { ledger, catalogue }: { readonly ledger: LedgerService; readonly catalogue: Catalogue },
): Promise<void> {
  const purchases = events.filter(({ event }) => event.type === 'PURCHASE');
  const did = (await Promise.all(purchases.map((purchase) => doneBy(purchase, ledger, catalogue)))).flat();
  if (did.length === 0) return;
  const balances = await ledger.balancesOf(one.memberId);
  const partOf = partBy(one, events);
  let group = CONSUMER_GROUPS;
  for (const { reversible, left, done, amount } of did.slice(0, TURNS_MAX)) {
    const asked = partOf(amount);
    const balance = balances.get(left);
    // Nothing left to do: the turn is completed, and stays so.
    if (asked === 0 || !balance || available(balance) === 0) continue;
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

async function doneBy({ event }: RecordedEvent, ledger: LedgerService, catalogue: Catalogue): Promise<Done[]> {
  if (!catalogue.tasks.some(({ on, takenBack }) => takenBack && on === event.type)) return [];
  return (await ledger.transfersUnder(event.id)).flatMap(({ code, debit: left, credit: done, amount }): Done[] => {
    if (code !== TRANSFER_CODES.TASK || kindOf(left) !== KIND.TASK_LEFT) return [];
    if (!catalogue.task(accountParts(done).holder)?.takenBack) return [];
    const { ref, item, period, unit } = accountParts(left);
    const reversible = accountKey({ holder: event.id, kind: KIND.REVERSIBLE, ref, item, period, unit });
    return [{ reversible, left, done, amount }];
  });
}

/** What is back with this return less what was back before it, floored each: so the parts add up to the whole. */
function partBy({ id }: StoredReturn, events: readonly RecordedEvent[]): (amount: number) => number {
  const total = events.reduce(
    (sum, { event }) => sum + (event.type === 'PURCHASE' ? BigInt(event.amount ?? 0) : 0n),
    0n,
  );
  const returns = events
    .filter(({ event }) => event.type === 'RETURN')
    .toSorted((left, right) => left.recordedAt - right.recordedAt || (left.event.id < right.event.id ? -1 : 1));
  const at = returns.findIndex(({ event }) => event.id === id);
  const back = (some: readonly RecordedEvent[]): bigint => {
    let sum = 0n;
    for (const { event } of some) sum += event.amount === undefined ? total : BigInt(event.amount);
    if (sum > total) return total;
    return sum;
  };
  if (total === 0n) return (amount) => (at === 0 ? amount : 0);
  const [before, after] = [back(returns.slice(0, at)), back(returns.slice(0, at + 1))];
  return (amount) => Number((BigInt(amount) * after) / total - (BigInt(amount) * before) / total);
}
