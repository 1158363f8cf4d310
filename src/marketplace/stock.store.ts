// The SQL of supplies: balances for the board, and to which version of its offer each was aligned.
import { questionMarks } from '../database/dialect';
import { readProgress, saveProgress } from '../database/progress.store';
import type { Sql } from '../database/sql';
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

/** The version to which each supply was aligned last, by its name; those never aligned are missing. */
export async function readAligned(sql: Sql, names: readonly string[]): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (let from = 0; from < names.length; from += KEYS_A_STATEMENT) {
    const some = names.slice(from, from + KEYS_A_STATEMENT);
    const rows = await sql.arrays(
      `SELECT name, position FROM work_progress WHERE name IN (${questionMarks(some.length)})`,
      some,
    );
    for (const row of rows) versions.set(String(row[0]), Number(row[1]));
  }
  return versions;
}

export interface AlignedRow {
  /** Of the supply: `stock:` or `budget:` and the id of the offer. */
  readonly name: string;
  /** The version that the chain was built on; 0 before the first. */
  readonly from: number;
  readonly to: number;
}

/** Thrown when a supply is no longer aligned to the version that a chain was built on. */
export class StaleStockError extends Error {
  override readonly name = 'StaleStockError';
}

/** Keeps the version in the transaction that moves the supply, behind the lock of its account. */
export const alignedWriter: CompanionWriter<AlignedRow> = {
  order: 21,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const { name } = row;
      const last = await readProgress(tx, name);
      if ((last?.position ?? 0) !== row.from) throw new StaleStockError(`${name} was aligned before`);
      await saveProgress(tx, { name, position: row.to, detail: '{}' }, chain.now);
    }
  },
};
