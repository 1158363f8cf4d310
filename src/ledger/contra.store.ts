// Contra accounts have no hot balance row: each batch appends one row of what it moved, and a roll-up folds these in.
import { questionMarks } from '../database/dialect';
import { HexBytes, type Insert, type InsertRow, type Sql, type SqlRow } from '../database/sql';
import { assert } from '../kernel/assert';
import { type AccountKey, type Balance, EMPTY_BALANCE, isEnforced } from './account';
import { movedIn, toMoved } from './contra-row';
import { amountOf, bytes, fromBalanceRow, hexOf, KEYS_A_STATEMENT } from './ledger.store';
import type { Transfer } from './transfer';

const COLUMNS = ['account', 'credits_posted', 'credits_pending', 'debits_posted', 'debits_pending'] as const;

/** What a list of transfers moves on accounts, as sums that may be negative (an ended hold leaves `pending`). */
export function movementsOf(
  transfers: readonly Transfer[],
  wanted: (account: AccountKey) => boolean,
): Map<AccountKey, Balance> {
  const sums = new Map<AccountKey, Balance>();
  const add = (account: AccountKey, side: 'credits' | 'debits', posted: number, pending: number): void => {
    if (!wanted(account)) return;
    const sum = sums.get(account) ?? EMPTY_BALANCE;
    sums.set(account, {
      ...sum,
      [`${side}Posted`]: sum[`${side}Posted`] + posted,
      [`${side}Pending`]: sum[`${side}Pending`] + pending,
    });
  };
  for (const { kind, debit, credit, amount, released } of transfers) {
    const posted = kind === 'HOLD' ? 0 : amount;
    const pending = kind === 'HOLD' ? amount : -released;
    add(debit, 'debits', posted, pending);
    add(credit, 'credits', posted, pending);
  }
  return sums;
}

/** So many accounts a row at most, so that no row becomes larger than a database takes. */
const ACCOUNTS_A_ROW = 5_000;

/** What the transfers move on contra accounts, as rows to be appended: one, unless there are thousands of accounts. */
export function contraInsert(transfers: readonly Transfer[]): Insert {
  const contra = (account: AccountKey) => !isEnforced(account);
  let sums = [...movementsOf(transfers, contra)];
  // Sums beyond the safe integers would be rounded; each transfer by itself is exact.
  const exact = sums.every(([, sum]) => Object.values(sum).every(Number.isSafeInteger));
  if (!exact) sums = transfers.flatMap((transfer) => [...movementsOf([transfer], contra)]);
  const rows: InsertRow[] = [];
  for (let from = 0; from < sums.length; from += ACCOUNTS_A_ROW) {
    rows.push([JSON.stringify(sums.slice(from, from + ACCOUNTS_A_ROW).map(toMoved))]);
  }
  return { table: 'ledger_contra_delta', columns: ['moved'], rows };
}

function addBalances(left: Balance, right: Balance): Balance {
  const sum = {
    creditsPosted: left.creditsPosted + right.creditsPosted,
    creditsPending: left.creditsPending + right.creditsPending,
    debitsPosted: left.debitsPosted + right.debitsPosted,
    debitsPending: left.debitsPending + right.debitsPending,
  };
  assert(Object.values(sum).every(Number.isSafeInteger), 'a contra account left the safe integers');
  return sum;
}

/** Adds what appended rows moved to the sums of those accounts that are wanted. */
function addMoved(
  sums: Map<AccountKey, Balance>,
  rows: readonly SqlRow[],
  wanted: (account: AccountKey) => boolean = () => true,
): void {
  for (const moved of rows.flatMap(movedIn)) {
    const [account] = moved;
    if (wanted(account)) sums.set(account, addBalances(sums.get(account) ?? EMPTY_BALANCE, fromBalanceRow(moved, 1)));
  }
}

/** Folds up to `limit` appended rows into the sums; answers how many. Exact at any time: sums + unfolded rows. */
export async function foldContra(tx: Sql, limit: number): Promise<number> {
  const rows = await tx.arrays(
    `SELECT id, moved FROM ledger_contra_delta ORDER BY id LIMIT ${Math.trunc(limit)}${tx.dialect.forUpdate}`,
  );
  if (rows.length === 0) return 0;
  const sums = new Map<AccountKey, Balance>();
  addMoved(sums, rows);
  const accounts = [...sums.keys()].sort();
  for (let from = 0; from < accounts.length; from += KEYS_A_STATEMENT) {
    await addToSums(tx, accounts.slice(from, from + KEYS_A_STATEMENT), sums);
  }
  const ids = rows.map((row) => amountOf(row[0]));
  return tx.run(`DELETE FROM ledger_contra_delta WHERE id IN (${questionMarks(ids.length)})`, ids);
}

async function addToSums(
  tx: Sql,
  accounts: readonly AccountKey[],
  moved: ReadonlyMap<AccountKey, Balance>,
): Promise<void> {
  const sums = new Map(accounts.map((account) => [account, moved.get(account)!]));
  const known = await tx.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM ledger_contra WHERE account IN (${questionMarks(accounts.length)})` +
      ` ORDER BY account${tx.dialect.forUpdate}`,
    accounts.map(bytes),
  );
  for (const row of known) {
    const account = hexOf(row[0]);
    sums.set(account, addBalances(sums.get(account)!, fromBalanceRow(row, 1)));
  }
  const rows = [...sums].map(([account, sum]) => [new HexBytes(account), ...toMoved([account, sum]).slice(1)]);
  const tail = tx.dialect.onDuplicateUpdate(['account'], COLUMNS.slice(1));
  await tx.insertMany('ledger_contra', COLUMNS, rows as InsertRow[], { tail });
}

/**
 * The exact sums of all contra accounts, or of those whose keys begin like this: a holder's, or one. Both tables are
 * read by one statement, so that what is folded meanwhile is counted once. A row that does not even look like a list of
 * accounts is read for whomever is asked about, because nobody knows whose it was, and ends the reading.
 */
export async function readContra(sql: Sql, beginning = ''): Promise<Map<AccountKey, Balance>> {
  const isWanted = (account: AccountKey) => account.startsWith(beginning);
  const rows = await sql.arrays(
    `SELECT 0, NULL, ${COLUMNS.join(', ')} FROM ledger_contra WHERE account BETWEEN ? AND ?
     UNION ALL SELECT id, moved, NULL, NULL, NULL, NULL, NULL FROM ledger_contra_delta
     WHERE moved LIKE ? OR moved NOT LIKE '[["%]]'`,
    [bytes(beginning.padEnd(88, '0')), bytes(beginning.padEnd(88, 'f')), `%"${beginning}%`],
  );
  const sums = new Map<AccountKey, Balance>();
  for (const row of rows) if (row[1] === null) sums.set(hexOf(row[2]), fromBalanceRow(row, 3));
  addMoved(
    sums,
    rows.filter((row) => row[1] !== null),
    isWanted,
  );
  return new Map([...sums].sort(([left], [right]) => (left < right ? -1 : 1)));
}
