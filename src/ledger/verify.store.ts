// What the verification reads: whole tables in the order of a key, a page at a time.
import type { Sql, SqlRow } from '../database/sql';
import { type Id, idToBytes } from '../kernel/id';
import { fromTransferRow, TRANSFER_COLUMNS } from './ledger.store';
import type { Transfer } from './transfer';

const PAGE_ROWS = 4_000;

/** Amounts arrive as text, because a damaged one may be anything and must not be rounded on its way. */
function text(expression: string): string {
  return `CAST(${expression} AS CHAR)`;
}

const BALANCE = ['credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'];
const STORED = BALANCE.map(text).join(', ');
const POSTED = text('SUM(CASE WHEN kind = 2 THEN 0 ELSE amount END)');
const PENDING = text('SUM(CASE WHEN kind = 2 THEN amount ELSE -released END)');

/** Columns: account, four amounts. */
export function accountPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(
    `SELECT account, ${STORED} FROM ledger_account WHERE account > ? ORDER BY account LIMIT ${PAGE_ROWS}`,
    [after],
  );
}

/** Columns: account, four amounts. */
export function contraPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(
    `SELECT account, ${STORED} FROM ledger_contra WHERE account > ? ORDER BY account LIMIT ${PAGE_ROWS}`,
    [after],
  );
}

/** Columns: id, what a batch moved on contra accounts. */
export function contraDeltaPage(sql: Sql, after: number): Promise<SqlRow[]> {
  return sql.arrays(`SELECT id, moved FROM ledger_contra_delta WHERE id > ? ORDER BY id LIMIT 100`, [after]);
}

/** Columns: account, sum posted, sum pending, number of transfers on this side of the account. */
export function sidePage(sql: Sql, side: 'debit' | 'credit', after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(
    `SELECT ${side}, ${POSTED}, ${PENDING}, COUNT(*)
     FROM ledger_transfer${sql.dialect.byIndex(`ledger_transfer_${side}`)}
     WHERE ${side} > ? GROUP BY ${side} ORDER BY ${side} LIMIT ${PAGE_ROWS}`,
    [after],
  );
}

/**
 * Columns: id, kind, debit, credit, amount, released, pending id, id of the transfer that ends this hold; and of the
 * hold that this transfer ends: kind, debit, credit, amount.
 */
export function transferPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(
    `SELECT t.id, t.kind, t.debit, t.credit, ${text('t.amount')}, ${text('t.released')}, t.pending_id, r.id,
            p.kind, p.debit, p.credit, ${text('p.amount')}
     FROM ledger_transfer t
     LEFT JOIN ledger_transfer r ON t.kind = 2 AND r.pending_id = t.id
     LEFT JOIN ledger_transfer p ON p.id = t.pending_id
     WHERE t.id > ? ORDER BY t.id LIMIT ${PAGE_ROWS}`,
    [after],
  );
}

/** Columns: chain, number of open holds. */
export function holdPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(`SELECT chain, open FROM ledger_hold WHERE chain > ? ORDER BY chain LIMIT ${PAGE_ROWS}`, [after]);
}

/** Columns: chain key, id, status, number of transfers. */
export function chainPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(
    `SELECT chain_key, id, status, transfers FROM ledger_chain
     WHERE chain_key > ? ORDER BY chain_key LIMIT ${PAGE_ROWS}`,
    [after],
  );
}

/** The ids alone, for a second look at chains that do not agree. */
export function transferIdPage(sql: Sql, after: Buffer): Promise<SqlRow[]> {
  return sql.arrays(`SELECT id FROM ledger_transfer WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`, [after]);
}

/** How many rows there are to look at, for showing progress. */
export async function countRows(sql: Sql): Promise<{ accounts: number; transfers: number; chains: number }> {
  const count = async (table: string): Promise<number> =>
    Number((await sql.arrays(`SELECT COUNT(*) FROM ${table}`))[0]?.[0]);
  return {
    accounts: await count('ledger_account'),
    transfers: await count('ledger_transfer'),
    chains: await count('ledger_chain'),
  };
}

/** The next transfers of all, in the order of their ids. */
export async function transfersAfter(sql: Sql, after: Id, limit: number): Promise<Transfer[]> {
  const rows = await sql.arrays(
    `SELECT ${TRANSFER_COLUMNS} FROM ledger_transfer WHERE id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`,
    [idToBytes(after)],
  );
  return rows.map(fromTransferRow);
}
