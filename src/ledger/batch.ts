// One batch: read under locks, decide in memory, write everything, all in one transaction.
import type { Insert, Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import type { AccountKey, Balance } from './account';
import { contraInsert } from './contra.store';
import { type Books, type Decision, decideChain } from './decide';
import { deleteEndedHolds, holdInsert } from './hold.store';
import { accountInserts, chainInsert, readBooks, transferInsert } from './ledger.store';
import type { AppliedChain, Chain, ChainResult } from './transfer';
import { BalanceWatch, type BalanceWatcher } from './watch';

/**
 * Writes rows of another room that commit with a chain. Called once a batch with the rows of all applied chains; runs
 * again from the start when the transaction does, so it must do nothing but talk to `tx` and fill in its rows.
 */
export interface CompanionWriter<Row> {
  /** Writers run in this order, the same in every process, so that their locks never cross. */
  readonly order: number;
  write(tx: Sql, rows: readonly CompanionRow<Row>[]): Promise<void>;
}

export interface CompanionRow<Row> {
  readonly row: Row;
  readonly chain: AppliedChain;
}

export interface Companion<Row = unknown> {
  readonly writer: CompanionWriter<Row>;
  readonly row: Row;
}

/** Ties a row to its writer without losing its type. */
export function companion<Row>(writer: CompanionWriter<Row>, row: Row): Companion {
  return { writer, row } as Companion;
}

export interface Submission {
  readonly chain: Chain;
  readonly companions: readonly Companion[];
}

export async function runBatch(
  tx: Sql,
  submissions: readonly Submission[],
  now: Instant,
  watchers: readonly BalanceWatcher[] = [],
): Promise<ChainResult[]> {
  const books = await readBooks(
    tx,
    submissions.map(({ chain }) => chain),
  );
  const accountsBefore = new Map(books.accounts);
  const holdsBefore = new Map(books.holds);
  const after: Map<AccountKey, Balance>[] = [];
  const watch = new BalanceWatch(watchers);
  const decisions = submissions.map(({ chain, companions }, at) => {
    const decision = decideChain(books, chain, now);
    if (companions.length > 0 && decision.result.applied && decision.record) {
      after[at] = balancesAfter(chain, decision, books);
    }
    watch.note(decision, books, now);
    return decision;
  });
  await tx.insertAll(insertsOf());
  await deleteEndedHolds(tx, holdsBefore, books.holds);
  await writeCompanions(tx, submissions, decisions, after, now);
  await watch.tell(tx);
  return decisions.map((decision) => decision.result);

  function* insertsOf(): Generator<Insert> {
    yield* accountInserts(tx.dialect, accountsBefore, books.accounts);
    const transfers = decisions.flatMap((decision) => decision.transfers);
    yield transferInsert(transfers);
    yield holdInsert(tx.dialect, holdsBefore, books.holds);
    yield contraInsert(transfers);
    const recorded = decisions.flatMap((decision, at) =>
      decision.record
        ? [{ chain: submissions[at]!.chain, result: decision.result, transfers: decision.transfers.length }]
        : [],
    );
    yield chainInsert(recorded, now);
  }
}

function balancesAfter(chain: Chain, decision: Decision, books: Books): Map<AccountKey, Balance> {
  const balances = new Map<AccountKey, Balance>();
  const add = (account: AccountKey): void => {
    const balance = books.accounts.get(account);
    if (balance) balances.set(account, balance);
  };
  for (const { account } of chain.openings ?? []) add(account);
  for (const { debit, credit } of decision.transfers) {
    add(debit);
    add(credit);
  }
  return balances;
}

async function writeCompanions(
  tx: Sql,
  submissions: readonly Submission[],
  decisions: readonly Decision[],
  after: readonly Map<AccountKey, Balance>[],
  now: Instant,
): Promise<void> {
  const byWriter = new Map<CompanionWriter<unknown>, CompanionRow<unknown>[]>();
  for (const [at, { chain, companions }] of submissions.entries()) {
    const { result, record } = decisions[at]!;
    if (!record || !result.applied) continue;
    const balances = after[at];
    const applied: AppliedChain = {
      id: chain.id,
      flexibleAmount: result.flexibleAmount,
      groupAmounts: result.groupAmounts,
      now,
      balanceAfter: (account) => balances?.get(account),
    };
    for (const { writer, row } of companions) {
      const rows = byWriter.get(writer) ?? [];
      rows.push({ row, chain: applied });
      byWriter.set(writer, rows);
    }
  }
  const writers = [...byWriter].sort(([left], [right]) => left.order - right.order);
  for (const [writer, rows] of writers) await writer.write(tx, rows);
}
