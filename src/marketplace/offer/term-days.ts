// The days that a term may touch, as numbers, with the week and the month that each of them lies in.
import type { PeriodKind } from '../../kernel/period';
import type { Term } from '../../program/program';

/** Days since 1970-01-01 of a calendar without a clock: the local dates of whoever counts. */
export type DayNumber = number;

const DAY_MS = 86_400_000;
/** A term may begin on any of so many days from the first. */
export const STARTS = 366;
const LONGEST_MONTH = 31;

export function dayNumber(year: number, month: number, day: number): DayNumber {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** 0 = Monday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The last day that a term touches which begins at some time of day on `first`: so many months or days later. */
export function lastDayOf(term: Term, first: DayNumber): DayNumber {
  if (term.months === undefined) return first + (term.days ?? 0);
  const start = new Date(first * DAY_MS);
  const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + term.months];
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(start.getUTCDate(), length)) / DAY_MS;
}

/** Weeks and months of all days that a term touches that begins within a year of `first`. */
export class TermDays {
  readonly last: DayNumber;
  private readonly weeks: Int32Array;
  private readonly months: Int32Array;

  constructor(
    readonly first: DayNumber,
    readonly term: Term,
  ) {
    this.last = first + STARTS + (term.months === undefined ? (term.days ?? 0) : term.months * LONGEST_MONTH);
    const length = this.last - first + 1;
    this.weeks = new Int32Array(length);
    this.months = new Int32Array(length);
    for (let at = 0; at < length; at += 1) {
      const day = first + at;
      const date = new Date(day * DAY_MS);
      this.weeks[at] = Math.floor((day + 3) / 7);
      this.months[at] = date.getUTCFullYear() * 12 + date.getUTCMonth();
    }
  }

  /** Equal for two days of one period. */
  periodOf(kind: PeriodKind, day: DayNumber): number {
    if (kind === 'DAY') return day;
    if (kind === 'TERM') return 0;
    return (kind === 'WEEK' ? this.weeks : this.months)[day - this.first]!;
  }

  /** The most months that one term touches. */
  mostMonths(): number {
    let most = 0;
    for (let start = this.first; start < this.first + STARTS; start += 1) {
      const months = this.periodOf('MONTH', lastDayOf(this.term, start)) - this.periodOf('MONTH', start) + 1;
      most = Math.max(most, months);
    }
    return most;
  }
}
