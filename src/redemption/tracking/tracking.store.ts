// The SQL of tracking: redemptions of offers, narrowed by who, what and when, as pages and as sums.
import type { Sql, SqlValue } from '../../database/sql';
import { type Instant, MINUTE } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { Redemption, RedemptionStatus } from '../redemption';
import { NEWEST } from '../redemption.store';
import { fromRow, SELECTED } from '../redemption-row';
import { withinReach } from './agreement-reach';

/** Which redemptions of offers; each field that is there narrows them. `From` is inclusive, `Before` is not. */
export interface Tracked {
  readonly partnerId?: Id;
  readonly offerId?: Id;
  /** That paid for it. */
  readonly agreementId?: Id;
  /** As of now: a coupon past its time is expired before the job has said so. */
  readonly status?: RedemptionStatus;
  /** Of the member at the claim. */
  readonly levelId?: Id;
  /** Of the card that bears the cost. */
  readonly planId?: Id;
  /** Who gave it: `campaign birthday`. */
  readonly source?: string;
  readonly claimedFrom?: Instant;
  readonly claimedBefore?: Instant;
  /** Only what was used has a time of use. */
  readonly usedFrom?: Instant;
  readonly usedBefore?: Instant;
  /** When the coupon ends or ended, whether it was used or not. */
  readonly expiresFrom?: Instant;
  readonly expiresBefore?: Instant;
}

export interface TrackedTotals {
  readonly redemptions: number;
  /** Different ones. */
  readonly members: number;
  /** In the minor unit. */
  readonly faceValue: number;
  /** What the operator bears, in the minor unit. */
  readonly cost: number;
}

export const NO_TOTALS: TrackedTotals = { redemptions: 0, members: 0, faceValue: 0, cost: 0 };

export interface Condition {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export function allOf(parts: readonly Condition[]): Condition {
  return { text: parts.map(({ text }) => text).join(' AND '), values: parts.flatMap(({ values }) => values) };
}

/** Ids of claims of before the claim's own time made them may be this much younger than it. */
const SLACK = MINUTE;

function idAt(instant: Instant): Buffer {
  const time = Math.min(Math.max(0, Math.trunc(instant)), 2 ** 48 - 1);
  return idToBytes(time.toString(16).padStart(12, '0') + '0'.repeat(20));
}

/**
 * Claims of a span of time as a range of ids too, which are in the order of claims: each index that ends in `id` finds
 * them, and none is needed for the time.
 */
export function claimedIn(from: Instant | undefined, before: Instant | undefined): Condition[] {
  const parts: Condition[] = [];
  if (from !== undefined) parts.push({ text: 'id >= ? AND claimed_at >= ?', values: [idAt(from), from] });
  if (before !== undefined) parts.push({ text: 'id < ? AND claimed_at < ?', values: [idAt(before + SLACK), before] });
  return parts;
}

const EQUAL = {
  partnerId: 'partner_id',
  offerId: 'item_id',
  agreementId: 'agreement_id',
  levelId: 'level_id',
  planId: 'plan_id',
} as const;

/** `walk`: rows are read in the order of ids, so the time of use must not draw the database to another order. */
function conditionOf(tracked: Tracked, now: Instant, walk: boolean): Condition {
  const parts: Condition[] = [{ text: "item_kind = 'OFFER'", values: [] }];
  for (const [field, column] of Object.entries(EQUAL) as [keyof typeof EQUAL, string][]) {
    const id = tracked[field];
    if (id !== undefined) parts.push({ text: `${column} = ?`, values: [idToBytes(id)] });
  }
  const { status, source, usedFrom, usedBefore, expiresFrom, expiresBefore } = tracked;
  if (source !== undefined) parts.push({ text: 'source = ?', values: [source] });
  if (status !== undefined) parts.push(statusCondition(status, now));
  parts.push(...claimedIn(tracked.claimedFrom, tracked.claimedBefore));
  const usedAt = walk ? 'used_at + 0' : 'used_at';
  if (usedFrom !== undefined) parts.push({ text: `${usedAt} >= ?`, values: [usedFrom] });
  // Nothing is used before it is claimed.
  if (usedBefore !== undefined) {
    parts.push({ text: `${usedAt} < ? AND id < ?`, values: [usedBefore, idAt(usedBefore + SLACK)] });
  }
  if (expiresFrom !== undefined) parts.push({ text: 'expires_at >= ?', values: [expiresFrom] });
  if (expiresBefore !== undefined) parts.push({ text: 'expires_at < ?', values: [expiresBefore] });
  return allOf(parts);
}

/** As `statusAt` has it. */
function statusCondition(status: RedemptionStatus, now: Instant): Condition {
  if (status === 'ISSUED') return { text: "status = 'ISSUED' AND expires_at > ?", values: [now] };
  if (status !== 'EXPIRED') return { text: 'status = ?', values: [status] };
  return { text: "(status = 'EXPIRED' OR (status = 'ISSUED' AND expires_at <= ?))", values: [now] };
}

/** Newest first. */
export async function listTracked(
  sql: Sql,
  tracked: Tracked,
  page: { readonly before?: Id; readonly limit: number; readonly now: Instant },
): Promise<Redemption[]> {
  const within = await withinReach(sql, tracked);
  if (!within) return [];
  const { text, values } = conditionOf(within, page.now, true);
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE ${text} AND id < ? ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`,
    [...values, idToBytes(page.before ?? NEWEST)],
  );
  return rows.map(fromRow);
}

export async function totalTracked(sql: Sql, tracked: Tracked, now: Instant): Promise<TrackedTotals> {
  const within = await withinReach(sql, tracked);
  if (!within) return NO_TOTALS;
  const { text, values } = conditionOf(within, now, false);
  const [row] = await sql.arrays(
    `SELECT COUNT(*), COUNT(DISTINCT member_id), COALESCE(SUM(face_value), 0), COALESCE(SUM(cost), 0)
     FROM redemption WHERE ${text}`,
    [...values],
  );
  const [redemptions, members, faceValue, cost] = row!.map(Number) as [number, number, number, number];
  return { redemptions, members, faceValue, cost };
}

/** How many there are, for the length of a bar. */
export async function countTracked(sql: Sql, tracked: Tracked, now: Instant): Promise<number> {
  const within = await withinReach(sql, tracked);
  if (!within) return 0;
  const { text, values } = conditionOf(within, now, false);
  const [row] = await sql.arrays(`SELECT COUNT(*) FROM redemption WHERE ${text}`, [...values]);
  return Number(row![0]);
}
