// What a simulation of growth says about a program: levels, profiles, costs against spend, and the target.

import { designedThresholds, type LevelTarget } from '../../program/level-design';
import { costCapOfPlan, type Level, type Program } from '../../program/program';
import type { Person } from './behaviour';
import { type YearlyCost, yearlyCost } from './benefit-cost';
import { type ProfileOutcome, type Simulation, type Step, simulate } from './simulation';

const WEEKS_A_YEAR = 52;

export interface LevelReport {
  readonly code: string;
  readonly name: string;
  readonly threshold: number;
  /** Base × multiplier; `undefined` without a design. */
  readonly designed: number | undefined;
  /** Members at this level by week, from the beginning (0) to the last. */
  readonly standing: readonly number[];
  /** At the end, 0 to 1. */
  readonly share: number;
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
  readonly profiles: readonly ProfileOutcome[];
  readonly plans: readonly PlanReport[];
  readonly target: { readonly meaning: LevelTarget['meaning']; readonly bands: readonly BandReport[] } | undefined;
  /** Levels at which more than the guard's share would sit at the end. */
  readonly crowded: readonly string[];
}

export interface GrowthQuestion {
  readonly program: Program;
  readonly people: readonly Person[];
  /** Where the people come from, in words. */
  readonly source: string;
  readonly weeks: number;
  readonly seed: number;
  /** Whether the designed thresholds count, not those of the levels. */
  readonly asDesigned: boolean;
}

/** Runs the simulation and draws up what it says. The program has passed its rules. */
export function growthReport(question: GrowthQuestion): GrowthReport {
  const { program, people, source, weeks, seed } = question;
  const ordered = program.levels.toSorted((left, right) => left.rank - right.rank);
  const designed = program.levelDesign && designedThresholds(program.levelDesign);
  const steps = ordered.map(({ code, threshold }, at): Step => {
    return { code, threshold: question.asDesigned && designed ? designed[at]! : threshold };
  });
  const simulation = simulate(steps, people, weeks);
  const benefits = new Map(program.benefits.map((benefit) => [benefit.code, benefit]));
  const levels = ordered.map((level, at) => levelReport({ level, at, designed, simulation, program, benefits }));
  const plans = program.plans.map((plan) => ({
    code: plan.code,
    name: plan.name,
    price: plan.price,
    costCap: costCapOfPlan(plan),
    benefitsAtMost: yearlyCost(plan.entitlements, benefits, { quotas: 1, uncounted: 0 }).atMost,
  }));
  const target = program.levelDesign?.target;
  const { share } = program.levelGuard;
  return {
    program: program.name,
    currency: program.currency,
    source,
    seed,
    weeks,
    members: people.length,
    levels,
    profiles: simulation.profiles,
    plans,
    target: target && { meaning: target.meaning, bands: bandsOf(target, simulation) },
    crowded: levels.filter((level) => level.share > share).map(({ code }) => code),
  };
}

function levelReport(parts: {
  readonly level: Level;
  readonly at: number;
  readonly designed: readonly number[] | undefined;
  readonly simulation: Simulation;
  readonly program: Program;
  readonly benefits: ReadonlyMap<string, Program['benefits'][number]>;
}): LevelReport {
  const { level, at, designed, simulation, benefits } = parts;
  const { memberWeeks, spend, benefitUse, uncountedUses } = simulation.sums[at]!;
  const standing = simulation.standing.map((week) => week[at]!);
  const members = simulation.standing[0]!.reduce((sum, count) => sum + count, 0);
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
    spend: yearlySpend,
    cost,
    costShare: yearlySpend ? cost.expected / yearlySpend : undefined,
  };
}

function bandsOf({ meaning, bands }: LevelTarget, simulation: Simulation): BandReport[] {
  const counts = meaning === 'SPEED' ? simulation.bySpeed : simulation.standing.at(-1)!;
  const ofLevel = new Map(simulation.steps.map(({ code }, at) => [code, counts[at]!]));
  const members = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const shares = bands.reduce((sum, { share }) => sum + share, 0);
  return bands.map(({ name, share, levels }) => ({
    name,
    levels,
    wanted: share / shares,
    reached: levels.reduce((sum, code) => sum + (ofLevel.get(code) ?? 0), 0) / members,
  }));
}
