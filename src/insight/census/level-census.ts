// How members stand at each level: counts of one walk over all of them.
import { DAY, type Instant } from '../../kernel/clock';
import type { PeriodNumber } from '../../kernel/period';
import { growthOf, type Judging, levelOf, nextLevelOf } from '../../members/level';
import { growthAccount } from '../../members/member-accounts';
import type { Code } from '../../program/program';

const WEEK = 7 * DAY;

/** Counts of members at one level. */
export interface LevelTally {
  readonly level: Code;
  readonly members: number;
  /** Those who claimed a benefit or a perk in the days that the guard looks back. */
  readonly users: number;
  /** Those who reach the next level in the weeks that the guard looks ahead, each at its own pace so far. */
  readonly climbers: number;
}

export interface LevelCensus {
  /** On which the walk began. */
  readonly day: PeriodNumber;
  readonly takenAt: Instant;
  /** All of them, also those without a level. */
  readonly members: number;
  readonly levels: readonly LevelTally[];
}

/** Growth earned in an average week since the member joined, less some of it; a first week counts as a whole one. */
export function weeklyPace({ rows, now }: Judging, less = 0): number {
  const earned = rows.balances.get(growthAccount(rows.member.id))?.creditsPosted ?? 0;
  return (earned - less) / Math.max(1, (now - rows.member.joinedAt) / WEEK);
}

/** Whether the member reaches the next level within so many weeks at its pace; never from the highest. */
export function isClimbing(judging: Judging, weeks: number): boolean {
  const next = nextLevelOf(judging);
  return next !== undefined && growthOf(judging) + weeklyPace(judging) * weeks >= next.threshold;
}

/** Adds members to the counts of a walk. */
export function tallied(
  before: readonly LevelTally[],
  members: readonly Judging[],
  usedBenefits: (member: Judging) => boolean,
  growthWeeks: number,
): LevelTally[] {
  const tallies = new Map(before.map((tally) => [tally.level, { ...tally }]));
  for (const member of members) {
    const level = levelOf(member)?.code;
    if (level === undefined) continue;
    const tally = tallies.get(level) ?? { level, members: 0, users: 0, climbers: 0 };
    tally.members += 1;
    if (usedBenefits(member)) tally.users += 1;
    if (isClimbing(member, growthWeeks)) tally.climbers += 1;
    tallies.set(level, tally);
  }
  return [...tallies.values()];
}
