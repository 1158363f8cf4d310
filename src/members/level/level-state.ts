// What is remembered of a member's level between two looks at it, and what such a look finds.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

/** Stored with the member. Until `since` is there, nobody has looked yet. */
export interface LevelState {
  /** Up to when growth of days and decay are counted in `unbooked` or in the ledger. */
  readonly at?: Instant;
  /** Growth (or, below zero, loss of it) that happened up to `at` and is not in the ledger yet. */
  readonly unbooked: number;
  /** The level that the member holds, whether a card lets it show or not. */
  readonly levelId?: Id;
  /** Since when it holds that level. */
  readonly since?: Instant;
  /** The level that shows: the one it holds, a manual one, or what is left without a card. */
  readonly shownId?: Id;
  /** Until when the level is kept whatever the growth. */
  readonly keptUntil?: Instant;
  /** When the level falls, unless growth and rating reach it again before. */
  readonly fallsAt?: Instant;
  /** A level that staff set. */
  readonly manualId?: Id;
  readonly manualUntil?: Instant;
  /** The next instant at which something can change by itself. */
  readonly dueAt?: Instant;
}

export const NEVER_LOOKED: LevelState = Object.freeze({ unbooked: 0 });

/** The list may only be appended to: the words are stored. */
export const LEVEL_CHANGES = [
  'RISEN',
  'FALLEN',
  'CARD_BEGAN',
  'CARD_ENDED',
  'MANUAL_SET',
  'MANUAL_CLEARED',
  'MANUAL_ENDED',
  'PROGRAM',
] as const;
/** Why the level that shows is another one. */
export type LevelChangeReason = (typeof LEVEL_CHANGES)[number];

export interface LevelChange {
  readonly from?: Id;
  readonly to?: Id;
  readonly why: LevelChangeReason;
  readonly at: Instant;
  /** The version of the program that it followed. */
  readonly programVersion: number;
}
