// The SQL of the funnel: what became of the claims of each day and offer, how often it was shown, how soon it was used.
import { questionMarks } from '../../database/dialect';
import type { Sql, SqlRow } from '../../database/sql';
import { DAY, type Instant } from '../../kernel/clock';
import { type Id, idFromBytes, idToBytes } from '../../kernel/id';
import { type DayNumber, dateOfDay, dayFromText, dayOfDate, dayText } from '../../kernel/period';
import { type DaySpan, dayOf, dayWithin } from './business-days';
import { allOf, type Condition, claimedIn } from './tracking.store';
import type { UseCount } from './use-times';

/** What becomes of the claims of one day, as of now. */
export interface Steps {
  /** How often it was shown that day. */
  readonly impressions: number;
  readonly claims: number;
  /** Of the claims: those that a coupon came of. */
  readonly issued: number;
  /** Of the issued, at whatever time. */
  readonly used: number;
  readonly expired: number;
  /** Of the claims, issued or not. */
  readonly cancelled: number;
  readonly failed: number;
}

export interface FunnelRow extends Steps {
  readonly day: DayNumber;
  readonly offerId: Id;
}

/** A row comes after another by its day, then by its offer. */
export type FunnelKey = Pick<FunnelRow, 'day' | 'offerId'>;

export interface FunnelScope {
  readonly partnerId?: Id;
  readonly offerId?: Id;
  /** Claims that it paid for; impressions of `offers`. */
  readonly agreementId?: Id;
  readonly offers?: readonly Id[];
}

const NOTHING: Steps = { impressions: 0, claims: 0, issued: 0, used: 0, expired: 0, cancelled: 0, failed: 0 };

function scoped(scope: FunnelScope, offerColumn: 'item_id' | 'offer_id'): Condition[] {
  const { partnerId, offerId, agreementId, offers } = scope;
  const parts: Condition[] = [];
  if (agreementId !== undefined && offerColumn === 'item_id') {
    parts.push({ text: 'agreement_id = ?', values: [idToBytes(agreementId)] });
  }
  if (offers) {
    parts.push({ text: `${offerColumn} IN (${questionMarks(offers.length)})`, values: offers.map(idToBytes) });
  }
  if (partnerId !== undefined) parts.push({ text: 'partner_id = ?', values: [idToBytes(partnerId)] });
  if (offerId !== undefined) parts.push({ text: `${offerColumn} = ?`, values: [idToBytes(offerId)] });
  return parts;
}

/** A coupon that was given back had been issued, unless its partner never said so. */
const ISSUED = `status IN ('ISSUED', 'USED', 'EXPIRED')
  OR (status = 'CANCELLED' AND (offer_ref IS NULL OR partner_ref IS NOT NULL))`;

const count = (condition: string) => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;

interface Asked {
  readonly scope: FunnelScope;
  readonly spans: readonly DaySpan[];
  readonly now: Instant;
  readonly after?: FunnelKey;
  readonly limit: number;
}

async function claimSteps(sql: Sql, span: DaySpan, { scope, after, now, limit }: Asked): Promise<FunnelRow[]> {
  const parts: Condition[] = [
    { text: "item_kind = 'OFFER'", values: [] },
    ...claimedIn(span.from, span.before),
    ...scoped(scope, 'item_id'),
  ];
  const since = dayWithin(span, 'claimed_at');
  if (after) {
    const seen = Math.trunc((after.day - span.firstDay) * DAY);
    parts.push({
      text: `(${since} > ${seen} OR (${since} = ${seen} AND item_id > ?))`,
      values: [idToBytes(after.offerId)],
    });
  }
  const { text, values } = allOf(parts);
  const expired = `status = 'EXPIRED' OR (status = 'ISSUED' AND expires_at <= ${Math.trunc(now)})`;
  const rows = await sql.arrays(
    `SELECT ${since} AS since, item_id, COUNT(*), ${count(ISSUED)}, ${count("status = 'USED'")}, ${count(expired)},
       ${count("status = 'CANCELLED'")}, ${count("status = 'FAILED'")}
     FROM redemption WHERE ${text} GROUP BY since, item_id ORDER BY since, item_id LIMIT ${Math.trunc(limit)}`,
    [...values],
  );
  return rows.map((row) => {
    const [claims, issued, used, expired, cancelled, failed] = row.slice(2).map(Number) as StepNumbers;
    const day = dayOf(span, Number(row[0]));
    const steps = { claims, issued, used, expired, cancelled, failed };
    return { ...NOTHING, ...steps, day, offerId: idFromBytes(row[1] as Buffer) };
  });
}

