// What a member is given for something: by a task, a level, a draw, a referral, a campaign or a renewal.
import type { Id } from '../../kernel/id';
import type { Refusal } from '../../kernel/refusal';
import type { Reward } from '../../program/reward';

export interface Giving {
  readonly memberId: Id;
  readonly reward: Reward;
  /** Names the occasion for good, as `namedId("task", completion)`: it gives once, whoever asks how often. */
  readonly occasion: Id;
  /** Who gives, in words, for the coupon's and the transfer's history: `task daily-check-in`. */
  readonly reason: string;
  /** The program version that promised it. */
  readonly programVersion?: number;
}

/** What was given; parts that could not be given (out of stock, cap reached) say why. */
export interface Given {
  readonly points: number;
  readonly growth: number;
  readonly storedValue: number;
  /** Chances, by the code of the draw. */
  readonly chances?: Readonly<Record<string, number>>;
  /** Redemptions of the coupons that were issued. */
  readonly redemptions: readonly Id[];
  readonly missed: readonly Refusal[];
}

/** Answered alike for the same occasion. Throws only when the database fails; asking again then is safe. */
export interface RewardGiver {
  give(giving: Giving): Promise<Given>;
}
