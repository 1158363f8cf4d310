// The words of a program about what members do: tasks, draws, check-ins and referrals.
import type { Code } from './code';
import type { EventType } from './event-type';
import type { MemberLimit } from './member-limit';
import type { Reward } from './reward';

export const TASK_KINDS = ['ONCE', 'DAILY', 'WEEKLY', 'STREAK', 'SPEND_TARGET'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];
/** What of each event counts: that it happened, its money, or its metres and seconds. */
export const TASK_COUNTS = ['COUNT', 'AMOUNT', 'QUANTITY'] as const;
export type TaskCount = (typeof TASK_COUNTS)[number];

/** Which events something is about. */
export interface EventFilter {
  readonly on: EventType;
  /** For `CUSTOM`: the name of the event. */
  readonly eventName?: string;
  /** A CEL expression over event, member and card. */
  readonly when?: string;
}

export interface Task extends EventFilter {
  readonly code: Code;
  readonly name: string;
  readonly description?: string;
  readonly kind: TaskKind;
  readonly count: TaskCount;
  /** In what is counted; for `STREAK` the days in a row. */
  readonly target: number;
  /** One event must reach the target alone; else they add up. */
  readonly single: boolean;
  /** More than the target is asked for, not just as much. */
  readonly strict: boolean;
  /** A return takes back what its purchase did for the task, unless the turn is completed. */
  readonly takenBack?: boolean;
  readonly openTo: 'EVERYBODY' | 'ASSIGNED';
  /** For `ASSIGNED`: days of 24 hours from the assignment in which events count, both ends included. */
  readonly windowDays?: number;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly reward?: Reward;
}

export interface Prize {
  readonly code: Code;
  readonly name: string;
  /** Odds: weight ÷ the sum of all weights. */
  readonly weight: number;
  /** How many there are in all; absent: unlimited. */
  readonly stock?: number;
  /** What a draw gives that falls on it when its stock is gone. */
  readonly whenGone: 'NOTHING' | 'NEXT';
  readonly reward: Reward;
}

export interface Draw {
  readonly code: Code;
  readonly name: string;
  readonly description?: string;
  /** What one draw costs a member without a chance, in points; 0 for nothing. Absent: only chances draw. */
  readonly chancePrice?: number;
  readonly prizes: readonly Prize[];
  /** The weight of winning nothing. */
  readonly nothing: number;
  readonly memberLimit?: MemberLimit;
  readonly validFrom?: string;
  readonly validUntil?: string;
}

export interface CheckInSettings {
  /** For each day. */
  readonly daily?: Reward;
  /** Further ones, by the number of the day in a row. */
  readonly streaks: readonly { readonly day: number; readonly reward: Reward }[];
  /** After so many days in a row the numbers begin anew. */
  readonly cycleDays?: number;
  readonly makeUp?: {
    /** How many days back a missed day may lie. */
    readonly withinDays: number;
    readonly freePerMonth: number;
    /** For each one that is not free; absent: only the free ones. */
    readonly pointsPrice?: number;
  };
}

export interface ReferralSettings extends EventFilter {
  readonly inviterReward?: Reward;
  readonly inviteeReward?: Reward;
  /** From the acceptance, days of 24 hours in which the first event must come. */
  readonly windowDays: number;
  /** How long after joining a member is new, in days of 24 hours. */
  readonly newForDays: number;
  /** How many may accept one member's code. */
  readonly maxPerInviter?: number;
}
