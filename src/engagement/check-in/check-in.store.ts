// The only SQL of check-ins: one row a day, with the number of the day in a row and how far that was rewarded.
import type { Sql, SqlRow } from '../../database/sql';
import { type Id, idToBytes, namedId } from '../../kernel/id';
import { addDays, dateOfDay, type PeriodNumber } from '../../kernel/period';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { AppliedChain } from '../../ledger/transfer';
import type { CheckInSettings } from '../../program/engagement';
import type { Giving } from '../reward/reward';
import { insertDue } from '../reward/reward.store';
import { streakRewards } from './streak';

export interface CheckIn {
  readonly day: PeriodNumber;
  readonly madeUp: boolean;
  /** Which day in a row it is; made-up days before it count as well. */
  readonly streak: number;
}

export interface CheckInRow {
  readonly memberId: Id;
  readonly day: PeriodNumber;
  readonly madeUp: boolean;
  readonly settings: CheckInSettings;
  readonly programVersion: number;
}

interface StoredDay extends CheckIn {
  /** The highest number of days in a row that its run was rewarded for, so far. */
  readonly rewarded: number;
}

/** More days than can be made up for lie behind no gap that a check-in can close. */
const DAYS_BEHIND = 40;

/** Writes check-ins behind the lock of the member's account of days, so that no two miss each other. */
export const checkInWriter: CompanionWriter<CheckInRow> = {
  order: 56,
  async write(tx, rows) {
    for (const { row, chain } of rows) await writeCheckIn(tx, row, chain);
  },
};

async function writeCheckIn(tx: Sql, row: CheckInRow, chain: AppliedChain): Promise<void> {
  const { memberId, day, madeUp, settings } = row;
  const around = await readDays(tx, memberId, addDays(day, -1), addDays(day, DAYS_BEHIND));
  const byDay = new Map(around.map((stored) => [stored.day, stored]));
  const before = byDay.get(addDays(day, -1));
  const streak = (before?.streak ?? 0) + 1;
  const behind: StoredDay[] = [];
  for (let next = byDay.get(addDays(day, 1)); next; next = byDay.get(addDays(next.day, 1))) behind.push(next);
  const rewarded = Math.max(before?.rewarded ?? 0, ...behind.map((stored) => stored.rewarded));
  const length = streak + behind.length;
  const columns = ['member_id', 'day', 'made_up', 'streak', 'rewarded', 'made_at'];
  const reach = Math.max(rewarded, length);
  await tx.insertMany('check_in', columns, [[idToBytes(memberId), day, madeUp ? 1 : 0, streak, reach, chain.now]]);
  for (const [at, stored] of behind.entries()) {
    await tx.run('UPDATE check_in SET streak = ?, rewarded = ? WHERE member_id = ? AND day = ?', [
      streak + at + 1,
      reach,
      idToBytes(memberId),
      stored.day,
    ]);
  }
  await insertDue(tx, givingsOf(row, streakRewards(settings, rewarded, length)), chain.now);
}

function givingsOf(row: CheckInRow, streaks: ReturnType<typeof streakRewards>): Giving[] {
  const { memberId, day, settings, programVersion } = row;
  const date = dateOfDay(day);
  const givings: Giving[] = streaks.map(({ number, reward }) => ({
    memberId,
    programVersion,
    reward,
    occasion: namedId('check-in streak', memberId, date, String(number)),
    reason: `check-in ${date}: day ${number} in a row`,
  }));
  if (!settings.daily) return givings;
  const occasion = dailyOccasion(memberId, day);
  return [{ memberId, programVersion, reward: settings.daily, occasion, reason: `check-in ${date}` }, ...givings];
}

export function dailyOccasion(memberId: Id, day: PeriodNumber): Id {
  return namedId('check-in', memberId, dateOfDay(day));
}

/** The member's days from one to another, both included, in their order. */
export async function readDays(sql: Sql, memberId: Id, from: PeriodNumber, to: PeriodNumber): Promise<StoredDay[]> {
  const rows = await sql.arrays(
    'SELECT day, made_up, streak, rewarded FROM check_in WHERE member_id = ? AND day BETWEEN ? AND ? ORDER BY day',
    [idToBytes(memberId), from, to],
  );
  return rows.map(fromRow);
}

function fromRow(row: SqlRow): StoredDay {
  return { day: amountOf(row[0]), madeUp: Number(row[1]) === 1, streak: amountOf(row[2]), rewarded: amountOf(row[3]) };
}
