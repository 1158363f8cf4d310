// How levels are meant to rise, how kinds of members behave, and when a crowded level is worth an alert.
import type { EventType } from './event-type';

/** Levels that lie together, by their codes, and their part in the whole. */
export interface TargetBand {
  readonly name: string;
  readonly share: number;
  readonly levels: readonly string[];
}
export interface LevelTarget {
  /** What is counted: where members stand at the end, or how far what they gained in the horizon alone would reach. */
  readonly meaning: 'POPULATION' | 'SPEED';
  /** The highest first. */
  readonly bands: readonly TargetBand[];
}
export interface LevelDesign {
  readonly base: number;
  /** One for each level above the lowest, ascending, of at most 2 decimals. */
  readonly multipliers: readonly number[];
  readonly weeks: number;
  readonly target?: LevelTarget;
}

export interface Activity {
  readonly code: string;
  /** On average. */
  readonly perWeek: number;
  readonly atMost?: number;
  /** Of each time; below zero: it loses growth. Exactly one of this and `on` is given. */
  readonly growth?: number;
  /** The event that each time is, from which the earning rules make growth. */
  readonly on?: EventType;
  /** Of the event. */
  readonly name?: string;
  /** In the minor unit. */
  readonly amount: number;
  readonly quantity: number;
  readonly fromWeek: number;
  readonly untilWeek?: number;
}
/** Weeks in which a part of a profile's members are away, in one way or another. */
export interface Absence {
  /** 0 to 1. */
  readonly share: number;
  readonly fromWeek: number;
  /** Inclusive; absent: to the end. */
  readonly untilWeek?: number;
}
export interface Profile {
  readonly code: string;
  readonly name: string;
  readonly share: number;
  readonly growth: number;
  /** The code of the plan of which they hold a card. */
  readonly plan?: string;
  /** Without a card. */
  readonly lapse?: Absence;
  /** In the minor unit of the program's currency. */
  readonly spendPerWeek: number;
  /** 0 to 1. */
  readonly benefitUse: number;
  /** A month. */
  readonly uncountedUses: number;
  /** Without doing anything. */
  readonly pause?: Absence;
  readonly activities: readonly Activity[];
}

/** Shares are from 0 to 1. */
export interface LevelGuard {
  readonly share: number;
  readonly leastMembers: number;
  readonly benefitUseDays: number;
  readonly benefitUseLow: number;
  readonly growthWeeks: number;
  readonly growthLow: number;
}

/**
 * The thresholds that a design yields, the lowest level's 0 first: base × multiplier, floored. The product is taken in
 * hundredths, because multipliers are decimal fractions: 1000 × 1.15 is 1150, not 1149.
 */
export function designedThresholds({ base, multipliers }: Pick<LevelDesign, 'base' | 'multipliers'>): number[] {
  return [0, ...multipliers.map((multiplier) => Math.floor((base * Math.round(multiplier * 100)) / 100))];
}
