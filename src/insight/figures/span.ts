// Spans of days as the fewest years, months and days that the roll-up has sums of.
import { addDays, dateOfDay, type PeriodNumber } from '../../kernel/period';

export interface DaySpan {
  readonly from: PeriodNumber;
  /** Included. */
  readonly to: PeriodNumber;
}

export interface Cover {
  /** Years and months. */
  readonly whole: readonly PeriodNumber[];
  readonly days: readonly DaySpan[];
}

/** No figure is older. */
export const FIRST_DAY: PeriodNumber = 19_700_101;
const yearOf = (day: PeriodNumber) => Math.trunc(day / 10_000);
export const monthOf = (day: PeriodNumber): PeriodNumber => Math.trunc(day / 100) * 100;
export const firstOfMonth = (month: PeriodNumber): PeriodNumber => month + 1;

/** The month after this one; both as `20261100`. */
export function monthAfter(month: PeriodNumber): PeriodNumber {
  return month % 10_000 === 1_200 ? (yearOf(month) + 1) * 10_000 + 100 : month + 100;
}

export function lastOfMonth(month: PeriodNumber): PeriodNumber {
  return addDays(firstOfMonth(monthAfter(month)), -1);
}

/** The days of the span, each in exactly one of the periods. */
export function coverOf({ from, to }: DaySpan): Cover {
  const whole: PeriodNumber[] = [];
  const days: DaySpan[] = [];
  let day = from;
  while (day <= to) {
    const [year, month] = [yearOf(day), monthOf(day)];
    const [lastOfYear, last] = [year * 10_000 + 1_231, lastOfMonth(month)];
    if (day % 10_000 === 101 && lastOfYear <= to) {
      whole.push(year * 10_000 + 1_300);
      day = addDays(lastOfYear, 1);
    } else if (day % 100 === 1 && last <= to) {
      whole.push(month);
      day = addDays(last, 1);
    } else {
      const end = Math.min(last, to);
      days.push({ from: day, to: end });
      day = addDays(end, 1);
    }
  }
  return { whole, days };
}

/** The days one by one: a range of each month, since the sum of a month lies before its first day. */
export function dayCover({ from, to }: DaySpan): Cover {
  const days = monthsIn({ from, to }).map((month) => ({
    from: Math.max(from, firstOfMonth(month)),
    to: Math.min(to, lastOfMonth(month)),
  }));
  return { whole: [], days };
}

/** All days until this one, itself included: what stands at its end. */
export function coverUntil(day: PeriodNumber): Cover {
  return coverOf({ from: FIRST_DAY, to: day });
}

/** The months that the span touches, the first one first. */
export function monthsIn({ from, to }: DaySpan): PeriodNumber[] {
  const months: PeriodNumber[] = [];
  for (let month = monthOf(from); month <= monthOf(to); month = monthAfter(month)) months.push(month);
  return months;
}

export function daysIn({ from, to }: DaySpan): PeriodNumber[] {
  const days: PeriodNumber[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** `2026-11-22`, `2026-11`, `2026`. */
export function periodText(period: PeriodNumber): string {
  if (period % 10_000 === 1_300) return String(Math.trunc(period / 10_000));
  return period % 100 === 0 ? dateOfDay(period).slice(0, 7) : dateOfDay(period);
}
