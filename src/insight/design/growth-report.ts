// What a simulation of growth says about a program: levels, profiles, costs against spend, and the target.

import { designedThresholds, type LevelTarget } from '../../program/level-design';
import { costCapOfPlan, type Level, type Program } from '../../program/program';
import type { Scene } from './behaviour';
import { type YearlyCost, yearlyCost } from './benefit-cost';
import type { Person } from './person';
import { type ProfileOutcome, type Simulation, simulate } from './simulation';

const WEEKS_A_YEAR = 52;

export interface LevelReport {
  readonly code: string;
  readonly name: string;
  readonly threshold: number;
  /** Base × multiplier; `undefined` without a design. */
  readonly designed: number | undefined;
  /** Members at this level by week, from the beginning (0) to the last. */
  readonly standing: readonly number[];
  /** Of all members at the end, 0 to 1. */
  readonly share: number;
  /**
   * By week: who stands here although growth and rating alone would give a lower level, and who stood here a week
   * before and stands lower now. `undefined` where levels follow growth at once, so that there is nothing to tell.
   */
  readonly kept: readonly number[] | undefined;
  readonly fell: readonly number[] | undefined;
  /** What a member spends in a year while it stands here, in the minor unit; `undefined` when nobody ever does. */
  readonly spend: number | undefined;
  /** What the benefits of the level cost for one member in a year. */
  readonly cost: YearlyCost;
  /** Expected cost as a part of the spend; `undefined` without spend. */
  readonly costShare: number | undefined;
}

export interface BandReport {
  readonly name: string;
  readonly levels: readonly string[];
  /** 0 to 1, as is what was reached. */
  readonly wanted: number;
  readonly reached: number;
}

/** What one card may cost in a term. */
export interface PlanReport {
  readonly code: string;
  readonly name: string;
  readonly price: number;
  readonly costCap: number;
  /** Of its counted benefits in a year, all quotas used up; `undefined` when one that costs something is uncounted. */
  readonly benefitsAtMost: number | undefined;
}

export interface GrowthReport {
  readonly program: string;
  readonly currency: string;
  readonly source: string;
  readonly seed: number;
  readonly weeks: number;
  readonly members: number;
  readonly levels: readonly LevelReport[];
  /** Members without a level by week; `undefined` when nobody ever is. */
  readonly without: readonly number[] | undefined;
  readonly profiles: readonly ProfileOutcome[];
  readonly plans: readonly PlanReport[];
  readonly target: { readonly meaning: LevelTarget['meaning']; readonly bands: readonly BandReport[] } | undefined;
  /** Levels at which more than the guard's share would sit at the end. */
  readonly crowded: readonly string[];
}

export interface GrowthQuestion {
  readonly program: Program;
  /** The program as it counts: as it stands in its file, or with the thresholds of its design. */
  readonly scene: Scene;
  readonly people: readonly Person[];
  /** Where the people come from, in words. */
  readonly source: string;
  readonly seed: number;
}

/** Runs the simulation and draws up what it says. The program has passed its rules. */
export function growthReport(question: GrowthQuestion): GrowthReport {
  const { program, scene, people, source, seed } = question;
  const ordered = program.levels.toSorted((left, right) => left.rank - right.rank);
  const designed = program.levelDesign && designedThresholds(program.levelDesign);
  const simulation = simulate(scene, people);
  const benefits = new Map(program.benefits.map((benefit) => [benefit.code, benefit]));
  const tellsKept = !scene.catalogue.levelPolicy.plain || simulation.weeks.some(({ kept }) => kept.some(Boolean));
  const parts = { designed, simulation, benefits, tellsKept };
  const levels = ordered.map((level, at) => levelReport(level, at, parts));
  const plans = program.plans.map((plan) => ({
    code: plan.code,
    name: plan.name,
    price: plan.price,
    costCap: costCapOfPlan(plan),
    benefitsAtMost: yearlyCost(plan.entitlements, benefits, { quotas: 1, uncounted: 0 }).atMost,
  }));
  const target = program.levelDesign?.target;
  const without = simulation.weeks.map((week) => week.without);
  // As the guard counts it: among those who have a level.
  const having = Math.max(1, people.length - without.at(-1)!);
  const { share } = program.levelGuard;
  return {
    program: program.name,
    currency: program.currency,
    source,
    seed,
    weeks: scene.horizon.weeks,
    members: people.length,
    levels,
    without: without.some(Boolean) ? without : undefined,
    profiles: simulation.profiles,
    plans,
    target: target && { meaning: target.meaning, bands: bandsOf(target, simulation, program) },
    crowded: levels.filter(({ standing }) => standing.at(-1)! / having > share).map(({ code }) => code),
  };
}

interface Parts {
  readonly designed: readonly number[] | undefined;
  readonly simulation: Simulation;
  readonly benefits: ReadonlyMap<string, Program['benefits'][number]>;
  readonly tellsKept: boolean;
}

function levelReport(level: Level, at: number, { designed, simulation, benefits, tellsKept }: Parts): LevelReport {
  const { memberWeeks, spend, benefitUse, uncountedUses } = simulation.sums[at]!;
  const standing = simulation.weeks.map((week) => week.standing[at]!);
  const members = membersOf(simulation);
  // Nobody there: as those of a full use would cost.
  const use =
    memberWeeks === 0
      ? { quotas: 1, uncounted: 0 }
      : { quotas: benefitUse / memberWeeks, uncounted: uncountedUses / memberWeeks };
  const cost = yearlyCost(level.entitlements, benefits, use);
  const yearlySpend = memberWeeks === 0 ? undefined : Math.round((spend / memberWeeks) * WEEKS_A_YEAR);
  return {
    code: level.code,
    name: level.name,
    threshold: level.threshold,
    designed: designed?.[at],
    standing,
    share: standing.at(-1)! / Math.max(1, members),
    kept: tellsKept ? simulation.weeks.map((week) => week.kept[at]!) : undefined,
    fell: tellsKept ? simulation.weeks.map((week) => week.fell[at]!) : undefined,
    spend: yearlySpend,
    cost,
    costShare: yearlySpend ? cost.expected / yearlySpend : undefined,
  };
}

function membersOf({ weeks }: Simulation): number {
  const { standing, without } = weeks[0]!;
  return standing.reduce((sum, count) => sum + count, without);
}

/** Parts of all members, also of those who have no level. */
function bandsOf({ meaning, bands }: LevelTarget, simulation: Simulation, { levels: all }: Program): BandReport[] {
  const counts = meaning === 'SPEED' ? simulation.bySpeed : simulation.weeks.at(-1)!.standing;
  const ordered = all.toSorted((left, right) => left.rank - right.rank);
  const ofLevel = new Map(ordered.map(({ code }, at) => [code, counts[at]!]));
  const members = Math.max(1, membersOf(simulation));
  const shares = bands.reduce((sum, { share }) => sum + share, 0);
  return bands.map(({ name, share, levels }) => ({
    name,
    levels,
    wanted: share / shares,
    reached: levels.reduce((sum, code) => sum + (ofLevel.get(code) ?? 0), 0) / members,
  }));
}
