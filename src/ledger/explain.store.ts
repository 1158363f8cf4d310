// What the explanation of one balance reads: its transfers in the order of time, and what came before them.
import { questionMarks } from '../database/dialect';
import type { Sql, SqlRow } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';
import { type AccountKey, type Balance, isEnforced } from './account';
import { readContra } from './contra.store';
import { amountOf, bytes, fromBalanceRow, fromTransferRow, hexOf, TRANSFER_COLUMNS } from './ledger.store';
import type { Transfer } from './transfer';

/** A place in the history of an account: the transfer after which it goes on. */
export interface Place {
  readonly at: Instant;
  readonly id: Id;
}

export interface ExplainedRow {
  readonly transfer: Transfer;
  /** What ended this hold. */
  readonly endedBy?: Transfer;
}

const SIDES = ['debit', 'credit'] as const;

export async function chainUnder(sql: Sql, key: Id): Promise<Id | undefined> {
  const [row] = await sql.arrays('SELECT id FROM ledger_chain WHERE chain_key = ?', [idToBytes(key)]);
  return row && hexOf(row[0]);
}

/** The place of a transfer in the account's history; `undefined` when it is not one of its transfers. */
export async function placeOf(sql: Sql, account: AccountKey, id: Id): Promise<Place | undefined> {
  const [row] = await sql.arrays('SELECT created_at FROM ledger_transfer WHERE id = ? AND (debit = ? OR credit = ?)', [
    idToBytes(id),
    bytes(account),
    bytes(account),
  ]);
  return row && { at: amountOf(row[0]), id };
}

/** Up to `limit` transfers of the account after a place, in the order in which they were decided. */
export async function historyPage(
  sql: Sql,
  account: AccountKey,
  limit: number,
  after: Place = { at: -1, id: '' },
): Promise<ExplainedRow[]> {
  const key = bytes(account);
  const columns = TRANSFER_COLUMNS.split(', ');
  const from = [key, after.at, after.at, bytes(after.id)];
  const one = (side: string): string =>
    `SELECT id, created_at FROM ledger_transfer
     WHERE ${side} = ? AND (created_at > ? OR (created_at = ? AND id > ?))`;
  const rows = await sql.arrays(
    `SELECT ${columns.map((column) => `t.${column}`).join(', ')}, ${columns.map((column) => `r.${column}`).join(', ')}
     FROM (
       SELECT id FROM (${SIDES.map(one).join(' UNION ALL ')}) AS touched
       ORDER BY created_at, id LIMIT ${Math.trunc(limit)}
     ) AS page
     JOIN ledger_transfer t ON t.id = page.id
     LEFT JOIN ledger_transfer r ON r.pending_id = t.id
     ORDER BY t.created_at, t.id`,
    [...from, ...from],
  );
  return rows.map((row) => ({
    transfer: fromTransferRow(row),
    endedBy: row[columns.length] === null ? undefined : fromTransferRow(row.slice(columns.length)),
  }));
}

/** What the account's transfers up to a place, that one included, add up to. */
export async function balanceAt(sql: Sql, account: AccountKey, place: Place): Promise<Balance> {
  const side = async (column: string): Promise<SqlRow> => {
    const [row] = await sql.arrays(
      `SELECT COALESCE(SUM(CASE WHEN kind = 2 THEN 0 ELSE amount END), 0),
              COALESCE(SUM(CASE WHEN kind = 2 THEN amount ELSE -released END), 0)
       FROM ledger_transfer WHERE ${column} = ? AND (created_at < ? OR (created_at = ? AND id <= ?))`,
      [bytes(account), place.at, place.at, idToBytes(place.id)],
    );
    // SUM answers DECIMAL, which arrives as text on MySQL.
    return row!.map(Number);
  };
  return fromBalanceRow([...(await side('credit')), ...(await side('debit'))], 0);
}

/** The balance as it is stored; for a contra account its sums. */
export async function storedBalance(sql: Sql, account: AccountKey): Promise<Balance | undefined> {
  if (!isEnforced(account)) return (await readContra(sql, account)).get(account);
  const [row] = await sql.arrays(
    'SELECT credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account WHERE account = ?',
    [bytes(account)],
  );
  return row && fromBalanceRow(row, 0);
}

/** When the open holds of these chains run out. */
export async function expiryOfHolds(sql: Sql, chains: readonly Id[]): Promise<Map<Id, Instant>> {
  if (chains.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT chain, expires_at FROM ledger_hold WHERE chain IN (${questionMarks(chains.length)})`,
    chains.map(idToBytes),
  );
  return new Map(rows.map((row) => [hexOf(row[0]), amountOf(row[1])]));
}
