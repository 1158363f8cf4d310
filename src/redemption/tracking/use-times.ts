// How soon coupons are used: the median and the ninetieth percentile of daily histograms.
import type { DayNumber } from '../../kernel/period';

export interface UseCount {
  /** The business day of the use. */
  readonly day: DayNumber;
  /** Milliseconds from the claim to the use, rounded down to the step of that length. */
  readonly took: number;
  readonly uses: number;
}

export interface UseTimes {
  readonly uses: number;
  /** Seconds; absent when nothing was used. */
  readonly median?: number;
  readonly p90?: number;
}

/** The nearest rank (NIST, Engineering Statistics Handbook 7.2.6.2): the least time that so large a part reached. */
function rank(sorted: readonly UseCount[], uses: number, part: number): number | undefined {
  let left = Math.max(1, Math.ceil(uses * part));
  for (const { took, uses: some } of sorted) {
    left -= some;
    if (left <= 0) return took / 1_000;
  }
  return undefined;
}

export function useTimesOf(counts: readonly UseCount[]): UseTimes {
  const sorted = counts.toSorted((left, right) => left.took - right.took);
  const uses = sorted.reduce((sum, count) => sum + count.uses, 0);
  return { uses, median: rank(sorted, uses, 0.5), p90: rank(sorted, uses, 0.9) };
}

/** Each day on which something was used, the first one first. */
export function useTimesByDay(counts: readonly UseCount[]): (UseTimes & { readonly day: DayNumber })[] {
  const days = new Map<DayNumber, UseCount[]>();
  for (const count of counts) {
    const some = days.get(count.day);
    if (some) some.push(count);
    else days.set(count.day, [count]);
  }
  return [...days].toSorted(([left], [right]) => left - right).map(([day, some]) => ({ day, ...useTimesOf(some) }));
}
