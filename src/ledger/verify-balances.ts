// Proves that every stored balance is what its transfers add up to, and that debits equal credits in each unit.
import type { Sql, SqlRow } from '../database/sql';
import { type AccountKey, isEnforced } from './account';
import { type Moved, readContraRow } from './contra-row';
import { describeAccount } from './describe';
import { hexOf } from './ledger.store';
import { type Keyed, mergeByKey, rowsByKey } from './sorted-streams';
import { accountPage, contraDeltaPage, contraPage, sidePage } from './verify.store';
import type { Tally } from './verify-tally';

/** Credits posted and pending, debits posted and pending. Exact whatever was stored. */
type Sums = readonly [bigint, bigint, bigint, bigint];

interface Stored extends Keyed {
  readonly sums: Sums;
}

interface Side extends Keyed {
  readonly posted: bigint;
  readonly pending: bigint;
}

export interface BalanceTallies {
  readonly enforced: Tally;
  readonly contra: Tally;
  readonly appended: Tally;
  readonly covered: Tally;
  readonly units: Tally;
}

const NOTHING: Sums = [0n, 0n, 0n, 0n];

function bigintOf(value: SqlRow[number] | undefined): bigint {
  return BigInt(String(value));
}

async function* storedBalances(page: (after: Buffer) => Promise<SqlRow[]>): AsyncGenerator<Stored> {
  for await (const row of rowsByKey(page)) {
    yield { key: hexOf(row[0]), sums: [bigintOf(row[1]), bigintOf(row[2]), bigintOf(row[3]), bigintOf(row[4])] };
  }
}

/**
 * What is not folded yet is of few accounts, so that their sums may well be held all at once. Nothing of a damaged row
 * is counted, so the accounts that it was about differ from their transfers as well.
 */
async function* appendedBalances(sql: Sql, tally: Tally): AsyncGenerator<Stored> {
  const sums = new Map<AccountKey, Sums>();
  for (let after = Number.MIN_SAFE_INTEGER, more = true; more; ) {
    const rows = await contraDeltaPage(sql, after);
    for (const [account, ...sides] of rows.flatMap((row) => soundMoves(row, tally))) {
      sums.set(account, add(sums.get(account) ?? NOTHING, sides.map(bigintOf) as unknown as Sums));
    }
    more = rows.length > 0;
    after = Number(rows.at(-1)?.[0]);
  }
  for (const key of [...sums.keys()].sort()) yield { key, sums: sums.get(key)! };
}

function soundMoves(row: SqlRow, tally: Tally): readonly Moved[] {
  const read = readContraRow(row);
  tally.look();
  if (!('fault' in read)) return read.moved;
  tally.violate(() => read.fault);
  return [];
}

async function* sideSums(page: (after: Buffer) => Promise<SqlRow[]>): AsyncGenerator<Side> {
  for await (const row of rowsByKey(page)) {
    yield { key: hexOf(row[0]), posted: bigintOf(row[1]), pending: bigintOf(row[2]) };
  }
}

function add(left: Sums, right: Sums): Sums {
  return [left[0] + right[0], left[1] + right[1], left[2] + right[2], left[3] + right[3]];
}

function same(left: Sums, right: Sums): boolean {
  return left.every((sum, at) => sum === right[at]);
}

function words([creditsPosted, creditsPending, debitsPosted, debitsPending]: Sums): string {
  const [credits, debits] = [
    `${creditsPosted} + ${creditsPending} pending`,
    `${debitsPosted} + ${debitsPending} pending`,
  ];
  return `credits ${credits}, debits ${debits}`;
}

/** One walk over all accounts in key order: stored rows on one hand, sums of transfers on the other. */
export async function verifyBalances(sql: Sql, tallies: BalanceTallies, onAccount: () => void): Promise<void> {
  const accounts = mergeByKey<[Stored, Stored, Stored, Side, Side]>([
    storedBalances((after) => accountPage(sql, after)),
    storedBalances((after) => contraPage(sql, after)),
    appendedBalances(sql, tallies.appended),
    sideSums((after) => sidePage(sql, 'credit', after)),
    sideSums((after) => sidePage(sql, 'debit', after)),
  ]);
  const units = new Map<string, Sums>();
  for await (const { key, found } of accounts) {
    const [row, folded, appended, credits, debits] = found;
    const moved: Sums = [credits?.posted ?? 0n, credits?.pending ?? 0n, debits?.posted ?? 0n, debits?.pending ?? 0n];
    const stored = add(row?.sums ?? NOTHING, add(folded?.sums ?? NOTHING, appended?.sums ?? NOTHING));
    compare(key, isEnforced(key) ? tallies.enforced : tallies.contra, {
      stored,
      moved,
      misplaced: misplaced(key, found),
    });
    if (row) checkCovered(key, tallies.covered, row.sums);
    const unit = key.slice(-4);
    units.set(unit, add(units.get(unit) ?? NOTHING, stored));
    onAccount();
  }
  checkUnits(units, tallies.units);
}

type Found = readonly (Keyed | undefined)[];

/** An account that lies in the wrong table, or in none although it has transfers. */
function misplaced(key: string, [row, folded, appended]: Found): string | undefined {
  if (!isEnforced(key)) return row && 'it is a contra account but has an enforced balance';
  if (folded || appended) return 'it is enforced but has contra sums';
  return row ? undefined : 'it has transfers but no balance';
}

function compare(
  key: string,
  tally: Tally,
  { stored, moved, misplaced }: { stored: Sums; moved: Sums; misplaced?: string },
): void {
  tally.look();
  if (!misplaced && same(stored, moved)) return;
  const why = misplaced ? `${misplaced}; ` : '';
  tally.violate(
    () => `${describeAccount(key).words}: ${why}stored ${words(stored)}; its transfers say ${words(moved)}`,
  );
}

function checkCovered(
  key: string,
  tally: Tally,
  [creditsPosted, creditsPending, debitsPosted, debitsPending]: Sums,
): void {
  tally.look();
  const left = creditsPosted - debitsPosted - debitsPending;
  const sides = [creditsPosted, creditsPending, debitsPosted, debitsPending];
  if (left >= 0n && sides.every((sum) => sum >= 0n)) return;
  tally.violate(() => `${describeAccount(key).words}: ${left} available, of ${words([...sides] as unknown as Sums)}`);
}

function checkUnits(units: ReadonlyMap<string, Sums>, tally: Tally): void {
  for (const [unit, sums] of units) {
    tally.look();
    const [creditsPosted, creditsPending, debitsPosted, debitsPending] = sums;
    if (creditsPosted === debitsPosted && creditsPending === debitsPending) continue;
    const { parts } = describeAccount(unit.padStart(88, '0'));
    tally.violate(() => `unit ${parts.unit}: over all accounts, ${words(sums)}`);
  }
}
