// The only SQL of points that expire: which members have lots of which day, and proofs at the moment of a commit.
import type { Sql } from '../database/sql';
import { type Id, idFromBytes, idToBytes } from '../kernel/id';
import type { PeriodNumber } from '../kernel/period';
import { accountParts, available } from '../ledger/account';
import type { CompanionWriter } from '../ledger/batch';
import { bytes, fromBalanceRow, hexOf } from '../ledger/ledger.store';
import { pointsAccount } from './member-accounts';
import { type Lot, lotAccount } from './points';

/** Thrown when the points of a member changed since a chain was built on them; it then fails whole. */
export class StalePointsError extends Error {
  override readonly name = 'StalePointsError';
}

const ATTEMPTS = 10;

/** Reads and builds anew as long as the points change in between; `work` does both. */
export async function unlessStale<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StalePointsError) || attempt >= ATTEMPTS) throw error;
    }
  }
}

export interface LotDue {
  readonly memberId: Id;
  readonly day: PeriodNumber;
}

/** Remembers that a member has a lot of a day, so that the job finds it when the day has come. */
export const lotDueWriter: CompanionWriter<LotDue> = {
  order: 12,
  async write(tx, rows) {
    const lines = rows.map(({ row }) => [row.day, idToBytes(row.memberId)]);
    await tx.insertMany('points_lot_due', ['day', 'member_id'], lines, { head: `${tx.dialect.insertIgnore} INTO` });
  },
};

/** Lots of a member whose day is not after this one and that hold something. */
export async function findLotsUntil(sql: Sql, memberId: Id, day: PeriodNumber): Promise<Lot[]> {
  const [from, to] = [lotAccount(memberId, 0), lotAccount(memberId, day)].map(bytes) as [Buffer, Buffer];
  const rows = await sql.arrays(
    `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account BETWEEN ? AND ? ORDER BY account`,
    [from, to],
  );
  const lots = rows.map((row) => {
    const account = hexOf(row[0]);
    return { account, day: accountParts(account).period, earned: available(fromBalanceRow(row, 1)) };
  });
  return lots.filter(({ earned }) => earned > 0);
}

/** What the lots of a member hold that end after a day; `undefined` when it has none. */
async function lotsAfter(tx: Sql, memberId: Id, day: PeriodNumber): Promise<number | undefined> {
  const [from, to] = [lotAccount(memberId, day + 1), lotAccount(memberId, 0xffff_ffff)].map(bytes) as [Buffer, Buffer];
  const rows = await tx.arrays(
    `SELECT account, credits_posted, credits_pending, debits_posted, debits_pending FROM ledger_account
     WHERE account BETWEEN ? AND ?`,
    [from, to],
  );
  if (rows.length === 0) return undefined;
  return rows.reduce((sum, row) => sum + available(fromBalanceRow(row, 1)), 0);
}

/** Proves that lots hold the whole balance, where there are any: for who opens the first, and for who gives back. */
export const heldByLotsWriter: CompanionWriter<Pick<LotDue, 'memberId'>> = {
  order: 13,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const balance = chain.balanceAfter(pointsAccount(row.memberId));
      const held = balance && (await lotsAfter(tx, row.memberId, 0));
      if (held !== undefined && available(balance!) > held) {
        throw new StalePointsError(`the points of ${row.memberId} changed while lots were found for them`);
      }
    }
  },
};

export interface Sweep {
  readonly memberId: Id;
  readonly today: PeriodNumber;
  /** What was taken from the balance. */
  readonly taken: number;
}

/** Proves that a sweep took what had expired, and nothing that was earned or left unspent meanwhile. */
export const sweepWriter: CompanionWriter<Sweep> = {
  order: 14,
  async write(tx, rows) {
    for (const { row, chain } of rows) {
      const balance = available(chain.balanceAfter(pointsAccount(row.memberId))!);
      const running = (await lotsAfter(tx, row.memberId, row.today)) ?? 0;
      if (row.taken > 0 ? balance !== running : balance > running) {
        throw new StalePointsError(`the points of ${row.memberId} changed while they were swept`);
      }
    }
  },
};

/** The oldest lots whose day has come. */
export async function findLotsDue(sql: Sql, today: PeriodNumber, limit: number): Promise<LotDue[]> {
  const rows = await sql.arrays(
    'SELECT day, member_id FROM points_lot_due WHERE day <= ? ORDER BY day, member_id LIMIT ?',
    [today, limit],
  );
  return rows.map((row) => ({ day: Number(row[0]), memberId: idFromBytes(row[1] as Buffer) }));
}

export async function forgetLotsDue(sql: Sql, lots: readonly LotDue[]): Promise<void> {
  for (const { day, memberId } of lots) {
    await sql.run('DELETE FROM points_lot_due WHERE day = ? AND member_id = ?', [day, idToBytes(memberId)]);
  }
}
