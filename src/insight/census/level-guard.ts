// The guard of crowded levels: whether too many sit at one, and the likely cause, told by two figures.
import type { CatalogueLevel } from '../../program/catalogue-item';
import type { LevelGuard } from '../../program/level-design';
import type { Finding } from '../alert/alert';
import type { LevelTally } from './level-census';

/**
 * `BENEFIT_USE_LOW`: few of the members claim anything, so the level is worth little to them. `GROWTH_SLOW`: few of
 * them reach the next level in time. `BAR_LOW`: neither is so; the level is too easily reached for what it gives.
 */
export type CrowdingCause = 'BENEFIT_USE_LOW' | 'GROWTH_SLOW' | 'BAR_LOW';

const ADVICE: Readonly<Record<CrowdingCause, string>> = {
  BENEFIT_USE_LOW: 'Give the level benefits that its members use.',
  GROWTH_SLOW: 'Give more ways to earn growth, or lower the threshold of the next level.',
  BAR_LOW: 'Raise the threshold of the level, or cut its benefits before they eat the profit.',
};

/** A part of a whole from 0 to 1, in thousandths. */
function part(count: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((count / whole) * 1_000) / 1_000;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** What to alert staff of, a finding for each crowded level. Members without a level are not counted. */
export function crowdedLevels(
  tallies: readonly LevelTally[],
  levels: readonly CatalogueLevel[],
  guard: LevelGuard,
): Finding[] {
  const members = tallies.reduce((sum, tally) => sum + tally.members, 0);
  if (members < guard.leastMembers) return [];
  return levels.flatMap((level, at) => {
    const tally = tallies.find(({ level: code }) => code === level.code);
    if (!tally || tally.members <= guard.share * members) return [];
    return [findingOf({ level, next: levels[at + 1], tally, members }, guard)];
  });
}

interface Crowd {
  readonly level: CatalogueLevel;
  readonly next: CatalogueLevel | undefined;
  readonly tally: LevelTally;
  /** With whatever level. */
  readonly members: number;
}

function findingOf({ level, next, tally, members }: Crowd, guard: LevelGuard): Finding {
  const benefitUse = part(tally.users, tally.members);
  const growth = next && part(tally.climbers, tally.members);
  const causes = causesOf(benefitUse, growth, guard);
  const share = part(tally.members, members);
  const use = `${percent(benefitUse)} of them claimed a benefit or a perk in the last ${guard.benefitUseDays} days`;
  const climb =
    growth === undefined
      ? 'there is no level above it'
      : `${percent(growth)} reach ${next?.code} within ${guard.growthWeeks} weeks at their pace so far ` +
        `(slow is under ${percent(guard.growthLow)})`;
  return {
    kind: 'LEVEL_CROWDED',
    subject: level.code,
    message:
      `${percent(share)} of ${members} members sit at level ${level.code} (more than ${percent(guard.share)}). ` +
      `${use} (low is under ${percent(guard.benefitUseLow)}); ${climb}. ` +
      `Likely cause: ${causes.join(', ')}. ${causes.map((cause) => ADVICE[cause]).join(' ')}`,
    details: {
      members: tally.members,
      ofMembers: members,
      share,
      benefitUse,
      ...(growth === undefined ? {} : { growth }),
      likelyCause: causes[0]!,
    },
  };
}

/** The likeliest first: that of which the figure is furthest below its bound. */
function causesOf(benefitUse: number, growth: number | undefined, guard: LevelGuard): CrowdingCause[] {
  const suspects: { readonly cause: CrowdingCause; readonly lack: number }[] = [
    { cause: 'BENEFIT_USE_LOW', lack: lackOf(benefitUse, guard.benefitUseLow) },
    { cause: 'GROWTH_SLOW', lack: growth === undefined ? 0 : lackOf(growth, guard.growthLow) },
  ];
  const low = suspects.filter(({ lack }) => lack > 0).toSorted((left, right) => right.lack - left.lack);
  return low.length > 0 ? low.map(({ cause }) => cause) : ['BAR_LOW'];
}

/** How far a figure is below its bound, as a part of the bound; 0 when it is not. */
function lackOf(figure: number, bound: number): number {
  return figure < bound ? (bound - figure) / bound : 0;
}
