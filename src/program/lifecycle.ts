// How the program file speaks of stages and grades of members.
import type { Code } from './code';

/** In the order in which a member grows away; the list may only be appended to. */
export const STAGES = ['CONSUMER', 'MEMBER', 'ACTIVE', 'SILENT', 'SLEEPING', 'LOST'] as const;
export type Stage = (typeof STAGES)[number];

/** Days are calendar days of the program's time zone; each threshold is the last day of its stage. */
export interface LifecyclePolicy {
  readonly joins: 'REGISTRATION' | 'CARD';
  /** Types of events. */
  readonly activity: readonly string[];
  readonly activeDays: number;
  readonly silentDays: number;
  readonly sleepingDays: number;
}

/** Whole numbers; an end that is not given is open. */
export interface Range {
  readonly atLeast?: number;
  readonly moreThan?: number;
  readonly below?: number;
  readonly atMost?: number;
}

export const MEASURES = ['recencyDays', 'frequency', 'monetary'] as const;
export const SCORES = ['r', 'f', 'm'] as const;
export type Measure = (typeof MEASURES)[number];
export type Score = (typeof SCORES)[number];

export interface Grade {
  readonly code: Code;
  readonly name: string;
  readonly precedence: number;
  readonly when?: Readonly<Partial<Record<Measure | Score, Range>>>;
}

/** Four thresholds a measure, ascending: see the schema. */
export interface Thresholds {
  /** The most days for the scores 5, 4, 3 and 2. */
  readonly recencyDays: readonly number[];
  /** The fewest purchases for the scores 2, 3, 4 and 5. */
  readonly frequency: readonly number[];
  /** The least spend for the scores 2, 3, 4 and 5. */
  readonly monetary: readonly number[];
}

export interface ScorePolicy extends Partial<Thresholds> {
  readonly method: 'FIXED' | 'QUANTILES';
  readonly refresh: 'MONTH' | 'DAY';
}

export interface RfmPolicy {
  readonly window: 'EVER' | 'YEAR' | 'DAYS';
  readonly windowDays?: number;
  readonly scores?: ScorePolicy;
  readonly grades: readonly Grade[];
  readonly default: Code;
  readonly holes: 'REFUSE' | 'DEFAULT';
}

/** A range as the half-open interval of whole numbers [from, to); `to` is Infinity when it is open. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export function intervalOf(range: Partial<Range> | undefined): Interval {
  const { atLeast, moreThan, below, atMost } = range ?? {};
  const from = atLeast ?? (moreThan === undefined ? 0 : moreThan + 1);
  const to = below ?? (atMost === undefined ? Number.POSITIVE_INFINITY : atMost + 1);
  return { from, to };
}
