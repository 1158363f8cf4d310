// The simulation of growth: every member lives through the weeks of the horizon, and stands at a level in each of them.
import { matchingLevel, type Rung, rankOf } from '../../members/level/ladder';
import type { Catalogue } from '../../program/catalogue';
import type { Scene } from './behaviour';
import { DAYS_A_WEEK, type Horizon } from './horizon';
import { Life } from './life';
import type { Person } from './person';

/** What happened at one level, over all members and weeks. */
export interface LevelSums {
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

/** Members of one week, by level, the lowest first. */
export interface WeekCount {
  readonly standing: readonly number[];
  /** Who stands at no level. */
  readonly without: number;
  /** Of those who stand at the level, who would stand lower by growth and rating alone. */
  readonly kept: readonly number[];
  /** Who stood at the level a week before and stands lower now. */
  readonly fell: readonly number[];
}

export interface Simulation {
  /** From week 0 (the beginning) to the last one, each as it ends. */
  readonly weeks: readonly WeekCount[];
  /** How many members' gain within the horizon would reach each level, and no higher one, from nothing. */
  readonly bySpeed: readonly number[];
  readonly sums: readonly LevelSums[];
  readonly profiles: readonly ProfileOutcome[];
}

type Changing<Counts> = { -readonly [Key in keyof Counts]: Counts[Key] extends number ? number : number[] };

class Tally {
  readonly weeks: Changing<WeekCount>[];
  readonly bySpeed: number[];
  readonly sums: Changing<LevelSums>[];
  private readonly catalogue: Catalogue;
  private readonly horizon: Horizon;
  private readonly profiles = new Map<string, { members: number; growth: number; weeksTo: number[][] }>();

  constructor({ catalogue, horizon }: Scene) {
    this.catalogue = catalogue;
    this.horizon = horizon;
    const zeros = () => catalogue.levels.map(() => 0);
    this.weeks = Array.from({ length: horizon.weeks + 1 }, () => {
      return { standing: zeros(), without: 0, kept: zeros(), fell: zeros() };
    });
    this.bySpeed = zeros();
    this.sums = catalogue.levels.map(() => ({ memberWeeks: 0, spend: 0, benefitUse: 0, uncountedUses: 0 }));
  }

  live(person: Person): void {
    const profile = this.profileOf(person.profile);
    const way = new Way(this.catalogue, this.horizon, person);
    let before: Rung;
    let highest = -1;
    for (let week = 0; week <= this.horizon.weeks; week += 1) {
      const active = week > 0 && way.live(week);
      const { life } = way;
      this.count(week, life, before);
      const at = this.indexOf(life.level);
      for (; highest < at; highest += 1) profile.weeksTo[highest + 1]!.push(week);
      if (week > 0 && at >= 0) this.spend(this.sums[at]!, person, active);
      before = life.level;
    }
    profile.members += 1;
    profile.growth += way.life.growth;
    const speed = this.indexOf(matchingLevel(this.catalogue, way.gained, way.life.rating));
    if (speed >= 0) this.bySpeed[speed]! += 1;
  }

  private count(week: number, life: Life, before: Rung): void {
    const counts = this.weeks[week]!;
    const at = this.indexOf(life.level);
    if (at < 0) counts.without += 1;
    else counts.standing[at]! += 1;
    if (life.kept) counts.kept[at]! += 1;
    if (before && rankOf(life.level) < before.rank) counts.fell[this.indexOf(before)]! += 1;
  }

  /** −1 for none, and for a level that the program has no more. */
  private indexOf(level: Rung): number {
    return level ? this.catalogue.levels.indexOf(level) : -1;
  }

  private spend(sums: Changing<LevelSums>, person: Person, active: boolean): void {
    sums.memberWeeks += 1;
    if (!active) return;
    sums.spend += person.spendPerWeek;
    sums.benefitUse += person.benefitUse;
    sums.uncountedUses += person.uncountedUses;
  }

  private profileOf(code: string) {
    let profile = this.profiles.get(code);
    if (!profile) {
      profile = { members: 0, growth: 0, weeksTo: this.catalogue.levels.map(() => []) };
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

/** One member on its way through the weeks. */
class Way {
  readonly life: Life;
  private earned = 0;
  private termsBegun = 0;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly horizon: Horizon,
    private readonly person: Person,
  ) {
    this.life = new Life(catalogue, person.begins, horizon.begin);
    this.beginTerms(horizon.begin);
  }

  /** All that was gained within the horizon, whatever decay took of it. */
  get gained(): number {
    return this.earned + this.life.gained;
  }

  /** Lives through one week; answers whether the member did anything in it. */
  live(week: number): boolean {
    const { life, horizon, person } = this;
    const days = person.week(week, life.level ? this.catalogue.levels.indexOf(life.level) : -1);
    for (let at = 0; days && at < DAYS_A_WEEK; at += 1) {
      const day = days[at]!;
      if (day.growth === 0 && day.rating === 0) continue;
      const now = horizon.dayOf(week, at);
      this.beginTerms(now);
      this.earned += life.add(day, now);
    }
    this.beginTerms(horizon.endOf(week));
    life.until(horizon.endOf(week));
    return days !== undefined;
  }

  private beginTerms(until: number): void {
    const { terms } = this.person;
    for (let next = terms[this.termsBegun]; next && next.at <= until; next = terms[this.termsBegun]) {
      this.termsBegun += 1;
      this.earned += this.life.add({ growth: next.growth, rating: 0 }, next.at);
    }
  }
}

/** Runs the weeks for all members. */
export function simulate(scene: Scene, people: readonly Person[]): Simulation {
  const tally = new Tally(scene);
  for (const person of people) tally.live(person);
  const { weeks, bySpeed, sums } = tally;
  return { weeks, bySpeed, sums, profiles: tally.outcomes() };
}
