// Figures of people: levels, stages, how many customers are members, what they spend, who stays, and their points.
import type { Id } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import type { CatalogueLevel } from '../../program/catalogue-item';
import type { Stage } from '../../program/lifecycle';
import { LEVEL_MARKS, RETENTION_MONTHS } from './figure';
import type { FigureSum } from './figure.store';
import type { FigureReader } from './figure-reader';
import { type Fraction, fraction } from './money-figures';
import { stageOfNumber } from './move-cells.rule';
import { lastOfMonth, monthAfter, monthsIn, periodText } from './span';

export interface LevelMoves {
  /** Members whose level rose ÷ members who had a level before the first day. */
  readonly upgrades: Fraction;
  readonly downgrades: Fraction;
  readonly moves: readonly { readonly from?: string; readonly to?: string; readonly moves: number }[];
}

export async function levelMovesOf(reader: FigureReader): Promise<LevelMoves> {
  const [sums, before, idOf] = await Promise.all([
    reader.flows('LEVEL_MOVES'),
    reader.before('LEVEL_MOVES'),
    reader.idOf(),
  ]);
  const levelOf = (number: number): CatalogueLevel | undefined => {
    const id = idOf(number);
    return id === undefined ? undefined : reader.catalogue.level(id);
  };
  const isMove = (sign: number) => (sum: FigureSum) => {
    const [from, to] = [levelOf(sum.one), levelOf(sum.other)];
    return from !== undefined && to !== undefined && Math.sign(to.rank - from.rank) === sign;
  };
  const changes = sums.filter(({ mark }) => mark === LEVEL_MARKS.CHANGED);
  const had = [...standingAt(before, idOf, firstLevelOf(reader)).values()].reduce((all, members) => all + members, 0);
  return {
    upgrades: fraction(reader.total(changes, 'LEVEL_MOVES', isMove(1)), had),
    downgrades: fraction(reader.total(changes, 'LEVEL_MOVES', isMove(-1)), had),
    moves: changes.map(({ one, other, value }) => ({
      from: levelOf(one)?.code,
      to: levelOf(other)?.code,
      moves: value,
    })),
  };
}

/** The level at which everybody begins; none where levels rest on a card. */
function firstLevelOf({ catalogue }: FigureReader): Id | undefined {
  return catalogue.levelPolicy.plans.size > 0 ? undefined : catalogue.levels[0]?.id;
}

/** How many stand at each level: all who came less all who left. */
function standingAt(
  moves: readonly FigureSum[],
  idOf: (number: number) => Id | undefined,
  first: Id | undefined,
): Map<Id, number> {
  const members = new Map<Id, number>();
  const move = (level: Id | undefined, by: number) => {
    if (level !== undefined) members.set(level, (members.get(level) ?? 0) + by);
  };
  for (const { one, other, mark, value } of moves) {
    move(idOf(one), -value);
    move(mark === LEVEL_MARKS.UNCHANGED ? first : idOf(other), value);
  }
  return members;
}

export interface LevelShare {
  readonly level: CatalogueLevel;
  /** Of all members with a level that is in the program. */
  readonly members: Fraction;
}

export interface LevelStructure {
  readonly levels: readonly LevelShare[];
  /** As the program's design wants it; `target` is a band's share of all shares, from 0 to 1. */
  readonly bands: readonly { readonly name: string; readonly members: Fraction; readonly target: number }[];
}

/** At the end of the last day. */
export async function levelStructureOf(reader: FigureReader): Promise<LevelStructure> {
  const [moves, idOf] = await Promise.all([reader.standing('LEVEL_MOVES'), reader.idOf()]);
  const byId = standingAt(moves, idOf, firstLevelOf(reader));
  const { levels, settings } = reader.catalogue;
  const counts = levels.map((level) => ({ level, count: byId.get(level.id) ?? 0 }));
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const within = (codes: readonly string[]) =>
    counts.reduce((sum, { level, count }) => sum + (codes.includes(level.code) ? count : 0), 0);
  const bands = settings.levelDesign?.target?.bands ?? [];
  const shares = bands.reduce((sum, { share }) => sum + share, 0);
  return {
    levels: counts.map(({ level, count }) => ({ level, members: fraction(count, all) })),
    bands: bands.map(({ name, share, levels: codes }) => ({
      name,
      members: fraction(within(codes), all),
      target: share / shares,
    })),
  };
}

