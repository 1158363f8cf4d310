// Business days as spans of time that SQL can count with: whole days of the same length in a row are one span.
import { DAY, type Instant } from '../../kernel/clock';
import type { BusinessTime, DayNumber } from '../../kernel/period';

export interface DaySpan {
  readonly firstDay: DayNumber;
  readonly from: Instant;
  /** Exclusive. */
  readonly before: Instant;
  /** False for a single day that is longer or shorter than others, where the clocks change. */
  readonly even: boolean;
}

/** The days from `first` to `last`, both included. */
export function daySpans(time: BusinessTime, first: DayNumber, last: DayNumber): DaySpan[] {
  const spans: DaySpan[] = [];
  for (let day = first; day <= last; day += 1) {
    const [from, before] = [time.startOfDay(day), time.startOfDay(day + 1)];
    const even = before - from === DAY;
    const open = spans.at(-1);
    if (open?.even && even) spans[spans.length - 1] = { ...open, before };
    else spans.push({ firstDay: day, from, before, even });
  }
  return spans;
}

/** An expression for the milliseconds from the begin of the span to that of the day that `column` lies in. */
export function dayWithin({ from, even }: DaySpan, column: string): string {
  const since = `(${column} - ${Math.trunc(from)})`;
  return even ? `${since} - ${since} % ${DAY}` : '0';
}

/** The day that such an expression stands for. */
export function dayOf({ firstDay }: DaySpan, since: number): DayNumber {
  return firstDay + since / DAY;
}
