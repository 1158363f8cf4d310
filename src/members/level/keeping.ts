// Until when a level is kept that was reached or renewed at some instant.
import type { Instant } from '../../kernel/clock';
import type { BusinessTime } from '../../kernel/period';
import type { Catalogue } from '../../program/catalogue';

/** `undefined` when the policy keeps nothing. */
export function keptUntil({ levelPolicy, time }: Catalogue, since: Instant): Instant | undefined {
  const { when, keep, date } = levelPolicy;
  if (when === 'AT_ONCE') return undefined;
  const kept = keep?.months ? time.addMonths(since, keep.months) : time.addDays(since, keep?.days ?? 0);
  return when === 'AT_KEEP_END' || !date ? kept : firstReview(time, date, since, kept);
}

/** The first review after `since`, and not before `kept`. */
function firstReview(
  time: BusinessTime,
  { month, day }: { readonly month: number; readonly day: number },
  since: Instant,
  kept: Instant,
): Instant {
  const { year } = time.localDate(since);
  for (let at = year; ; at += 1) {
    const lastDay = new Date(Date.UTC(at, month, 0)).getUTCDate();
    const review = time.startOfDate(at, month, Math.min(day, lastDay));
    if (review > since && review >= kept) return review;
  }
}
