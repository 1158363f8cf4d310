// The SQL of tracking: redemptions of offers by partner, offer, status and time of use, as pages and as sums.
import type { Sql, SqlValue } from '../database/sql';
import type { Instant } from '../kernel/clock';
import { type Id, idToBytes } from '../kernel/id';
import type { Redemption, RedemptionStatus } from './redemption';
import { NEWEST } from './redemption.store';
import { fromRow, SELECTED } from './redemption-row';

/** Which redemptions of offers; each field that is there narrows them. */
export interface Tracked {
  readonly partnerId?: Id;
  readonly offerId?: Id;
  /** As of now: a coupon past its time is expired before the job has said so. */
  readonly status?: RedemptionStatus;
  /** Inclusive; only what was used has a time of use. */
  readonly usedFrom?: Instant;
  /** Exclusive. */
  readonly usedBefore?: Instant;
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

interface Condition {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

function conditionOf(tracked: Tracked, now: Instant): Condition {
  const { partnerId, offerId, status, usedFrom, usedBefore } = tracked;
  const parts: Condition[] = [];
  if (partnerId !== undefined) parts.push({ text: 'partner_id = ?', values: [idToBytes(partnerId)] });
  parts.push({ text: "item_kind = 'OFFER'", values: [] });
  if (offerId !== undefined) parts.push({ text: 'item_id = ?', values: [idToBytes(offerId)] });
  if (status !== undefined) parts.push(statusCondition(status, now));
  if (usedFrom !== undefined) parts.push({ text: 'used_at >= ?', values: [usedFrom] });
  if (usedBefore !== undefined) parts.push({ text: 'used_at < ?', values: [usedBefore] });
  return { text: parts.map(({ text }) => text).join(' AND '), values: parts.flatMap(({ values }) => values) };
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
  const { text, values } = conditionOf(tracked, page.now);
  const rows = await sql.arrays(
    `SELECT ${SELECTED} FROM redemption WHERE ${text} AND id < ? ORDER BY id DESC LIMIT ${Math.trunc(page.limit)}`,
    [...values, idToBytes(page.before ?? NEWEST)],
  );
  return rows.map(fromRow);
}

export async function totalTracked(sql: Sql, tracked: Tracked, now: Instant): Promise<TrackedTotals> {
  const { text, values } = conditionOf(tracked, now);
  const [row] = await sql.arrays(
    `SELECT COUNT(*), COUNT(DISTINCT member_id), COALESCE(SUM(face_value), 0), COALESCE(SUM(cost), 0)
     FROM redemption WHERE ${text}`,
    [...values],
  );
  const [redemptions, members, faceValue, cost] = row!.map(Number) as [number, number, number, number];
  return { redemptions, members, faceValue, cost };
}
