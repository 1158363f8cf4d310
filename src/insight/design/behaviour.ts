// Who the members of a simulation are: drawn from the profiles of a program, or taken from the database as they are.

import { NEVER_LOOKED } from '../../members/level/level-state';
import type { Catalogue } from '../../program/catalogue';
import type { Absence, Activity, Profile } from '../../program/level-design';
import { CapCounter } from './cap-counter';
import { type CardCourse, profileCards } from './card-course';
import { type EventGrowth, eventGrowth } from './event-growth';
import { DAYS_A_WEEK, type Horizon } from './horizon';
import type { Day, Person } from './person';
import { poisson, type Random, seededRandom } from './seeded-random';

/** The program that members live under, and for how long. */
export interface Scene {
  readonly catalogue: Catalogue;
  readonly horizon: Horizon;
}

/**
 * So many members, divided over the profiles by their shares (largest remainder, so that the parts are exact), each
 * with random numbers of its own. The catalogue has the earning rules by which events make growth.
 */
export function peopleOf(profiles: readonly Profile[], count: number, seed: number, scene: Scene): Person[] {
  const counts = divided(
    profiles.map(({ share }) => share),
    count,
  );
  let stream = 0;
  return profiles.flatMap((profile, at) => {
    const kind = new Kind(profile, scene);
    return Array.from({ length: counts[at]! }, () => {
      stream += 1;
      return kind.person(seededRandom(seed, stream));
    });
  });
}

const NO_CARDS: CardCourse = { cards: [], terms: [] };

/** What the members of one profile have in common. */
class Kind {
  private readonly events: EventGrowth;
  private readonly renewing: CardCourse;
  private readonly lapsing: CardCourse;

  constructor(
    private readonly profile: Profile,
    private readonly scene: Scene,
  ) {
    const { catalogue, horizon } = scene;
    const plan = profile.plan === undefined ? undefined : catalogue.planByCode(profile.plan);
    this.events = eventGrowth(catalogue, profile);
    this.renewing = plan ? profileCards(catalogue, plan, horizon, undefined) : NO_CARDS;
    this.lapsing = plan ? profileCards(catalogue, plan, horizon, profile.lapse) : NO_CARDS;
  }

  person(random: Random): Person {
    const { code, growth, spendPerWeek, benefitUse, uncountedUses, plan } = this.profile;
    const { catalogue, horizon } = this.scene;
    const lapse = drawn(this.profile.lapse, random);
    const pause = drawn(this.profile.pause, random);
    const { cards, terms } = lapse ? this.lapsing : this.renewing;
    const caps = new CapCounter();
    const week = (at: number, level: number): Day[] | undefined => {
      if (isAway(pause, at)) return undefined;
      caps.begin(at);
      return this.days(at, { level, hasCard: plan !== undefined && !isAway(lapse, at) }, caps, random);
    };
    const rating = catalogue.levelPolicy.rating?.initial ?? 0;
    const begins = { growth, rating, state: NEVER_LOOKED, cards, joinedAt: horizon.begin };
    return { profile: code, begins, terms, spendPerWeek, benefitUse, uncountedUses, week };
  }

  private days(week: number, standing: Standing, caps: CapCounter, random: Random): Day[] {
    const days = Array.from({ length: DAYS_A_WEEK }, () => ({ growth: 0, rating: 0 }));
    for (const activity of this.profile.activities) {
      const times = timesOf(activity, week, random);
      const earned = this.events.get(activity.code)?.(standing.level, standing.hasCard) ?? [];
      for (let time = 0; time < times; time += 1) {
        const at = Math.floor(random() * DAYS_A_WEEK);
        const day = days[at]!;
        day.growth += activity.growth ?? 0;
        for (const one of earned) day[one.earns] += caps.taken(one, at);
      }
    }
    return days;
  }
}

interface Standing {
  readonly level: number;
  readonly hasCard: boolean;
}

/** Whether one of the members is among those who are away some time. */
function drawn(absence: Absence | undefined, random: Random): Absence | undefined {
  return absence && (absence.share === 1 || random() < absence.share) ? absence : undefined;
}

function isAway(absence: Absence | undefined, week: number): boolean {
  return absence !== undefined && week >= absence.fromWeek && week <= (absence.untilWeek ?? week);
}

function timesOf({ perWeek, atMost, fromWeek, untilWeek }: Activity, week: number, random: Random): number {
  if (week < fromWeek || (untilWeek !== undefined && week > untilWeek)) return 0;
  const times = poisson(perWeek, random);
  return atMost === undefined ? times : Math.min(times, atMost);
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

interface Steady extends Omit<Person, 'profile' | 'week'> {
  /** In growth a week. */
  readonly pace: number;
}

/** A member of the database that goes on at its pace so far: fractions of a day's growth are carried over. */
export function steadyPerson({ pace, ...known }: Steady): Person {
  const until = (day: number): number => Math.floor((pace * day) / DAYS_A_WEEK);
  const week = (at: number): Day[] => {
    const first = DAYS_A_WEEK * (at - 1);
    return Array.from({ length: DAYS_A_WEEK }, (_, day) => {
      return { growth: until(first + day + 1) - until(first + day), rating: 0 };
    });
  };
  return { ...known, profile: 'as so far', week };
}
