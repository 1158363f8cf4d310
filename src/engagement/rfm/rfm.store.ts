// The SQL of measures and scores: quantiles by sorted indexes, and how many members are in each cell.
import { readProgress, saveProgress } from '../../database/progress.store';
import type { Sql, SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import type { DayNumber, PeriodNumber } from '../../kernel/period';
import type { Measure, Thresholds } from '../../program/lifecycle';
import { type RfmFacts, type Scores, upperOfFifth } from './rfm';

const NAME = 'rfm-thresholds';
const FIFTHS = [1, 2, 3, 4];

export interface TakenThresholds {
  /** The month or day for which they were taken. */
  readonly period: PeriodNumber;
  readonly thresholds: Thresholds;
}

export async function readThresholds(sql: Sql): Promise<TakenThresholds | undefined> {
  const progress = await readProgress(sql, NAME);
  return progress && { period: progress.position, thresholds: JSON.parse(progress.detail) };
}

export function saveThresholds(tx: Sql, { period, thresholds }: TakenThresholds, now: Instant): Promise<void> {
  return saveProgress(tx, { name: NAME, position: period, detail: JSON.stringify(thresholds) }, now);
}

/** The thresholds that divide the members who bought into fifths; `undefined` when nobody did. */
export async function takeQuantiles(sql: Sql, today: DayNumber): Promise<Thresholds | undefined> {
  const [row] = await sql.arrays('SELECT COUNT(*) FROM member_rfm');
  const count = Number(row?.[0] ?? 0);
  if (count === 0) return undefined;
  const uppers = async (at: (index: number) => Promise<number>): Promise<number[]> => {
    const all: number[] = [];
    for (const fifth of FIFTHS) all.push(await upperOfFifth(count, fifth, at));
    return all;
  };
  // The longer ago, the more days: recency in ascending order is the last day in descending order.
  const recencyDays = await uppers(async (index) => today - (await valueAt(sql, 'last_day DESC', index)));
  const frequency = await uppers((index) => valueAt(sql, 'frequency', index));
  const monetary = await uppers((index) => valueAt(sql, 'monetary', index));
  const above = (values: number[]) => values.map((value) => value + 1);
  return { recencyDays, frequency: above(frequency), monetary: above(monetary) } satisfies Record<Measure, number[]>;
}

async function valueAt(sql: Sql, order: string, index: number): Promise<number> {
  const [column] = order.split(' ');
  const [row] = await sql.arrays(`SELECT ${column} FROM member_rfm ORDER BY ${order} LIMIT 1 OFFSET ?`, [index]);
  return Number(row![0]);
}

export interface RfmRow extends RfmFacts, Scores {}

/** From the columns `last_day, frequency, monetary, r, f, m`. */
export function rfmFrom(measures: SqlRow): RfmRow {
  const [lastDay, frequency, monetary, r, f, m] = measures.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { lastDay, frequency, monetary, r, f, m };
}

/** How many members have these scores, and what they bought together. */
export interface RfmCell extends Scores {
  readonly members: number;
  readonly purchases: number;
  readonly monetary: number;
  /** The sum of the days of their last purchases, from which the mean recency follows. */
  readonly lastDays: number;
}

export async function readCells(sql: Sql): Promise<RfmCell[]> {
  const rows = await sql.arrays(
    `SELECT r, f, m, COUNT(*), SUM(frequency), SUM(monetary), SUM(last_day) FROM member_rfm
     GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC`,
  );
  return rows.map((row) => {
    const [r, f, m, members, purchases, monetary, lastDays] = row.map(Number) as number[];
    return { r: r!, f: f!, m: m!, members: members!, purchases: purchases!, monetary: monetary!, lastDays: lastDays! };
  });
}

export interface GradeCount {
  readonly grade: string | null;
  readonly members: number;
  readonly purchases: number;
  readonly monetary: number;
}

/** Members by grade, with what those of them bought together who bought anything. */
export async function readGradeCounts(sql: Sql): Promise<GradeCount[]> {
  const rows = await sql.arrays(
    `SELECT m.grade, COUNT(*), COALESCE(SUM(b.frequency), 0), COALESCE(SUM(b.monetary), 0)
     FROM member m LEFT JOIN member_rfm b ON b.member_id = m.id GROUP BY m.grade ORDER BY m.grade`,
  );
  return rows.map((row) => ({
    grade: row[0] === null || row[0] === undefined ? null : String(row[0]),
    members: Number(row[1]),
    purchases: Number(row[2]),
    monetary: Number(row[3]),
  }));
}

export async function readStageCounts(sql: Sql): Promise<{ stage: string | null; members: number }[]> {
  const rows = await sql.arrays('SELECT stage, COUNT(*) FROM member GROUP BY stage ORDER BY stage');
  return rows.map((row) => ({
    stage: row[0] === null || row[0] === undefined ? null : String(row[0]),
    members: Number(row[1]),
  }));
}
