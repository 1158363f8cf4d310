// Compares a statement with the books: whether it is the one that was issued, and each line what its chain moved.
import type { Sql } from '../../database/sql';
import type { Id } from '../../kernel/id';
import { COUNT } from '../../kernel/money';
import { type AccountKey, accountParts } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../../ledger/chart';
import { movesOfChains } from '../../ledger/side-stream.store';
import { NOTHING, plus, type Statement, type Sum } from '../statement/statement';
import type { StatementService } from '../statement/statement.service';
import { type LineKey, type LineRow, readLines } from '../statement/statement-line.store';
import type { VerifyReport } from './verify-statement';

const PAGE = 500;
const FAULTS_KEPT = 20;

/** What the books say otherwise than a file; none when they agree. */
export async function booksFaults(
  sql: Sql,
  statements: StatementService,
  { agreement, number, hash }: Pick<VerifyReport, 'agreement' | 'number' | 'hash'>,
  onProgress: (lines: number) => void = () => {},
): Promise<string[]> {
  const statement = await statements.findNumbered(agreement, number);
  if (!statement) return [`The books have no statement ${number} of ${agreement}.`];
  const faults: string[] = [];
  if (statement.body.hash !== hash) faults.push(`The books have statement ${number} with hash ${statement.body.hash}.`);
  let after: LineKey | undefined;
  for (let count = 0, full = true; full; ) {
    const rows: LineRow[] = await readLines(sql, statement.id, PAGE, after);
    faults.push(...(await lineFaults(sql, statement, rows)));
    if (faults.length >= FAULTS_KEPT) return faults.slice(0, FAULTS_KEPT);
    after = rows.at(-1);
    full = rows.length === PAGE;
    count += rows.length;
    onProgress(count);
  }
  return faults;
}

async function lineFaults(sql: Sql, { agreementId }: Statement, rows: readonly LineRow[]): Promise<string[]> {
  const moves = await movesOfChains(
    sql,
    rows.map(({ id }) => id),
  );
  const moved = new Map<string, Sum>();
  const add = (chain: Id, account: AccountKey, amount: number) => {
    const { holder, kind, item, period, unit } = accountParts(account);
    const isTotal = kind === KIND.EXCHANGE_RECEIVED || kind === KIND.EXCHANGE_GIVEN;
    if (!isTotal || holder !== agreementId) return;
    const key = `${chain} ${item} ${period}`;
    const sum = unit === COUNT ? { quantity: amount, value: 0 } : { quantity: 0, value: amount };
    moved.set(key, plus(moved.get(key) ?? NOTHING, sum));
  };
  for (const { chain, debit, credit, amount } of moves) {
    add(chain, credit, amount);
    add(chain, debit, -amount);
  }
  return rows.flatMap(({ id, item, month, quantity, value }) => {
    const inBooks = moved.get(`${id} ${item} ${month}`) ?? NOTHING;
    if (inBooks.quantity === quantity && inBooks.value === value) return [];
    return [`Line ${id} says ${quantity} worth ${value}; the books moved ${inBooks.quantity} worth ${inBooks.value}.`];
  });
}
