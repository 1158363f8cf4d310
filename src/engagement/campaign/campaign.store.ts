// The SQL of campaigns: runs with how far they came, members that something happened to, and what was given.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow, SqlValue } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { CompanionWriter } from '../../ledger/batch';
import type { Segment } from '../../program/campaign';

export type RunState = 'RUNNING' | 'DONE' | 'OUT_OF_BUDGET';

export interface CampaignRun {
  readonly campaignId: Id;
  readonly occasion: string;
  readonly state: RunState;
  /** The last member that was looked at. */
  readonly position?: Id;
  readonly looked: number;
  readonly given: number;
  readonly dueAt: Instant;
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
}

const RUN = [
  'campaign_id',
  'occasion',
  'state',
  'position',
  'looked',
  'given',
  'due_at',
  'started_at',
  'finished_at',
] as const;

export async function openRuns(
  tx: Sql,
  campaignId: Id,
  occasions: readonly { readonly name: string; readonly dueAt: Instant }[],
  now: Instant,
): Promise<void> {
  const rows = occasions.map(({ name, dueAt }) => [
    idToBytes(campaignId),
    name,
    'RUNNING',
    null,
    0,
    0,
    dueAt,
    now,
    null,
  ]);
  if (rows.length > 0) await tx.insertMany('campaign_run', RUN, rows, { head: `${tx.dialect.insertIgnore} INTO` });
}

/** The runs that have been due for longest, of those that are not at their end. */
export async function runsToGoOn(sql: Sql, limit: number): Promise<CampaignRun[]> {
  const rows = await sql.arrays(
    `SELECT ${RUN.join(', ')} FROM campaign_run WHERE state = 'RUNNING' ORDER BY due_at, campaign_id LIMIT ?`,
    [limit],
  );
  return rows.map(toRun);
}

/** The newest first. */
export async function readRuns(sql: Sql, campaignId: Id, limit: number): Promise<CampaignRun[]> {
  const rows = await sql.arrays(
    `SELECT ${RUN.join(', ')} FROM campaign_run WHERE campaign_id = ? ORDER BY due_at DESC, occasion DESC LIMIT ?`,
    [idToBytes(campaignId), limit],
  );
  return rows.map(toRun);
}

function toRun(row: SqlRow): CampaignRun {
  return {
    campaignId: idFromBytes(row[0] as Buffer),
    occasion: String(row[1]),
    state: String(row[2]) as RunState,
    position: Buffer.isBuffer(row[3]) ? idFromBytes(row[3]) : undefined,
    looked: Number(row[4]),
    given: Number(row[5]),
    dueAt: Number(row[6]),
    startedAt: Number(row[7]),
    finishedAt: row[8] === null || row[8] === undefined ? undefined : Number(row[8]),
  };
}

export async function saveRun(tx: Sql, run: CampaignRun): Promise<void> {
  await tx.run(
    `UPDATE campaign_run SET state = ?, position = ?, looked = ?, given = ?, finished_at = ?
     WHERE campaign_id = ? AND occasion = ?`,
    [
      run.state,
      run.position === undefined ? null : idToBytes(run.position),
      run.looked,
      run.given,
      run.finishedAt ?? null,
      idToBytes(run.campaignId),
      run.occasion,
    ],
  );
}

/** Takes up again what ended because there was no money left. */
export async function reopenRuns(tx: Sql, campaignId: Id): Promise<void> {
  await tx.run(
    `UPDATE campaign_run SET state = 'RUNNING', finished_at = NULL WHERE campaign_id = ? AND state = 'OUT_OF_BUDGET'`,
    [idToBytes(campaignId)],
  );
}

export interface Candidates {
  readonly segment: Pick<Segment, 'stages' | 'grades'>;
  readonly birthDays?: readonly number[];
  /** Only who has told a birthday. */
  readonly hasBirthday?: boolean;
  readonly after?: Id;
  readonly limit: number;
}

/** The next members who may be in the segment, as far as columns tell; in the order of ids. */
export async function readCandidates(sql: Sql, candidates: Candidates): Promise<Id[]> {
  const { segment, birthDays, hasBirthday, after, limit } = candidates;
  const clauses: string[] = [];
  const values: SqlValue[] = [];
  const among = (column: string, list: readonly SqlValue[]): void => {
    clauses.push(`${column} IN (${questionMarks(list.length)})`);
    values.push(...list);
  };
  if (after !== undefined) {
    clauses.push('id > ?');
    values.push(idToBytes(after));
  }
  if (birthDays) among('birth_day', birthDays);
  if (hasBirthday) clauses.push('birth_day IS NOT NULL');
  if (segment.stages.length > 0) among('stage', segment.stages);
  if (segment.grades.length > 0) among('grade', segment.grades);
  const where = clauses.length > 0 ? `WHERE ${clauses.join(' AND ')}` : '';
  const rows = await sql.arrays(`SELECT id FROM member ${where} ORDER BY id LIMIT ?`, [...values, limit]);
  return rows.map((row) => idFromBytes(row[0] as Buffer));
}

/** Those of the days (month times 100 plus day) on which somebody has a birthday. */
export async function readBirthDays(sql: Sql, days: readonly number[]): Promise<ReadonlySet<number>> {
  if (days.length === 0) return new Set();
  const rows = await sql.arrays(
    `SELECT DISTINCT birth_day FROM member WHERE birth_day IN (${questionMarks(days.length)})`,
    days,
  );
  return new Set(rows.map(([day]) => Number(day)));
}

export interface TriggerRow {
  readonly campaignId: Id;
  readonly memberId: Id;
  readonly occasion: string;
  readonly dueAt: Instant;
}

const TRIGGER = ['campaign_id', 'member_id', 'occasion', 'due_at'] as const;

export async function addTriggers(tx: Sql, triggers: readonly TriggerRow[]): Promise<void> {
  if (triggers.length === 0) return;
  const rows = triggers.map(({ campaignId, memberId, occasion, dueAt }) => [
    idToBytes(campaignId),
    idToBytes(memberId),
    occasion,
    dueAt,
  ]);
  await tx.insertMany('campaign_trigger', TRIGGER, rows, { head: `${tx.dialect.insertIgnore} INTO` });
}

/** For events: written in the chain that records them. */
export const triggerWriter: CompanionWriter<TriggerRow> = {
  order: 61,
  write: (tx, rows) =>
    addTriggers(
      tx,
      rows.map(({ row }) => row),
    ),
};

export async function dueTriggers(sql: Sql, limit: number): Promise<TriggerRow[]> {
  const rows = await sql.arrays(
    `SELECT ${TRIGGER.join(', ')} FROM campaign_trigger ORDER BY due_at, member_id LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({
    campaignId: idFromBytes(row[0] as Buffer),
    memberId: idFromBytes(row[1] as Buffer),
    occasion: String(row[2]),
    dueAt: Number(row[3]),
  }));
}

export async function removeTriggers(tx: Sql, triggers: readonly TriggerRow[]): Promise<void> {
  for (const { campaignId, memberId, occasion } of triggers) {
    await tx.run('DELETE FROM campaign_trigger WHERE campaign_id = ? AND member_id = ? AND occasion = ?', [
      idToBytes(campaignId),
      idToBytes(memberId),
      occasion,
    ]);
  }
}
