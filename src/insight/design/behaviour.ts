// Who the members of a simulation are: drawn from the profiles of a program, or taken from the database as they are.

import type { Catalogue } from '../../program/catalogue';
import type { Activity, Profile } from '../../program/level-design';
import { type Earned, type EventGrowth, eventGrowth } from './event-growth';
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
  /** The growth of a week, from 1, of who stands at this level (0 the lowest); below zero when more is lost. */
  gain(week: number, level: number): number;
}

/**
 * So many members, divided over the profiles by their shares (largest remainder, so that the parts are exact), each
 * with random numbers of its own. The catalogue has the earning rules by which events make growth.
 */
export function peopleOf(profiles: readonly Profile[], count: number, seed: number, catalogue: Catalogue): Person[] {
  const counts = divided(
    profiles.map(({ share }) => share),
    count,
  );
  let stream = 0;
  return profiles.flatMap((profile, at) => {
    const events = eventGrowth(catalogue, profile);
    return Array.from({ length: counts[at]! }, () => {
      stream += 1;
      return personOf(profile, events, seededRandom(seed, stream));
    });
  });
}

function personOf(profile: Profile, events: EventGrowth, random: Random): Person {
  const { code, growth, spendPerWeek, benefitUse, uncountedUses, activities } = profile;
  const caps = new CapCounter();
  const gain = (week: number, level: number): number => {
    caps.begin(week);
    let sum = 0;
    for (const activity of activities) {
      const times = timesOf(activity, week, random);
      if (activity.growth !== undefined) sum += activity.growth * times;
      const earned = events.get(activity.code)?.[level] ?? [];
      for (let time = 0; earned.length > 0 && time < times; time += 1) {
        const day = Math.floor(random() * 7);
        for (const one of earned) sum += caps.taken(one, day);
      }
    }
    return sum;
  };
  return { profile: code, growth, spendPerWeek, benefitUse, uncountedUses, gain };
}

function timesOf({ perWeek, atMost, fromWeek, untilWeek }: Activity, week: number, random: Random): number {
  if (week < fromWeek || (untilWeek !== undefined && week > untilWeek)) return 0;
  const times = poisson(perWeek, random);
  return atMost === undefined ? times : Math.min(times, atMost);
}

const WEEKS_A_YEAR = 52;

/** What rules gave one member in the days of the running week, in the week, and in the month that it belongs to. */
class CapCounter {
  private readonly ofWeek = new Map<string, number>();
  private readonly ofMonth = new Map<string, number>();
  private month = 0;

  begin(week: number): void {
    this.ofWeek.clear();
    const month = Math.floor(((week - 1) * 12) / WEEKS_A_YEAR);
    if (month !== this.month) this.ofMonth.clear();
    this.month = month;
  }

  /** What the rule gives on this day of the week, once its caps are looked at; counted. */
  taken({ rule, growth, caps }: Earned, day: number): number {
    if (caps.length === 0) return growth;
    const counts = caps.map(({ period, limit }) => {
      const counted = period === 'MONTH' ? this.ofMonth : this.ofWeek;
      const key = period === 'DAY' ? `${rule} ${day}` : `${rule} ${period}`;
      return { counted, key, left: limit - (counted.get(key) ?? 0) };
    });
    const given = Math.max(
      0,
      counts.reduce((least, { left }) => Math.min(least, left), growth),
    );
    for (const { counted, key } of counts) counted.set(key, (counted.get(key) ?? 0) + given);
    return given;
  }
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
