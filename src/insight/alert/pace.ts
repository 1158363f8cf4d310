// Whether a ceiling lasts to the end of its period: two projections of what is claimed, without any I/O.
import { DAY, type Instant } from '../../kernel/clock';
import type { DayNumber } from '../../kernel/period';

const WEEK = 7;
/** Of fewer whole weeks a weekday's mean says nothing. */
const WEEKS_LEAST = 2;
/** Older weeks say little about the next ones. */
export const WEEKS_MOST = 4;

export interface Running {
  readonly from: Instant;
  /** Exclusive. */
  readonly before: Instant;
  readonly now: Instant;
  /** In pieces; what is held counts as used. */
  readonly quantity: number;
  readonly used: number;
}

/**
 * When the ceiling is used up if the rest of the period goes as its part so far, on average: with the rate
 * r = used ÷ (now − from), at now + (quantity − used) ÷ r. `undefined` when it lasts to the end of the period, and when
 * nothing was used yet. (The run rate of burn charts; a straight line through the begin of the period.)
 */
export function linearRunOut({ from, before, now, quantity, used }: Running): Instant | undefined {
  if (used <= 0 || now <= from) return undefined;
  const left = Math.max(0, quantity - used);
  const at = now + (left * (now - from)) / used;
  return at < before ? Math.ceil(at) : undefined;
}

export interface DayCount {
  readonly day: DayNumber;
  readonly claims: number;
}

/** 0 is a Thursday, as the first day of 1970 was; only the remainder counts. */
function weekdayOf(day: DayNumber): number {
  return ((day % WEEK) + WEEK) % WEEK;
}

/**
 * What a day of each weekday brings, from whole days before `today`: the mean of the last two to four whole weeks. A
 * day without a count had none. `undefined` with fewer than two weeks since `firstDay`.
 */
export function weekdayMeans(
  counts: readonly DayCount[],
  firstDay: DayNumber,
  today: DayNumber,
): readonly number[] | undefined {
  const weeks = Math.min(WEEKS_MOST, Math.floor((today - firstDay) / WEEK));
  if (weeks < WEEKS_LEAST) return undefined;
  const sums = Array<number>(WEEK).fill(0);
  for (const { day, claims } of counts) {
    if (day >= today - weeks * WEEK && day < today) sums[weekdayOf(day)]! += claims;
  }
  return sums.map((sum) => sum / weeks);
}

/**
 * When the ceiling is used up if each day to come brings the mean of its weekday, evenly over the day: the seasonal
 * naïve method with a season of one week, taken over the mean of several seasons (Hyndman and Athanasopoulos,
 * Forecasting: Principles and Practice, 3rd edition, section 5.2). `undefined` when it lasts to the end of the period.
 * `startOfDay` tells when a day begins, which is not always 24 hours after the one before.
 */
export function seasonalRunOut(
  { before, now, quantity, used }: Running,
  means: readonly number[],
  today: DayNumber,
  startOfDay: (day: DayNumber) => Instant,
): Instant | undefined {
  let left = Math.max(0, quantity - used);
  const mostDays = Math.ceil((before - now) / DAY) + 1;
  for (let day = today; day <= today + mostDays; day += 1) {
    const [begin, end] = [startOfDay(day), startOfDay(day + 1)];
    const from = Math.max(begin, now);
    if (from >= before) return undefined;
    const aDay = means[weekdayOf(day)]!;
    const brings = (aDay * (end - from)) / (end - begin);
    if (brings > 0 && brings >= left) {
      const at = from + (left / brings) * (end - from);
      return at < before ? Math.ceil(at) : undefined;
    }
    left -= brings;
  }
  return undefined;
}
