// The only SQL of runs: how far each has come, and our own side in the order of the keys while it lasts.
import { questionMarks } from '../../database/dialect';
import { HexBytes, type Sql, type SqlRow } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import type { RedemptionStatus } from '../../redemption/redemption';
import { allOf, type Condition, claimedIn } from '../../redemption/tracking/tracking.store';
import type { SettlementScope } from '../settlement-scope';
import type { Ours, Tolerance } from './match';
import type { Named } from './match-keys';
import type { Run, RunPosition, RunState, RunTotals } from './run';

const COLUMNS = [
  'id',
  'feed_id',
  'partner_id',
  'tolerance',
  'state',
  'step_no',
  'position',
  'totals',
  'done',
  'total',
  'started_at',
  'started_by',
  'ended_at',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM reconciliation_run`;

function runFrom(row: SqlRow): Run {
  return {
    id: idFromBytes(row[0] as Buffer),
    feedId: idFromBytes(row[1] as Buffer),
    partnerId: idFromBytes(row[2] as Buffer),
    tolerance: JSON.parse(String(row[3])) as Tolerance,
    state: row[4] as RunState,
    stepNo: Number(row[5]),
    position: JSON.parse(String(row[6])) as RunPosition,
    totals: JSON.parse(String(row[7])) as RunTotals,
    done: Number(row[8]),
    total: Number(row[9]),
    startedAt: Number(row[10]),
    startedBy: String(row[11]),
    endedAt: row[12] === null ? undefined : Number(row[12]),
  };
}

export async function insertRun(tx: Sql, run: Run): Promise<void> {
  const { id, feedId, partnerId, tolerance, state, stepNo, position, totals, done, total, startedAt, startedBy } = run;
  const words = [tolerance, position, totals].map((value) => JSON.stringify(value));
  const ids = [id, feedId, partnerId].map(idToBytes);
  const row = [...ids, words[0]!, state, stepNo, words[1]!, words[2]!, done, total, startedAt, startedBy, null];
  await tx.insertMany('reconciliation_run', COLUMNS, [row]);
}

export async function readRun(sql: Sql, { partnerId }: SettlementScope, id: Id): Promise<Run | undefined> {
  const [row] = await sql.arrays(`${SELECT} WHERE id = ?`, [idToBytes(id)]);
  const run = row && runFrom(row);
  return run && (partnerId === undefined || run.partnerId === partnerId) ? run : undefined;
}

/** The run that was not ended yet, the first one that was begun. */
export async function unfinishedRun(sql: Sql, feedId?: Id): Promise<Run | undefined> {
  const ofFeed = feedId === undefined ? '' : ' AND feed_id = ?';
  const [row] = await sql.arrays(
    `${SELECT} WHERE state IN ('GATHERING', 'MATCHING')${ofFeed} ORDER BY id LIMIT 1`,
    feedId === undefined ? [] : [idToBytes(feedId)],
  );
  return row && runFrom(row);
}

export interface RunPage {
  readonly feedId?: Id;
  readonly before?: Id;
  readonly limit: number;
}

/** Newest first. */
export async function listRuns(sql: Sql, { partnerId }: SettlementScope, page: RunPage): Promise<Run[]> {
  if (partnerId === null) return [];
  const parts: Condition[] = [{ text: 'id < ?', values: [idToBytes(page.before ?? 'f'.repeat(32))] }];
  if (partnerId !== undefined) parts.push({ text: 'partner_id = ?', values: [idToBytes(partnerId)] });
  if (page.feedId !== undefined) parts.push({ text: 'feed_id = ?', values: [idToBytes(page.feedId)] });
  const { text, values } = allOf(parts);
  const rows = await sql.arrays(`${SELECT} WHERE ${text} ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`, values);
  return rows.map(runFrom);
}

/** Thrown when another process has taken the step meanwhile; nothing is then changed. */
export class StaleRunError extends Error {
  override readonly name = 'StaleRunError';
}

/** Writes down how far `run` has come with its next step. */
export async function advanceRun(tx: Sql, run: Run, next: Run): Promise<void> {
  const words = [next.position, next.totals].map((value) => JSON.stringify(value));
  const changed = await tx.run(
    `UPDATE reconciliation_run SET state = ?, step_no = ?, position = ?, totals = ?, done = ?, ended_at = ?
     WHERE id = ? AND step_no = ?`,
    [next.state, run.stepNo + 1, words[0]!, words[1]!, next.done, next.endedAt ?? null, idToBytes(run.id), run.stepNo],
  );
  if (changed !== 1) throw new StaleRunError(`run ${run.id} has gone another step meanwhile`);
}

/** A redemption that a feed may speak of, with all that may name it. */
export interface Candidate extends Named {
  readonly status: RedemptionStatus;
  readonly cost: number;
  readonly faceValue: number;
  readonly claimedAt: Instant;
  readonly expiresAt: Instant;
  readonly usedAt?: Instant;
}

/** Redemptions of a partner's offers that were claimed before a time. */
export interface CandidatesOf {
  readonly partnerId: Id;
  readonly offerId?: Id;
  readonly claimedBefore: Instant;
}

function candidateCondition({ partnerId, offerId, claimedBefore }: CandidatesOf): Condition {
  const parts: Condition[] = [
    { text: "partner_id = ? AND item_kind = 'OFFER'", values: [idToBytes(partnerId)] },
    ...claimedIn(undefined, claimedBefore),
  ];
  if (offerId !== undefined) parts.push({ text: 'item_id = ?', values: [idToBytes(offerId)] });
  return allOf(parts);
}

export async function countCandidates(sql: Sql, of: CandidatesOf): Promise<number> {
  const { text, values } = candidateCondition(of);
  const [row] = await sql.arrays(`SELECT COUNT(*) FROM redemption WHERE ${text}`, values);
  return Number(row![0]);
}

/** In the order of claims. */
export async function readCandidates(sql: Sql, of: CandidatesOf, after: Id, limit: number): Promise<Candidate[]> {
  const { text, values } = candidateCondition(of);
  const rows = await sql.arrays(
    `SELECT id, item_id, status, cost, face_value, claimed_at, expires_at, used_at, code_cipher, code_hash, partner_ref,
       (SELECT external_id FROM member WHERE member.id = redemption.member_id)
     FROM redemption WHERE ${text} AND id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`,
    [...values, idToBytes(after)],
  );
  return rows.map((row) => ({
    partnerId: of.partnerId,
    redemptionId: idFromBytes(row[0] as Buffer),
    itemId: idFromBytes(row[1] as Buffer),
    status: row[2] as RedemptionStatus,
    cost: Number(row[3]),
    faceValue: Number(row[4]),
    claimedAt: Number(row[5]),
    expiresAt: Number(row[6]),
    usedAt: row[7] === null ? undefined : Number(row[7]),
    sealedCode: Buffer.isBuffer(row[8]) ? row[8] : undefined,
    codeHash: Buffer.isBuffer(row[9]) ? row[9] : undefined,
    partnerRef: typeof row[10] === 'string' ? row[10] : undefined,
    member: String(row[11]),
  }));
}

export interface KeyedOurs extends Ours {
  readonly key: string;
}

const OURS = ['run_id', 'match_key', 'redemption_id', 'due', 'amount', 'happened_at', 'status'] as const;

export async function addOurs(tx: Sql, runId: Id, ours: readonly KeyedOurs[]): Promise<void> {
  const id = idToBytes(runId);
  // In the order of the keys, so that neighbours go into one page.
  const sorted = ours.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const rows = sorted.map(({ key, redemptionId, due, amount, at, status }) => {
    return [id, new HexBytes(key), new HexBytes(redemptionId), due ? 1 : 0, amount, at ?? null, status];
  });
  await tx.insertMany('reconciliation_ours', OURS, rows);
}

/** In the order of the keys: those after a key, or all of one. */
export async function readOurs(
  sql: Sql,
  runId: Id,
  from: { readonly after: string } | { readonly key: string },
  limit?: number,
): Promise<KeyedOurs[]> {
  const [where, key] = 'after' in from ? ['match_key > ?', from.after] : ['match_key = ?', from.key];
  const most = limit === undefined ? '' : ` LIMIT ${Math.trunc(limit)}`;
  const rows = await sql.arrays(
    `SELECT ${OURS.slice(1).join(', ')} FROM reconciliation_ours WHERE run_id = ? AND ${where}
     ORDER BY match_key, redemption_id${most}`,
    [idToBytes(runId), Buffer.from(key!, 'hex')],
  );
  return rows.map((row) => ({
    key: (row[0] as Buffer).toString('hex'),
    redemptionId: idFromBytes(row[1] as Buffer),
    due: Number(row[2]) === 1,
    amount: Number(row[3]),
    at: row[4] === null ? undefined : Number(row[4]),
    status: row[5] as RedemptionStatus,
  }));
}

/** What was matched is not needed any more. */
export async function dropOurs(tx: Sql, runId: Id, upTo: string): Promise<void> {
  const values = [idToBytes(runId), Buffer.from(upTo, 'hex')];
  await tx.run('DELETE FROM reconciliation_ours WHERE run_id = ? AND match_key <= ?', values);
}

export interface Match {
  readonly line: number;
  readonly redemptionId: Id;
}

export async function addMatches(tx: Sql, runId: Id, matches: readonly Match[]): Promise<void> {
  const id = idToBytes(runId);
  const sorted = matches.toSorted((left, right) => left.line - right.line);
  const rows = sorted.map(({ line, redemptionId }) => [id, line, new HexBytes(redemptionId)]);
  await tx.insertMany('reconciliation_match', ['run_id', 'line', 'redemption_id'], rows);
}

/** In the order of the lines. */
export async function listMatches(sql: Sql, runId: Id, after: number, limit: number): Promise<Match[]> {
  const rows = await sql.arrays(
    `SELECT line, redemption_id FROM reconciliation_match WHERE run_id = ? AND line > ?
     ORDER BY line LIMIT ${Math.trunc(limit)}`,
    [idToBytes(runId), after],
  );
  return rows.map((row) => ({ line: Number(row[0]), redemptionId: idFromBytes(row[1] as Buffer) }));
}

/** A code as the pool of an offer knows it. */
export interface Pooled {
  readonly offerId: Id;
  readonly seq: number;
  /** Whether the pool has handed it out. */
  readonly issued: boolean;
}

/** All offers that have a pool, with how far each was handed out. */
export async function readPools(sql: Sql): Promise<Map<Id, number>> {
  const rows = await sql.arrays('SELECT offer_id, issued FROM code_pool');
  return new Map(rows.map((row) => [idFromBytes(row[0] as Buffer), Number(row[1])]));
}

/** The numbers of these hashes in the pool of an offer; hashes in hexadecimal digits. */
export async function numbersInPool(sql: Sql, offerId: Id, hashes: readonly Buffer[]): Promise<Map<string, number>> {
  if (hashes.length === 0) return new Map();
  const rows = await sql.arrays(
    `SELECT code_hash, seq FROM pool_code WHERE offer_id = ? AND code_hash IN (${questionMarks(hashes.length)})`,
    [idToBytes(offerId), ...hashes],
  );
  return new Map(rows.map((row) => [(row[0] as Buffer).toString('hex'), Number(row[1])]));
}
