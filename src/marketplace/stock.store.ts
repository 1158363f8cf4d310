// Reads of the balances of given accounts, for the board of stocks.
import { questionMarks } from '../database/dialect';
import type { Sql } from '../database/sql';
import type { AccountKey, Balance } from '../ledger/account';
import { bytes, fromBalanceRow, hexOf } from '../ledger/ledger.store';

export async function readAccounts(sql: Sql, accounts: readonly AccountKey[]): Promise<Map<AccountKey, Balance>> {
  if (accounts.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account IN (${questionMarks(accounts.length)})`,
    accounts.map(bytes),
  );
  return new Map(rows.map((row) => [hexOf(row[0]), fromBalanceRow(row, 1)]));
}
