// The only SQL of tasks: completions, written with the event that completes them, and the days of streaks.
import { questionMarks } from '../../database/dialect';
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes, namedId, ZERO_ID } from '../../kernel/id';
import { addDays, type PeriodNumber } from '../../kernel/period';
import { type AccountKey, available } from '../../ledger/account';
import type { CompanionWriter } from '../../ledger/batch';
import { amountOf } from '../../ledger/ledger.store';
import type { CatalogueTask } from '../../program/catalogue-engagement';
import type { Giving } from '../reward/reward';
import { insertDue } from '../reward/reward.store';
import { blocksOf } from './streak-run';
import type { Turn } from './task-accounts';

/** An event that goes towards a task, on its way into the tables. */
export interface StepRow {
  readonly memberId: Id;
  readonly task: CatalogueTask;
  readonly eventId: Id;
  readonly occurredAt: Instant;
  /** Whose amount says whether anything went towards the task. */
  readonly group: number;
}

export interface ProgressRow extends StepRow {
  readonly turn: Turn;
  readonly account: AccountKey;
}

/** Completes each turn whose account has nothing left to do, with the event that took the last of it. */
export const progressWriter: CompanionWriter<ProgressRow> = {
  order: 52,
  async write(tx, rows) {
    const done = rows.filter(({ row, chain }) => {
      const balance = chain.balanceAfter(row.account);
      return Boolean(chain.groupAmounts?.[row.group]) && balance !== undefined && available(balance) === 0;
    });
    await complete(
      tx,
      // The period of an assignment's account only says how long it is looked at.
      done.map(({ row }) => ({ step: row, turn: isAssigned(row.turn) ? { ...row.turn, period: 0 } : row.turn })),
      rows[0]!.chain.now,
    );
  },
};

function isAssigned({ assignment }: Turn): boolean {
  return assignment !== ZERO_ID;
}

export interface StreakRow extends StepRow {
  readonly day: PeriodNumber;
}

/**
 * Completes a streak when a day makes a run of days that no other streak has used long enough. The rows are taken in
 * their order, from one look at all of them: a thousand events may bring as many days.
 */
export const streakWriter: CompanionWriter<StreakRow> = {
  order: 53,
  async write(tx, rows) {
    const added = rows.flatMap(({ row, chain }) => (chain.groupAmounts?.[row.group] ? [row] : []));
    if (added.length === 0) return;
    const open = await openDaysAround(tx, added);
    const ends = new Map<StreakRow, PeriodNumber>();
    const completed: Completed[] = [];
    for (const row of added) {
      const days = open.get(streakOf(row)) ?? new Map<PeriodNumber, StreakRow | undefined>();
      open.set(streakOf(row), days.set(row.day, row));
      for (const block of blocksOf([...days.keys()], row.day, row.task.need)) {
        const end = block.at(-1)!;
        const stored = block.filter((day) => days.get(day) === undefined);
        if (stored.length > 0) await endStreak(tx, row, end, stored);
        for (const day of block) {
          const own = days.get(day);
          if (own) ends.set(own, end);
          days.delete(day);
        }
        completed.push({ step: row, turn: { assignment: ZERO_ID, period: end } });
      }
    }
    const values = added.map((row) => {
      const key = [idToBytes(row.memberId), idToBytes(row.task.id), row.day];
      return [...key, ends.get(row) ?? null];
    });
    await tx.insertMany('task_day', ['member_id', 'task_id', 'day', 'streak_end'], values);
    await complete(tx, completed, rows[0]!.chain.now);
  },
};

const STREAK_MAX = 366;
const STREAKS_A_STATEMENT = 100;

/** Days that no streak has used yet; with the row that is about to be written, unless it is stored already. */
type OpenDays = Map<PeriodNumber, StreakRow | undefined>;

function streakOf({ memberId, task }: Pick<StreakRow, 'memberId' | 'task'>): string {
  return `${memberId} ${task.id}`;
}

async function openDaysAround(tx: Sql, rows: readonly StreakRow[]): Promise<Map<string, OpenDays>> {
  const open = new Map<string, OpenDays>();
  for (let from = 0; from < rows.length; from += STREAKS_A_STATEMENT) {
    const some = rows.slice(from, from + STREAKS_A_STATEMENT);
    const each = some.map(() => '(member_id = ? AND task_id = ? AND day BETWEEN ? AND ?)').join(' OR ');
    const values = some.flatMap(({ memberId, task, day }) => [
      ...[idToBytes(memberId), idToBytes(task.id)],
      ...[addDays(day, -STREAK_MAX), addDays(day, STREAK_MAX)],
    ]);
    const found = await tx.arrays(
      `SELECT member_id, task_id, day FROM task_day WHERE (${each}) AND streak_end IS NULL`,
      values,
    );
    for (const [member, task, day] of found) {
      const streak = `${idFromBytes(member as Buffer)} ${idFromBytes(task as Buffer)}`;
      const days: OpenDays = open.get(streak) ?? new Map();
      open.set(streak, days.set(amountOf(day), undefined));
    }
  }
  return open;
}

