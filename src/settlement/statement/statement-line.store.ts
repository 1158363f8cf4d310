// The SQL of the lines of statements, and of what of each account is in statements.
import { questionMarks } from '../../database/dialect';
import { HexBytes, type Sql, type SqlRow, type SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { type AccountKey, holderRange } from '../../ledger/account';
import { amountOf, hexOf } from '../../ledger/ledger.store';
import type { LineKind, StatementLine, Sum } from './statement';

/** A line as it is kept: its item by number. */
export interface LineRow extends Sum {
  /** Of the chain. */
  readonly id: Id;
  readonly at: Instant;
  readonly item: number;
  /** Of the account that it moved. */
  readonly month: number;
  readonly kind: LineKind;
  readonly reference?: string;
}

/** What was added to an account, and what was taken from it. */
export interface AccountSums {
  readonly credits: number;
  readonly debits: number;
}

const COLUMNS = [
  'statement_id',
  'booked_at',
  'chain',
  'item',
  'kind',
  'month',
  'quantity',
  'value',
  'reference',
] as const;

export async function insertLines(tx: Sql, statementId: Id, rows: readonly LineRow[]): Promise<void> {
  const statement = idToBytes(statementId);
  await tx.insertMany(
    'statement_line',
    COLUMNS,
    rows.map(({ id, at, item, kind, month, quantity, value, reference }) => [
      ...[statement, at, idToBytes(id), item, kind, month, quantity, value],
      reference ?? null,
    ]),
  );
}

/** Deletes up to `limit` lines of a statement that is not issued; answers how many. */
export async function deleteLines(tx: Sql, statementId: Id, limit: number): Promise<number> {
  const rows = await tx.arrays(
    `SELECT booked_at, chain, item FROM statement_line WHERE statement_id = ?
     ORDER BY booked_at, chain, item LIMIT ${Math.trunc(limit)}`,
    [idToBytes(statementId)],
  );
  const last = rows.at(-1);
  if (!last) return 0;
  const [at, chain, item] = last as [SqlValue, SqlValue, SqlValue];
  return tx.run(
    `DELETE FROM statement_line WHERE statement_id = ? AND (booked_at < ?
       OR (booked_at = ? AND (chain < ? OR (chain = ? AND item <= ?))))`,
    [idToBytes(statementId), at, at, chain, chain, item],
  );
}

export interface LineKey {
  readonly at: Instant;
  readonly id: Id;
  readonly item: number;
}

function fromRow(row: SqlRow): LineRow {
  return {
    id: idFromBytes(row[2] as Buffer),
    at: amountOf(row[1]),
    item: Number(row[3]),
    kind: row[4] as LineKind,
    month: Number(row[5]),
    quantity: amountOf(row[6]),
    value: amountOf(row[7]),
    reference: row[8] === null ? undefined : String(row[8]),
  };
}

/** Lines in their order: by time, chain and item. */
export async function readLines(sql: Sql, statementId: Id, limit: number, after?: LineKey): Promise<LineRow[]> {
  const { at, id, item } = after ?? { at: -1, id: '0'.repeat(32), item: 0 };
  const rows = await sql.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM statement_line WHERE statement_id = ? AND booked_at >= ? AND (booked_at > ?
       OR chain > ? OR (chain = ? AND item > ?))
     ORDER BY booked_at, chain, item LIMIT ${Math.trunc(limit)}`,
    [idToBytes(statementId), at, at, idToBytes(id), idToBytes(id), item],
  );
  return rows.map(fromRow);
}

/** Which of these chains have a line of the item already. */
export async function statedChains(sql: Sql, item: number, chains: readonly Id[]): Promise<Set<Id>> {
  if (chains.length === 0) return new Set();
  const rows = await sql.arrays(
    `SELECT chain FROM statement_line WHERE item = ? AND chain IN (${questionMarks(chains.length)})`,
    [item, ...chains.map(idToBytes)],
  );
  return new Set(rows.map((row) => hexOf(row[0])));
}

/** What of the accounts of an agreement is in statements. */
export async function statedSums(sql: Sql, agreementId: Id): Promise<Map<AccountKey, AccountSums>> {
  const { from, to } = holderRange(agreementId);
  const rows = await sql.arrays('SELECT account, credits, debits FROM stated_account WHERE account BETWEEN ? AND ?', [
    from,
    to,
  ]);
  return new Map(rows.map((row) => [hexOf(row[0]), { credits: amountOf(row[1]), debits: amountOf(row[2]) }]));
}

export async function addStated(tx: Sql, sums: ReadonlyMap<AccountKey, AccountSums>): Promise<void> {
  const tail = tx.dialect.onDuplicateAdd(['account'], ['credits', 'debits']);
  const rows = [...sums].map(([account, { credits, debits }]) => [new HexBytes(account), credits, debits]);
  if (rows.length > 0) await tx.insertMany('stated_account', ['account', 'credits', 'debits'], rows, { tail });
}

const PAGE = 1_000;

type Items = readonly { readonly number: number; readonly code: string }[];

/** A line with the code of its item, and where it stands. */
export interface StatedLine extends StatementLine {
  readonly key: LineKey;
}

export async function statedLines(
  sql: Sql,
  statementId: Id,
  items: Items,
  limit: number,
  after?: LineKey,
): Promise<StatedLine[]> {
  const codes = new Map(items.map(({ number, code }) => [number, code]));
  const rows = await readLines(sql, statementId, limit, after);
  return rows.map(({ month: _month, item, ...row }) => {
    return { ...row, item: codes.get(item) ?? String(item), key: { at: row.at, id: row.id, item } };
  });
}

/** All lines of a statement in their order, a page in memory at a time. */
export async function* linesIn(sql: Sql, statementId: Id, items: Items): AsyncGenerator<StatementLine> {
  let after: LineKey | undefined;
  do {
    const lines: StatedLine[] = await statedLines(sql, statementId, items, PAGE, after);
    for (const { key: _key, ...line } of lines) yield line;
    after = lines.length === PAGE ? lines.at(-1)!.key : undefined;
  } while (after);
}