/** Members with a running membership ÷ active customers, both at the end of the last day. */
export async function penetrationOf(reader: FigureReader): Promise<Fraction> {
  const sums = await reader.standing('MEMBERSHIP', 'ACTIVE');
  return fraction(reader.total(sums, 'MEMBERSHIP'), reader.total(sums, 'ACTIVE'));
}

export interface SpendCompared {
  readonly members: number;
  /** Of all of them together, in the minor unit. */
  readonly before: number;
  readonly after: number;
}

export async function spendOf(reader: FigureReader): Promise<SpendCompared> {
  const sums = await reader.flows('COMPARED', 'SPENT_BEFORE', 'SPENT_AFTER');
  return {
    members: reader.total(sums, 'COMPARED'),
    before: reader.total(sums, 'SPENT_BEFORE'),
    after: reader.total(sums, 'SPENT_AFTER'),
  };
}

export interface StageMove {
  readonly from?: Stage;
  readonly to: Stage;
  readonly members: number;
}

/** In the order of stages. */
export async function stageMovesOf(reader: FigureReader): Promise<StageMove[]> {
  const sums = await reader.flows('STAGE_MOVES');
  return sums
    .toSorted((left, right) => left.mark - right.mark)
    .map(({ mark, value }) => ({
      from: stageOfNumber(Math.trunc(mark / 10)),
      to: stageOfNumber(mark % 10)!,
      members: value,
    }));
}

export interface PointsFigures {
  /** What members hold at the end of the last day. */
  readonly outstanding: number;
  /** In the span. */
  readonly came: number;
  readonly left: number;
}

export async function pointsOf(reader: FigureReader): Promise<PointsFigures> {
  const [flows, standing] = await Promise.all([
    reader.flows('POINTS_IN', 'POINTS_OUT'),
    reader.standing('POINTS_IN', 'POINTS_OUT'),
  ]);
  return {
    outstanding: reader.total(standing, 'POINTS_IN') - reader.total(standing, 'POINTS_OUT'),
    came: reader.total(flows, 'POINTS_IN'),
    left: reader.total(flows, 'POINTS_OUT'),
  };
}

export interface RetentionCurve {
  /** In which the first memberships of its members began: `2026-11`. */
  readonly month: string;
  readonly members: number;
  /** After so many months; only those that are over for the whole cohort by the last day of the span. */
  readonly kept: readonly { readonly months: number; readonly members: Fraction }[];
}

/** A curve for each month of the span in which a membership first began. */
export async function retentionOf(reader: FigureReader): Promise<RetentionCurve[]> {
  const months = monthsIn(reader.span);
  const byMonth = await readCurves(reader, months);
  return months.flatMap((month) => {
    const found = byMonth.get(month);
    if (!found) return [];
    const kept = Array.from({ length: RETENTION_MONTHS }, (_, at) => at + 1)
      .filter((count) => isOver(month, count, reader.span.to))
      .map((count) => ({ months: count, members: fraction(found.kept.get(count) ?? 0, found.members) }));
    return [{ month: periodText(month), members: found.members, kept }];
  });
}

/** Whether so many months have passed even for who joined on the last day of the month. */
function isOver(month: PeriodNumber, count: number, to: PeriodNumber): boolean {
  let last = month;
  for (let at = 0; at < count; at += 1) last = monthAfter(last);
  return lastOfMonth(last) <= to;
}

interface Curve {
  members: number;
  readonly kept: Map<number, number>;
}

async function readCurves(reader: FigureReader, months: readonly PeriodNumber[]): Promise<Map<PeriodNumber, Curve>> {
  const curves = new Map<PeriodNumber, Curve>();
  const cells = await reader.byPeriod(months, 'COHORT', 'RETAINED');
  const curveOf = (month: PeriodNumber): Curve => {
    const curve = curves.get(month) ?? { members: 0, kept: new Map() };
    curves.set(month, curve);
    return curve;
  };
  for (const { figure, period, mark, value } of cells) {
    if (value === 0) continue;
    if (figure === 'COHORT') curveOf(period).members += value;
    else curveOf(period).kept.set(mark, value);
  }
  return curves;
}