type StepNumbers = [number, number, number, number, number, number];

async function shownSteps(sql: Sql, { scope, spans, after, limit }: Asked): Promise<FunnelRow[]> {
  const [first, last] = [spans[0]!, spans.at(-1)!];
  const lastDay = last.firstDay + Math.round((last.before - last.from) / DAY) - 1;
  const parts: Condition[] = [
    { text: 'day BETWEEN ? AND ?', values: [periodOf(first.firstDay), periodOf(lastDay)] },
    ...scoped(scope, 'offer_id'),
  ];
  if (after) {
    const day = periodOf(after.day);
    parts.push({ text: '(day > ? OR (day = ? AND offer_id > ?))', values: [day, day, idToBytes(after.offerId)] });
  }
  const { text, values } = allOf(parts);
  const rows = await sql.arrays(
    `SELECT day, offer_id, shown FROM impression WHERE ${text} ORDER BY day, offer_id LIMIT ${Math.trunc(limit)}`,
    [...values],
  );
  return rows.map((row: SqlRow) => ({
    ...NOTHING,
    day: dayFromText(dateOfDay(Number(row[0]))),
    offerId: idFromBytes(row[1] as Buffer),
    impressions: Number(row[2]),
  }));
}

/** As the table of impressions has it. */
export function periodOf(day: DayNumber): number {
  return dayOfDate(dayText(day))!;
}

function before(left: FunnelKey, right: FunnelKey): number {
  return left.day - right.day || (left.offerId < right.offerId ? -1 : left.offerId > right.offerId ? 1 : 0);
}

/** Days on which an offer was shown or claimed, the first day first, at most `limit` of them. */
export async function readFunnel(sql: Sql, asked: Asked): Promise<FunnelRow[]> {
  const { spans, after, limit } = asked;
  const claimed: FunnelRow[] = [];
  for (const span of spans) {
    if (claimed.length >= limit) break;
    claimed.push(...(await claimSteps(sql, span, { ...asked, limit: limit - claimed.length })));
  }
  const rows = new Map<string, FunnelRow>();
  for (const row of [...(await shownSteps(sql, asked)), ...claimed]) {
    const key = `${row.day} ${row.offerId}`;
    const impressions = row.impressions + (rows.get(key)?.impressions ?? 0);
    rows.set(key, { ...row, impressions });
  }
  const found = [...rows.values()].toSorted(before);
  return (after ? found.filter((row) => before(row, after) > 0) : found).slice(0, limit);
}

/** Claims of each offer and day that were not taken back or declined, for whom a sum of them is enough. */
export async function claimsByDay(
  sql: Sql,
  scope: FunnelScope,
  spans: readonly DaySpan[],
): Promise<(FunnelKey & { readonly claims: number })[]> {
  const rows: FunnelRow[] = [];
  for (const span of spans) {
    rows.push(...(await claimSteps(sql, span, { scope, spans, now: span.before, limit: ROWS_MAX })));
  }
  return rows.map(({ day, offerId, claims, cancelled, failed }) => {
    return { day, offerId, claims: claims - cancelled - failed };
  });
}

/** More than offers times days of whoever asks. */
const ROWS_MAX = 100_000;

const TOOK = '(used_at - claimed_at)';
/** To the minute within an hour, to the quarter within a day, to six hours beyond. */
const STEP = `CASE WHEN ${TOOK} < 3600000 THEN 60000 WHEN ${TOOK} < 86400000 THEN 900000 ELSE 21600000 END`;

/** By the day of use. */
export async function readUseTimes(sql: Sql, scope: FunnelScope, spans: readonly DaySpan[]): Promise<UseCount[]> {
  const counts: UseCount[] = [];
  for (const span of spans) {
    const { text, values } = allOf([
      {
        text: "item_kind = 'OFFER' AND status = 'USED' AND used_at >= ? AND used_at < ?",
        values: [span.from, span.before],
      },
      ...scoped(scope, 'item_id'),
    ]);
    const rows = await sql.arrays(
      `SELECT ${dayWithin(span, 'used_at')} AS since, ${TOOK} - ${TOOK} % (${STEP}) AS took, COUNT(*)
       FROM redemption WHERE ${text} GROUP BY since, took ORDER BY since, took`,
      [...values],
    );
    for (const row of rows) {
      counts.push({ day: dayOf(span, Number(row[0])), took: Number(row[1]), uses: Number(row[2]) });
    }
  }
  return counts;
}
