// One simulated member: what it begins with, and what it does week by week.
import type { Instant } from '../../kernel/clock';
import type { AdvanceInput } from '../../members/level/advance';

/** What a day's doings move; below zero when more is lost. */
export interface Day {
  readonly growth: number;
  readonly rating: number;
}

/** Growth that comes with a paid term, when it begins. */
export interface TermGrowth {
  readonly at: Instant;
  readonly growth: number;
}

export interface Person {
  /** The code of its profile. */
  readonly profile: string;
  /** Level, growth, rating and cards, with all that will be renewed. */
  readonly begins: Omit<AdvanceInput, 'catalogue'>;
  /** In the order of time. */
  readonly terms: readonly TermGrowth[];
  readonly spendPerWeek: number;
  /** Which part of its quotas it uses, 0 to 1, and how often in a month it uses what has none. */
  readonly benefitUse: number;
  readonly uncountedUses: number;
  /**
   * The days of a week, from 1, of who stands at this level as it begins: 0 the lowest, −1 none at all. `undefined`
   * when it does nothing in this week. To be asked week by week, because chance goes on.
   */
  week(week: number, level: number): readonly Day[] | undefined;
}