async function endStreak(tx: Sql, row: StreakRow, end: PeriodNumber, days: readonly PeriodNumber[]): Promise<void> {
  const where = `WHERE member_id = ? AND task_id = ? AND day IN (${questionMarks(days.length)})`;
  const key = [idToBytes(row.memberId), idToBytes(row.task.id)];
  await tx.run(`UPDATE task_day SET streak_end = ? ${where}`, [end, ...key, ...days]);
}

/** Days that no streak has used yet, in their order. */
export async function freeDays(
  sql: Sql,
  memberId: Id,
  taskId: Id,
  [from, to]: readonly [PeriodNumber, PeriodNumber],
): Promise<PeriodNumber[]> {
  const rows = await sql.arrays(
    `SELECT day FROM task_day WHERE member_id = ? AND task_id = ? AND day BETWEEN ? AND ? AND streak_end IS NULL
     ORDER BY day`,
    [idToBytes(memberId), idToBytes(taskId), from, to],
  );
  return rows.map(([day]) => amountOf(day));
}

interface Completed {
  readonly step: StepRow;
  readonly turn: Turn;
}

/** A turn is completed once, whatever is given back and done again afterwards. */
async function complete(tx: Sql, completed: readonly Completed[], now: Instant): Promise<void> {
  if (completed.length === 0) return;
  const columns = ['member_id', 'task_id', 'assignment', 'period', 'program_version', 'completed_at'];
  const values = completed.map(({ step: { memberId, task, eventId, occurredAt }, turn }) => [
    ...[idToBytes(memberId), idToBytes(task.id), idToBytes(turn.assignment), turn.period],
    ...[task.version, occurredAt, idToBytes(eventId), now],
  ]);
  const head = `${tx.dialect.insertIgnore} INTO`;
  await tx.insertMany('task_completion', [...columns, 'event_id', 'recorded_at'], values, { head });
  await insertDue(tx, completed.flatMap(givingOf), now);
}

function givingOf({ step: { memberId, task }, turn }: Completed): Giving[] {
  if (!task.reward) return [];
  const occasion = namedId('task', memberId, task.id, turn.assignment, String(turn.period));
  const { reward, version: programVersion } = task;
  return [{ memberId, reward, occasion, reason: `task ${task.code}`, programVersion }];
}

export interface Completion extends Turn {
  readonly taskId: Id;
  /** When the event occurred that completed it. */
  readonly completedAt: Instant;
}

const SHOWN_MAX = 500;

/** The completions of a member in these periods, and those without a period, the latest first. */
export async function readCompletions(sql: Sql, memberId: Id, periods: readonly PeriodNumber[]): Promise<Completion[]> {
  const rows = await sql.arrays(
    `SELECT task_id, assignment, period, completed_at FROM task_completion
     WHERE member_id = ? AND period IN (${questionMarks(periods.length)})
     ORDER BY completed_at DESC LIMIT ${SHOWN_MAX}`,
    [idToBytes(memberId), ...periods],
  );
  return rows.map((row) => ({
    taskId: idFromBytes(row[0] as Buffer),
    assignment: idFromBytes(row[1] as Buffer),
    period: amountOf(row[2]),
    completedAt: amountOf(row[3]),
  }));
}

/** A completion as reports tell it. */
export interface ToldCompletion {
  /** The external id of the member. */
  readonly member: string;
  readonly taskId: Id;
  readonly completedAt: Instant;
}

export type CompletionPlace = readonly [member: Buffer, task: Buffer, assignment: Buffer, period: number];

export const FIRST_PLACE: CompletionPlace = [idToBytes(ZERO_ID), idToBytes(ZERO_ID), idToBytes(ZERO_ID), -1];

/** A page of all completions in the order of their key, after a place, with the place of the last. */
export async function pageCompletions(
  sql: Sql,
  after: CompletionPlace,
  limit: number,
): Promise<{ readonly completions: readonly ToldCompletion[]; readonly last?: CompletionPlace }> {
  const rows = await sql.arrays(
    `SELECT m.external_id, c.task_id, c.completed_at, c.member_id, c.assignment, c.period
     FROM task_completion c JOIN member m ON m.id = c.member_id
     WHERE (c.member_id, c.task_id, c.assignment, c.period) > (?, ?, ?, ?)
     ORDER BY c.member_id, c.task_id, c.assignment, c.period LIMIT ${Math.trunc(limit)}`,
    [...after],
  );
  const completions = rows.map((row) => ({
    member: String(row[0]),
    taskId: idFromBytes(row[1] as Buffer),
    completedAt: amountOf(row[2]),
  }));
  const end = rows.at(-1);
  if (!end || rows.length < limit) return { completions };
  return { completions, last: [end[3] as Buffer, end[1] as Buffer, end[4] as Buffer, amountOf(end[5])] };
}
