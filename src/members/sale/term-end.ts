// When terms end, and days on the calendar of the program.
import type { Instant } from '../../kernel/clock';
import type { BusinessTime } from '../../kernel/period';
import type { Term } from '../../program/program';

/** The end (exclusive) of a term that begins at this instant. */
export function termEnd(time: BusinessTime, startsAt: Instant, { months, days = 0 }: Term): Instant {
  return months ? time.addMonths(startsAt, months) : addDays(time, startsAt, days);
}

/** Days are counted on the calendar, so that nothing shifts by an hour when the clocks change. Below zero: before. */
export function addDays(time: BusinessTime, instant: Instant, days: number): Instant {
  const { year, month, day } = time.localDate(instant);
  const sinceMidnight = instant - time.startOfDate(year, month, day);
  return time.startOfDate(year, month, day + days) + sinceMidnight;
}
