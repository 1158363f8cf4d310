// Contra accounts have no hot balance row: each batch appends what it moved, and a roll-up folds the appended rows in.
import { questionMarks } from '../database/dialect';
import { HexBytes, type Insert, type InsertRow, type Sql } from '../database/sql';
import { assert } from '../kernel/assert';
import { type AccountKey, type Balance, EMPTY_BALANCE, isEnforced } from './account';
import { amountOf, bytes, fromBalanceRow, hexOf } from './ledger.store';
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

function toRow([account, sum]: readonly [AccountKey, Balance]): InsertRow {
  return [new HexBytes(account), sum.creditsPosted, sum.creditsPending, sum.debitsPosted, sum.debitsPending];
}

/** What the transfers move on contra accounts, as rows to be appended. */
export function contraInsert(transfers: readonly Transfer[]): Insert {
  const contra = (account: AccountKey) => !isEnforced(account);
  let rows = [...movementsOf(transfers, contra)];
  // Sums beyond the safe integers would be rounded; each transfer by itself is exact.
  const exact = rows.every(([, sum]) => Object.values(sum).every(Number.isSafeInteger));
  if (!exact) rows = transfers.flatMap((transfer) => [...movementsOf([transfer], contra)]);
  return { table: 'ledger_contra_delta', columns: COLUMNS, rows: rows.map(toRow) };
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

/** Folds up to `limit` appended rows into the sums; answers how many. Exact at any time: sums + unfolded rows. */
export async function foldContra(tx: Sql, limit: number): Promise<number> {
  const rows = await tx.arrays(
    `SELECT id, ${COLUMNS.join(', ')} FROM ledger_contra_delta ORDER BY id LIMIT ${Math.trunc(limit)}` +
      tx.dialect.forUpdate,
  );
  if (rows.length === 0) return 0;
  const sums = new Map<AccountKey, Balance>();
  for (const row of rows) {
    const account = hexOf(row[1]);
    sums.set(account, addBalances(sums.get(account) ?? EMPTY_BALANCE, fromBalanceRow(row, 2)));
  }
  const accounts = [...sums.keys()].sort();
  const known = await tx.arrays(
    `SELECT ${COLUMNS.join(', ')} FROM ledger_contra WHERE account IN (${questionMarks(accounts.length)})` +
      ` ORDER BY account${tx.dialect.forUpdate}`,
    accounts.map(bytes),
  );
  for (const row of known) {
    const account = hexOf(row[0]);
    sums.set(account, addBalances(sums.get(account) ?? EMPTY_BALANCE, fromBalanceRow(row, 1)));
  }
  const tail = tx.dialect.onDuplicateUpdate(['account'], COLUMNS.slice(1));
  await tx.insertMany(
    'ledger_contra',
    COLUMNS,
    accounts.map((account) => toRow([account, sums.get(account)!])),
    { tail },
  );
  const ids = rows.map((row) => amountOf(row[0]));
  return tx.run(`DELETE FROM ledger_contra_delta WHERE id IN (${questionMarks(ids.length)})`, ids);
}

/** The exact sums of all contra accounts, or of those in a key range. */
export async function readContra(sql: Sql, from = '', to = ''): Promise<Map<AccountKey, Balance>> {
  const sums = COLUMNS.slice(1)
    .map((column) => `SUM(${column})`)
    .join(', ');
  const where = from ? 'WHERE account BETWEEN ? AND ?' : '';
  const range = from ? [bytes(from), bytes(to)] : [];
  const rows = await sql.arrays(
    `SELECT account, ${sums} FROM (
       SELECT ${COLUMNS.join(', ')} FROM ledger_contra ${where}
       UNION ALL SELECT ${COLUMNS.join(', ')} FROM ledger_contra_delta ${where}
     ) AS appended GROUP BY account ORDER BY account`,
    [...range, ...range],
  );
  // SUM answers DECIMAL, which arrives as text on MySQL.
  return new Map(rows.map((row) => [hexOf(row[0]), fromBalanceRow([0, ...row.slice(1).map(Number)], 1)]));
}
