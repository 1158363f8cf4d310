// The time that a simulation covers: its weeks, the days in them, and when they are on the calendar of the program.
import { HOUR, type Instant } from '../../kernel/clock';
import type { BusinessTime } from '../../kernel/period';

export const DAYS_A_WEEK = 7;

/** An ordinary year: profiles begin with it, so that their weeks are those of the calendar. */
const ORDINARY_YEAR = 2026;

export class Horizon {
  /** One for each day, and for the one after the last. */
  private readonly days: readonly Instant[];

  constructor(
    time: BusinessTime,
    readonly weeks: number,
    readonly begin: Instant = time.startOfDate(ORDINARY_YEAR, 1, 1),
  ) {
    this.days = Array.from({ length: DAYS_A_WEEK * weeks + 1 }, (_, day) => time.addDays(begin, day));
  }

  /** The first moment after the last week. */
  get end(): Instant {
    return this.days.at(-1)!;
  }

  /** When a week begins, from 1; the week after the last one begins at the end, and so do all that follow. */
  startOf(week: number): Instant {
    return this.days[DAYS_A_WEEK * (week - 1)] ?? this.end;
  }

  /** The last moment of a week, in which members are counted; of week 0, the beginning itself. */
  endOf(week: number): Instant {
    return week === 0 ? this.begin : this.startOf(week + 1) - 1;
  }

  /** When members do what they do on a day of a week, from 0: half a day after it began. */
  dayOf(week: number, day: number): Instant {
    return this.days[DAYS_A_WEEK * (week - 1) + day]! + 12 * HOUR;
  }
}
