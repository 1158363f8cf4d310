// Who the members of a simulation are: drawn from the profiles of a program, or taken from the database as they are.
import type { Activity, Profile } from '../../program/level-design';
import { poisson, type Random, seededRandom } from './seeded-random';

/** One simulated member: what it begins with, and what it gains and spends week by week. */
export interface Person {
  /** The code of its profile. */
  readonly profile: string;
  readonly growth: number;
  readonly spendPerWeek: number;
  /** Which part of its quotas it uses, 0 to 1, and how often in a month it uses what has none. */
  readonly benefitUse: number;
  readonly uncountedUses: number;
  /** The growth of a week, from 1; below zero when more is lost than earned. */
  gain(week: number): number;
}

/**
 * So many members, divided over the profiles by their shares (largest remainder, so that the parts are exact), each
 * with random numbers of its own.
 */
export function peopleOf(profiles: readonly Profile[], count: number, seed: number): Person[] {
  const counts = divided(
    profiles.map(({ share }) => share),
    count,
  );
  let stream = 0;
  return profiles.flatMap((profile, at) =>
    Array.from({ length: counts[at]! }, () => {
      stream += 1;
      return personOf(profile, seededRandom(seed, stream));
    }),
  );
}

function personOf(profile: Profile, random: Random): Person {
  const { code, growth, spendPerWeek, benefitUse, uncountedUses, activities } = profile;
  return {
    profile: code,
    growth,
    spendPerWeek,
    benefitUse,
    uncountedUses,
    gain: (week) => activities.reduce((sum, activity) => sum + gainOf(activity, week, random), 0),
  };
}

function gainOf({ perWeek, atMost, growth, fromWeek, untilWeek }: Activity, week: number, random: Random): number {
  if (week < fromWeek || (untilWeek !== undefined && week > untilWeek)) return 0;
  const times = poisson(perWeek, random);
  return growth * (atMost === undefined ? times : Math.min(times, atMost));
}

/** A whole number divided by shares; the parts add up to it. */
export function divided(shares: readonly number[], whole: number): number[] {
  const sum = shares.reduce((total, share) => total + share, 0);
  const exact = shares.map((share) => (share / sum) * whole);
  const parts = exact.map(Math.floor);
  const missing = whole - parts.reduce((total, part) => total + part, 0);
  const byRemainder = exact.map((value, at) => ({ at, remainder: value - parts[at]! }));
  byRemainder.sort((left, right) => right.remainder - left.remainder || left.at - right.at);
  for (const { at } of byRemainder.slice(0, missing)) parts[at]! += 1;
  return parts;
}

/** A member of the database that goes on at its pace so far: fractions of a week's growth are carried over. */
export function steadyPerson(
  known: Pick<Person, 'growth' | 'spendPerWeek' | 'benefitUse' | 'uncountedUses'> & { readonly pace: number },
): Person {
  const { pace, ...rest } = known;
  return {
    ...rest,
    profile: 'as so far',
    gain: (week) => Math.floor(pace * week) - Math.floor(pace * (week - 1)),
  };
}
