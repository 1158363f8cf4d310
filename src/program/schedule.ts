// The hours of the week in which an offer may be taken, worked out once so that looking costs next to nothing.
import { type OpenHours, WEEKDAYS } from './program';

const DAY_MINUTES = 24 * 60;
export const WEEK_MINUTES = 7 * DAY_MINUTES;

/** Minutes of the week from Monday 00:00; `until` is exclusive and at most the end of the week. */
interface Span {
  readonly from: number;
  readonly until: number;
}

export class Schedule {
  private readonly spans: readonly Span[];

  /** `hours` that go over midnight belong to the day on which they begin; those of Sunday end on Monday. */
  constructor(hours: readonly OpenHours[]) {
    this.spans = hours.flatMap(({ days, from, until }) =>
      (days.length > 0 ? days : WEEKDAYS).flatMap((day) => spansOf(WEEKDAYS.indexOf(day), from, until)),
    );
  }

  /** `minute` of the week from Monday 00:00, of the program's time zone. */
  isOpenAt(minute: number): boolean {
    return this.spans.some(({ from, until }) => minute >= from && minute < until);
  }

  /** Whether there is a minute on this day of the week (0 = Monday) in which it is open. */
  isOpenOn(day: number): boolean {
    return this.spans.some(({ from, until }) => from < (day + 1) * DAY_MINUTES && until > day * DAY_MINUTES);
  }
}

function spansOf(day: number, from: string, until: string): Span[] {
  const start = day * DAY_MINUTES + minutesOf(from);
  const overnight = minutesOf(until) <= minutesOf(from);
  const end = day * DAY_MINUTES + minutesOf(until) + (overnight ? DAY_MINUTES : 0);
  if (end <= WEEK_MINUTES) return [{ from: start, until: end }];
  return [
    { from: start, until: WEEK_MINUTES },
    { from: 0, until: end - WEEK_MINUTES },
  ];
}

/** Of a text like `09:30`, which the schema has checked. */
function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
