// What a program file says of keeping, losing and regaining levels, of decay, and of gifts of levels.
import type { Code } from './code';
import type { Reward } from './reward';

/** Given once to each member that has the level. */
export interface LevelGift {
  readonly code: Code;
  readonly name: string;
  /** Given when the member rises to the level, without being claimed. */
  readonly auto: boolean;
  readonly reward: Reward;
}

export type Downgrade = 'NEVER' | 'ONE_STEP' | 'TO_MATCHING';

export interface DecayTerms {
  readonly plans: readonly Code[];
  /** Days after the end of the last card in which nothing falls. */
  readonly graceDays: number;
  /** `graceDays`, or the day after unless told. */
  readonly firstDay?: number;
  readonly everyDays: number;
  readonly step: number;
  readonly floor: number;
}

export interface LevelPolicy {
  /** Empty: a level needs no card. */
  readonly plans: readonly Code[];
  readonly mayHaveNone: boolean;
  /** Exactly one of both is given. */
  readonly keep?: { readonly months?: number; readonly days?: number };
  readonly downgrade: Downgrade;
  readonly when: 'AT_ONCE' | 'AT_KEEP_END' | 'AT_DATE';
  readonly date?: { readonly month: number; readonly day: number };
  readonly graceDays: number;
  readonly rating?: { readonly initial: number; readonly max: number };
  readonly decay?: DecayTerms;
  /** Growth a day, by plan. */
  readonly daily: Readonly<Record<Code, number>>;
  /** Growth for each paid term, by plan. */
  readonly activation: Readonly<Record<Code, number>>;
}
