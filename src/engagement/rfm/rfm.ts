// Recency, frequency and spend of a member; scores by thresholds; the grade that holds. Pure, and exact on integers.
import type { DayNumber } from '../../kernel/period';
import { type Grade, type Interval, intervalOf, type RfmPolicy, type Thresholds } from '../../program/lifecycle';

/** What a member bought in the window. */
export interface RfmFacts {
  /** The day of the last purchase; absent when there is none. */
  readonly lastDay?: DayNumber;
  /** How many purchases. */
  readonly frequency: number;
  /** Bought less returned, in the minor unit, not below 0. */
  readonly monetary: number;
}

/** 1 (worst) to 5 (best); all 0 for who bought nothing, or without thresholds. */
export interface Scores {
  readonly r: number;
  readonly f: number;
  readonly m: number;
}

export const NO_SCORES: Scores = Object.freeze({ r: 0, f: 0, m: 0 });
const BEST = 5;

/** Endless for who bought nothing. */
export function recencyOf({ lastDay }: RfmFacts, today: DayNumber): number {
  return lastDay === undefined ? Number.POSITIVE_INFINITY : Math.max(0, today - lastDay);
}

export function scoresOf(facts: RfmFacts, thresholds: Thresholds | undefined, today: DayNumber): Scores {
  if (!thresholds || facts.lastDay === undefined) return NO_SCORES;
  const { recencyDays, frequency, monetary } = thresholds;
  const recency = recencyOf(facts, today);
  return {
    r: BEST - recencyDays.filter((most) => recency > most).length,
    f: 1 + frequency.filter((least) => facts.frequency >= least).length,
    m: 1 + monetary.filter((least) => facts.monetary >= least).length,
  };
}

interface Held {
  readonly grade: Grade;
  readonly ranges: readonly (readonly [keyof Values, Interval])[];
}
type Values = { readonly [Key in 'recencyDays' | 'frequency' | 'monetary' | 'r' | 'f' | 'm']: number };

/** The grades of a program, ready to be asked. */
export class Grades {
  /** The highest precedence first; of equals, which do not overlap, the order does not matter. */
  private readonly held: readonly Held[];
  private readonly byCode: ReadonlyMap<string, Grade>;
  /** Every number of days after which some grade's range of recency begins or ends. */
  private readonly recencyCuts: readonly number[];

  constructor(readonly policy: RfmPolicy) {
    const ranged = policy.grades.filter(({ when }) => when !== undefined);
    this.held = ranged
      .toSorted((left, right) => right.precedence - left.precedence)
      .map((grade) => ({
        grade,
        ranges: Object.entries(grade.when!).map(([key, range]) => [key as keyof Values, intervalOf(range)] as const),
      }));
    this.byCode = new Map(policy.grades.map((grade) => [grade.code, grade]));
    const recency = ranged.map(({ when }) => intervalOf(when!.recencyDays));
    this.recencyCuts = recency.flatMap(({ from, to }) => [from, to]).filter(Number.isFinite);
  }

  byCodeOf(code: string): Grade | undefined {
    return this.byCode.get(code);
  }

  gradeOf(facts: RfmFacts, scores: Scores, today: DayNumber): Grade {
    const values: Values = { ...facts, ...scores, recencyDays: recencyOf(facts, today) };
    const found = this.held.find(({ ranges }) => ranges.every(([key, span]) => holds(span, values[key])));
    return found?.grade ?? this.byCode.get(this.policy.default)!;
  }

  /**
   * The first day on which the passing of days alone may change scores or grade; absent when none will. `leaves` is the
   * first day on which something of the window is no longer in it.
   */
  nextChange(
    facts: RfmFacts,
    thresholds: Thresholds | undefined,
    today: DayNumber,
    window: { readonly leaves?: DayNumber },
  ): DayNumber | undefined {
    const { lastDay } = facts;
    const cuts = [...this.recencyCuts, ...(thresholds ? thresholds.recencyDays.map((most) => most + 1) : [])];
    const days = lastDay === undefined ? [] : cuts.map((cut) => lastDay + cut);
    if (window.leaves !== undefined) days.push(window.leaves);
    const coming = days.filter((day) => day > today);
    return coming.length > 0 ? Math.min(...coming) : undefined;
  }
}

function holds({ from, to }: Interval, value: number): boolean {
  // Endless recency lies in every range without an upper end.
  return value >= from && (value < to || to === Number.POSITIVE_INFINITY);
}

/**
 * The smallest whole number that is at least the quantile of `fifth`/5, by linear interpolation (type 7 of Hyndman and
 * Fan, 1996): for whole numbers, being at most the quantile plus what is below 1 is being at most this. `at` reads the
 * sorted values.
 */
export async function upperOfFifth(
  count: number,
  fifth: number,
  at: (index: number) => Promise<number>,
): Promise<number> {
  const place = (count - 1) * fifth;
  const index = Math.floor(place / 5);
  const rest = place % 5;
  const low = await at(index);
  if (rest === 0) return low;
  const high = await at(index + 1);
  return low + Math.ceil((rest * (high - low)) / 5);
}
