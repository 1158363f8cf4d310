// Holds that are open: their rows, which name the instant they run out, and what is past its time.

import type { Dialect } from '../database/dialect';
import { questionMarks } from '../database/dialect';
import { HexBytes, type Insert, type InsertRow, type Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';
import type { Hold } from './decide';
import { amountOf, bytes, fromTransferRow, hexOf, KEYS_A_STATEMENT, TRANSFER_COLUMNS } from './ledger.store';
import { TRANSFER_KINDS, type Transfer } from './transfer';

type Holds = ReadonlyMap<Id, Hold>;

/** The rows of chains that have open holds, as far as they changed. */
export function holdInsert(dialect: Dialect, before: Holds, after: Holds): Insert {
  const rows: InsertRow[] = [];
  for (const [chain, hold] of after) {
    if (hold.open > 0 && before.get(chain) !== hold) rows.push([new HexBytes(chain), hold.expiresAt, hold.open]);
  }
  const tail = dialect.onDuplicateUpdate(['chain'], ['expires_at', 'open']);
  return { table: 'ledger_hold', columns: ['chain', 'expires_at', 'open'], rows, tail };
}

/** A chain without an open hold has no row. */
export async function deleteEndedHolds(tx: Sql, before: Holds, after: Holds): Promise<void> {
  const ended = [...before.keys()].filter((chain) => after.get(chain)?.open === 0);
  for (let from = 0; from < ended.length; from += KEYS_A_STATEMENT) {
    const some = ended.slice(from, from + KEYS_A_STATEMENT).sort();
    await tx.run(`DELETE FROM ledger_hold WHERE chain IN (${questionMarks(some.length)})`, some.map(idToBytes));
  }
}

export interface ExpiredHold {
  readonly expiresAt: Instant;
  readonly chain: Id;
}

/** Chains whose holds are past their time, oldest first, from the one that follows `after`. */
export async function expiredHolds(sql: Sql, now: Instant, limit: number, after?: ExpiredHold): Promise<ExpiredHold[]> {
  const { expiresAt, chain } = after ?? { expiresAt: -1, chain: '' };
  const rows = await sql.arrays(
    `SELECT expires_at, chain FROM ledger_hold
     WHERE expires_at <= ? AND expires_at >= ? AND (expires_at > ? OR chain > ?)
     ORDER BY expires_at, chain LIMIT ${Math.trunc(limit)}`,
    [now, expiresAt, expiresAt, bytes(chain)],
  );
  return rows.map((row) => ({ expiresAt: amountOf(row[0]), chain: hexOf(row[1]) }));
}

/** The holds of a chain that nothing has ended. */
export async function openHoldsOf(sql: Sql, chain: Id): Promise<Transfer[]> {
  const columns = TRANSFER_COLUMNS.split(', ').map((column) => `t.${column}`);
  const rows = await sql.arrays(
    `SELECT ${columns.join(', ')} FROM ledger_transfer t LEFT JOIN ledger_transfer r ON r.pending_id = t.id
     WHERE t.id BETWEEN ? AND ? AND t.kind = ${TRANSFER_KINDS.HOLD} AND r.id IS NULL ORDER BY t.id`,
    [idToBytes(chain), bytes(`${chain.slice(0, 30)}ff`)],
  );
  return rows.map(fromTransferRow);
}
