// Why is this much left? The transfers behind one balance in the order of time, with what each of them left.
import type { Database } from '../database/database';
import type { Sql } from '../database/sql';
import { assert } from '../kernel/assert';
import type { Instant } from '../kernel/clock';
import { baseOf, type Id } from '../kernel/id';
import { type Column, textTable } from '../kernel/text-table';
import { type AccountKey, available, type Balance, EMPTY_BALANCE } from './account';
import { transferCodeName } from './chart';
import { movementsOf } from './contra.store';
import { type AccountDescription, describeAccount, unitWords } from './describe';
import { balanceAt, type ExplainedRow, expiryOfHolds, historyPage, placeOf, storedBalance } from './explain.store';
import type { TransferKind } from './transfer';

export type HoldEnd =
  | { readonly kind: 'POST' | 'VOID'; readonly at: Instant; readonly amount: number }
  | { readonly kind: 'OPEN'; readonly expiresAt: Instant };

export interface ExplainedLine {
  readonly id: Id;
  readonly chain: Id;
  readonly at: Instant;
  /** The name of the transfer's code. */
  readonly code: string;
  readonly kind: TransferKind;
  /** `IN` is a credit of the account, `OUT` a debit. */
  readonly direction: 'IN' | 'OUT';
  readonly amount: number;
  /** The other account. */
  readonly other: AccountKey;
  /** The balance with this transfer and all before it. */
  readonly after: Balance;
  /** Of a hold: how it ended, or until when it stands. */
  readonly end?: HoldEnd;
}

export interface Explanation {
  readonly account: AccountDescription;
  /** As it is stored; `undefined` when there is no such account. */
  readonly balance: Balance | undefined;
  readonly lines: readonly ExplainedLine[];
  /** When true, ask again with `after` set to the id of the last line. */
  readonly hasMore: boolean;
}

export interface ExplainOptions {
  /** Lines at most; 100 unless told. */
  readonly limit?: number;
  /** The id of the transfer after which to go on. */
  readonly after?: Id;
}

/**
 * Lines come in the order in which the ledger decided them, to the millisecond; within one millisecond by id. Reads
 * one snapshot, so the last line of the last page agrees with `balance` whatever commits meanwhile.
 */
export async function explainAccount(
  database: Database,
  account: AccountKey,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { limit = 100, after } = options;
  assert(Number.isSafeInteger(limit) && limit > 0, `limit ${limit} is not a number above zero`);
  return database.snapshot((sql) => explainSnapshot(sql, account, limit, after));
}

async function explainSnapshot(sql: Sql, account: AccountKey, limit: number, after?: Id): Promise<Explanation> {
  const place = after && (await placeOf(sql, account, after));
  if (after && !place) throw new RangeError(`transfer ${after} is none of this account: give the id of a line shown`);
  const rows = await historyPage(sql, account, limit + 1, place || undefined);
  const start = place ? await balanceAt(sql, account, place) : EMPTY_BALANCE;
  const shown = rows.slice(0, limit);
  const open = shown.filter(({ transfer, endedBy }) => transfer.kind === 'HOLD' && !endedBy);
  const expiry = await expiryOfHolds(sql, [...new Set(open.map(({ transfer }) => baseOf(transfer.id)))]);
  return {
    account: describeAccount(account),
    balance: await storedBalance(sql, account),
    lines: toLines(account, shown, start, expiry),
    hasMore: rows.length > limit,
  };
}

function toLines(
  account: AccountKey,
  rows: readonly ExplainedRow[],
  start: Balance,
  expiry: ReadonlyMap<Id, Instant>,
): ExplainedLine[] {
  let after = start;
  return rows.map((row) => {
    const { id, kind, code, amount, debit, credit, createdAt: at } = row.transfer;
    const moved = movementsOf([row.transfer], (touched) => touched === account).get(account) ?? EMPTY_BALANCE;
    after = sum(after, moved);
    const direction = credit === account ? 'IN' : 'OUT';
    const other = direction === 'IN' ? debit : credit;
    const chain = baseOf(id);
    return {
      id,
      chain,
      at,
      code: transferCodeName(code),
      kind,
      direction,
      amount,
      other,
      after,
      end: endOf(row, expiry.get(chain)),
    };
  });
}

function sum(left: Balance, right: Balance): Balance {
  return {
    creditsPosted: left.creditsPosted + right.creditsPosted,
    creditsPending: left.creditsPending + right.creditsPending,
    debitsPosted: left.debitsPosted + right.debitsPosted,
    debitsPending: left.debitsPending + right.debitsPending,
  };
}

function endOf({ transfer, endedBy }: ExplainedRow, expiresAt: Instant | undefined): HoldEnd | undefined {
  if (transfer.kind !== 'HOLD') return undefined;
  if (endedBy) return { kind: endedBy.kind as 'POST' | 'VOID', at: endedBy.createdAt, amount: endedBy.amount };
  return expiresAt === undefined ? undefined : { kind: 'OPEN', expiresAt };
}

const COLUMNS: Column[] = [
  { title: 'time (UTC)' },
  { title: 'what' },
  { title: 'amount', align: 'right' },
  { title: 'posted', align: 'right' },
  { title: 'pending', align: 'right' },
  { title: 'available', align: 'right' },
  { title: 'hold' },
  { title: 'chain' },
  { title: 'other account' },
];

/** The explanation as a table for a terminal. */
export function renderExplanation({ account, balance, lines, hasMore }: Explanation): string {
  const rows = lines.map((line) => [
    time(line.at),
    `${line.code} ${line.kind.toLowerCase()}`,
    line.direction === 'IN' ? line.amount : -line.amount,
    posted(line.after),
    pending(line.after),
    account.enforced ? available(line.after) : undefined,
    line.end && endWords(line.end),
    line.chain,
    describeAccount(line.other).words,
  ]);
  const now = balance
    ? `stored: ${posted(balance)} posted, ${pending(balance)} pending` +
      (account.enforced ? `, ${available(balance)} available` : '')
    : 'there is no such account';
  const unit = unitWords(account.parts.unit);
  const more = hasMore ? [`more: go on after ${lines.at(-1)?.id}`] : [];
  return [account.words, `${now} (${unit}, in its smallest part)`, '', textTable(COLUMNS, rows), ...more].join('\n');
}

function posted(balance: Balance): number {
  return balance.creditsPosted - balance.debitsPosted;
}

function pending(balance: Balance): number {
  return balance.creditsPending - balance.debitsPending;
}

function endWords(end: HoldEnd): string {
  if (end.kind === 'OPEN') return `open until ${time(end.expiresAt)}`;
  return end.kind === 'POST' ? `posted ${end.amount} at ${time(end.at)}` : `voided at ${time(end.at)}`;
}

function time(instant: Instant): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
}
