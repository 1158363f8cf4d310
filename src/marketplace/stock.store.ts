// The SQL of stocks: balances for the board, and to which version of an offer its stock was aligned.
import { questionMarks } from '../database/dialect';
import { readProgress, saveProgress } from '../database/progress.store';
import type { Sql } from '../database/sql';
import type { Id } from '../kernel/id';
import type { AccountKey, Balance } from '../ledger/account';
import type { CompanionWriter } from '../ledger/batch';
import { bytes, fromBalanceRow, hexOf, KEYS_A_STATEMENT } from '../ledger/ledger.store';

export async function readAccounts(sql: Sql, accounts: readonly AccountKey[]): Promise<Map<AccountKey, Balance>> {
  if (accounts.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account IN (${questionMarks(accounts.length)})`,
    accounts.map(bytes),
  );
  return new Map(rows.map((row) => [hexOf(row[0]), fromBalanceRow(row, 1)]));
}

const PREFIX = 'stock:';

/** The version of each offer to which its stock was aligned last; those never aligned are missing. */
export async function readAligned(sql: Sql, offerIds: readonly Id[]): Promise<Map<Id, number>> {
  const versions = new Map<Id, number>();
  for (let from = 0; from < offerIds.length; from += KEYS_A_STATEMENT) {
    const names = offerIds.slice(from, from + KEYS_A_STATEMENT).map((id) => PREFIX + id);
    const rows = await sql.arrays(
      `SELECT name, position FROM work_progress WHERE name IN (${questionMarks(names.length)})`,
      names,
    );
    for (const row of rows) versions.set(String(row[0]).slice(PREFIX.length), Number(row[1]));
  }
  return versions;
}

export interface AlignedRow {
  readonly offerId: Id;
  /** The version that the chain was built on; 0 before the first. */
  readonly from: number;
  readonly to: number;
}

/** Thrown when an offer's stock is no longer aligned to the version that a chain was built on. */
export class StaleStockError extends Error {
  override readonly name = 'StaleStockError';
}

/** Keeps the version in the transaction that moves the stock, behind the lock of the stock's account. */
export const alignedWriter: CompanionWriter<AlignedRow> = {
  order: 21,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const name = PREFIX + row.offerId;
      const last = await readProgress(tx, name);
      if ((last?.position ?? 0) !== row.from)
        throw new StaleStockError(`the stock of ${row.offerId} was aligned before`);
      await saveProgress(tx, { name, position: row.to, detail: '{}' }, chain.now);
    }
  },
};
