// The SQL of stages and grades: who is due, what they were judged to be, and the history of it.
import { noteChanges } from '../../database/change-note.store';
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { DayNumber } from '../../kernel/period';
import type { Stage } from '../../program/lifecycle';
import type { RfmFacts, Scores } from '../rfm/rfm';

/** For members whose stage and grade nothing but an event can change. */
export const NEVER_DUE: Instant = Number.MAX_SAFE_INTEGER;

/** A member as it was judged last. */
export interface JudgedRow {
  readonly id: Id;
  readonly joinedAt: Instant;
  readonly stage?: Stage;
  readonly grade?: string;
  readonly stageDay?: DayNumber;
  /** How many changes of stage there were. */
  readonly stageChanges: number;
  readonly countedDay?: DayNumber;
  readonly settledDay?: DayNumber;
}

export async function dueMembers(sql: Sql, now: Instant, limit: number): Promise<Id[]> {
  const rows = await sql.arrays(
    'SELECT id FROM member WHERE lifecycle_due_at <= ? ORDER BY lifecycle_due_at, id LIMIT ?',
    [now, limit],
  );
  return rows.map((row) => idFromBytes(row[0] as Buffer));
}

/** Those of the members who must be judged at once. */
export async function dueAtOnce(sql: Sql, ids: readonly Id[], limit: number): Promise<Id[]> {
  if (ids.length === 0) return [];
  const rows = await sql.arrays(
    `SELECT id FROM member WHERE id IN (${questionMarks(ids.length)}) AND lifecycle_due_at = 0 LIMIT ?`,
    [...ids.map(idToBytes), limit],
  );
  return rows.map((row) => idFromBytes(row[0] as Buffer));
}

/** Under their locks, in the order of ids. */
export async function lockJudged(tx: Sql, ids: readonly Id[]): Promise<JudgedRow[]> {
  const rows = await tx.arrays(
    `SELECT id, joined_at, stage, grade, stage_day, stage_changes, counted_day, settled_day FROM member
     WHERE id IN (${questionMarks(ids.length)}) ORDER BY id${tx.dialect.forUpdate}`,
    ids.map(idToBytes),
  );
  return rows.map((row) => ({
    id: idFromBytes(row[0] as Buffer),
    joinedAt: Number(row[1]),
    stage: text(row[2]) as Stage | undefined,
    grade: text(row[3]),
    stageDay: whole(row[4]),
    stageChanges: Number(row[5]),
    countedDay: whole(row[6]),
    settledDay: whole(row[7]),
  }));
}

