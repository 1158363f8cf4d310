// The simulation of growth: every member lives through the weeks of the horizon, and stands at a level in each of them.
import type { Person } from './behaviour';

/** A level of the simulation: the lowest first, with threshold 0. */
export interface Step {
  readonly code: string;
  readonly threshold: number;
}

/** What happened at one level, over all members and weeks. */
export interface StepSums {
  /** Weeks that members stood at it. */
  readonly memberWeeks: number;
  /** What they spent in these weeks, in the minor unit. */
  readonly spend: number;
  /** Sums over these weeks of which part of the quotas was used, and of monthly uses of what has none. */
  readonly benefitUse: number;
  readonly uncountedUses: number;
}

export interface ProfileOutcome {
  readonly profile: string;
  readonly members: number;
  /** Growth at the end, on average. */
  readonly growth: number;
  /** How many of its members reached each level at any time, and the median of the weeks until then. */
  readonly reached: readonly { readonly members: number; readonly medianWeek: number | undefined }[];
}

export interface Simulation {
  readonly weeks: number;
  readonly steps: readonly Step[];
  /** For each week from 0 (the beginning) to the last: how many members stand at each level. */
  readonly standing: readonly (readonly number[])[];
  /** How many members' gain within the horizon would reach each level, and no higher one, from nothing. */
  readonly bySpeed: readonly number[];
  readonly sums: readonly StepSums[];
  readonly profiles: readonly ProfileOutcome[];
}

/** The index of the highest step whose threshold is reached. */
export function stepAt(steps: readonly Step[], growth: number): number {
  let at = steps.length - 1;
  while (at > 0 && growth < steps[at]!.threshold) at -= 1;
  return at;
}

class Tally {
  readonly standing: number[][];
  readonly bySpeed: number[];
  readonly sums: { memberWeeks: number; spend: number; benefitUse: number; uncountedUses: number }[];
  private readonly profiles = new Map<string, { members: number; growth: number; weeksTo: number[][] }>();

  constructor(
    private readonly steps: readonly Step[],
    private readonly weeks: number,
  ) {
    const zeros = () => steps.map(() => 0);
    this.standing = Array.from({ length: weeks + 1 }, zeros);
    this.bySpeed = zeros();
    this.sums = steps.map(() => ({ memberWeeks: 0, spend: 0, benefitUse: 0, uncountedUses: 0 }));
  }

  live(person: Person): void {
    const profile = this.profileOf(person.profile);
    let growth = person.growth;
    let gained = 0;
    let at = 0;
    let highest = -1;
    for (let week = 0; week <= this.weeks; week += 1) {
      if (week > 0) {
        // What was not there cannot be lost.
        const gain = Math.max(person.gain(week, at), -growth);
        growth += gain;
        gained += gain;
      }
      at = stepAt(this.steps, growth);
      this.standing[week]![at]! += 1;
      for (; highest < at; highest += 1) profile.weeksTo[highest + 1]!.push(week);
      if (week > 0) this.spend(person, at);
    }
    profile.members += 1;
    profile.growth += growth;
    this.bySpeed[stepAt(this.steps, gained)]! += 1;
  }

  private spend(person: Person, at: number): void {
    const sums = this.sums[at]!;
    sums.memberWeeks += 1;
    sums.spend += person.spendPerWeek;
    sums.benefitUse += person.benefitUse;
    sums.uncountedUses += person.uncountedUses;
  }

  private profileOf(code: string) {
    let profile = this.profiles.get(code);
    if (!profile) {
      profile = { members: 0, growth: 0, weeksTo: this.steps.map(() => []) };
      this.profiles.set(code, profile);
    }
    return profile;
  }

  outcomes(): ProfileOutcome[] {
    return [...this.profiles].map(([profile, { members, growth, weeksTo }]) => ({
      profile,
      members,
      growth: Math.round(growth / members),
      reached: weeksTo.map((weeks) => ({
        members: weeks.length,
        medianWeek: weeks.toSorted((left, right) => left - right)[Math.floor((weeks.length - 1) / 2)],
      })),
    }));
  }
}

/** Runs the weeks for all members. Growth never falls below 0. */
export function simulate(steps: readonly Step[], people: readonly Person[], weeks: number): Simulation {
  const tally = new Tally(steps, weeks);
  for (const person of people) tally.live(person);
  const { standing, bySpeed, sums } = tally;
  return { weeks, steps, standing, bySpeed, sums, profiles: tally.outcomes() };
}