function text(value: SqlRow[number] | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function whole(value: SqlRow[number] | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

/** When each member opened its first card. */
export async function firstCards(sql: Sql, ids: readonly Id[]): Promise<Map<Id, Instant>> {
  if (ids.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT member_id, MIN(opened_at) FROM card WHERE member_id IN (${questionMarks(ids.length)}) GROUP BY member_id`,
    ids.map(idToBytes),
  );
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), Number(row[1])]));
}

export interface OpenedCard {
  readonly id: Id;
  readonly openedAt: Instant;
}

/** Cards in the order of their opening, after that one. */
export async function cardsAfter(sql: Sql, after: OpenedCard, limit: number) {
  const rows = await sql.arrays(
    `SELECT member_id, opened_at, id FROM card WHERE opened_at > ? OR (opened_at = ? AND id > ?)
     ORDER BY opened_at, id LIMIT ?`,
    [after.openedAt, after.openedAt, idToBytes(after.id), limit],
  );
  return rows.map((row) => ({
    memberId: idFromBytes(row[0] as Buffer),
    openedAt: Number(row[1]),
    id: idFromBytes(row[2] as Buffer),
  }));
}

/** Has those of the members judged at once who are consumers; answers how many. */
export function makeConsumersDue(tx: Sql, ids: readonly Id[]): Promise<number> {
  return tx.run(
    `UPDATE member SET lifecycle_due_at = 0
     WHERE id IN (${questionMarks(ids.length)}) AND stage = 'CONSUMER' AND lifecycle_due_at > 0`,
    ids.map(idToBytes),
  );
}

export interface Judgement extends JudgedRow {
  readonly dueAt: Instant;
}

const COLUMNS = [
  'stage',
  'grade',
  'stage_day',
  'stage_changes',
  'counted_day',
  'settled_day',
  'lifecycle_due_at',
] as const;
const ROWS_A_STATEMENT = 50;

export async function saveJudgements(tx: Sql, judgements: readonly Judgement[]): Promise<void> {
  for (let from = 0; from < judgements.length; from += ROWS_A_STATEMENT) {
    const some = judgements.slice(from, from + ROWS_A_STATEMENT);
    const valuesOf = (judged: Judgement): SqlValue[] => [
      judged.stage ?? null,
      judged.grade ?? null,
      judged.stageDay ?? null,
      judged.stageChanges,
      judged.countedDay ?? null,
      judged.settledDay ?? null,
      judged.dueAt,
    ];
    const rows = some.map((judgement) => [idToBytes(judgement.id), ...valuesOf(judgement)]);
    const cases = COLUMNS.map((column) => `${column} = CASE id ${some.map(() => 'WHEN ? THEN ?').join(' ')} END`);
    const values = COLUMNS.flatMap((_column, at) => rows.flatMap((row) => [row[0]!, row[at + 1]!]));
    const keys = rows.map((row) => row[0]!);
    await tx.run(`UPDATE member SET ${cases.join(', ')} WHERE id IN (${questionMarks(some.length)})`, [
      ...values,
      ...keys,
    ]);
  }
}

/** Measures and scores of members; those who bought nothing have no row. */
export async function saveRfm(
  tx: Sql,
  ids: readonly Id[],
  bought: readonly { readonly id: Id; readonly facts: RfmFacts; readonly scores: Scores }[],
): Promise<void> {
  const kept = new Set(bought.map(({ id }) => id));
  const gone = ids.filter((id) => !kept.has(id));
  if (gone.length > 0) {
    await tx.run(`DELETE FROM member_rfm WHERE member_id IN (${questionMarks(gone.length)})`, gone.map(idToBytes));
  }
  if (bought.length === 0) return;
  const columns = ['last_day', 'frequency', 'monetary', 'r', 'f', 'm'] as const;
  const rows = bought.map(({ id, facts, scores }) => [
    idToBytes(id),
    facts.lastDay ?? null,
    facts.frequency,
    facts.monetary,
    scores.r,
    scores.f,
    scores.m,
  ]);
  const tail = tx.dialect.onDuplicateUpdate(['member_id'], columns);
  await tx.insertMany('member_rfm', ['member_id', ...columns], rows, { tail });
}

export interface StageChangeRow {
  readonly memberId: Id;
  /** In the order of these ids the changes of a member happened. */
  readonly id: Id;
  readonly from?: Stage;
  readonly to: Stage;
  readonly day: DayNumber;
  readonly programVersion: number;
  readonly recordedAt: Instant;
}

const CHANGE_COLUMNS = ['member_id', 'id', 'from_stage', 'to_stage', 'day', 'program_version', 'recorded_at'] as const;

export async function addStageChanges(tx: Sql, changes: readonly StageChangeRow[]): Promise<void> {
  if (changes.length === 0) return;
  await noteChanges(
    tx,
    'MEMBER',
    changes.map(({ memberId }) => memberId),
  );
  await tx.insertMany(
    'stage_change',
    CHANGE_COLUMNS,
    changes.map((change) => [
      idToBytes(change.memberId),
      idToBytes(change.id),
      change.from ?? null,
      change.to,
      change.day,
      change.programVersion,
      change.recordedAt,
    ]),
  );
}

export const STAGE_CHANGE_COLUMNS = CHANGE_COLUMNS.join(', ');

export function stageChangeFrom(row: SqlRow): StageChangeRow {
  return {
    memberId: idFromBytes(row[0] as Buffer),
    id: idFromBytes(row[1] as Buffer),
    from: text(row[2]) as Stage | undefined,
    to: String(row[3]) as Stage,
    day: Number(row[4]),
    programVersion: Number(row[5]),
    recordedAt: Number(row[6]),
  };
}

/** The moment from which on other rules hold. */
export interface RulesChange {
  readonly now: Instant;
  readonly today: DayNumber;
}

/**
 * Has the next members after `after` judged again; answers the last of them, or nothing when there were no more. Those
 * who were not due count as judged until today, so that other rules change nothing of the days before.
 */
export async function makeNextDue(
  tx: Sql,
  after: Id | undefined,
  limit: number,
  { now, today }: RulesChange,
): Promise<Id | undefined> {
  const from = after === undefined ? [] : [idToBytes(after)];
  const rows = await tx.arrays(
    `SELECT id FROM member ${after === undefined ? '' : 'WHERE id > ?'} ORDER BY id LIMIT ?`,
    [...from, limit],
  );
  const last = rows.at(-1)?.[0] as Buffer | undefined;
  if (!last) return undefined;
  // The old instant counts in the first of the two, in whatever order the database sets them.
  await tx.run(
    `UPDATE member SET settled_day = CASE WHEN settled_day IS NOT NULL AND lifecycle_due_at > ? THEN ?
     ELSE settled_day END, lifecycle_due_at = 0 WHERE id <= ? ${after === undefined ? '' : 'AND id > ?'}`,
    [now, today, last, ...from],
  );
  return idFromBytes(last);
}
