// What a member's changes of level and of stage add to the figures.
import { STAGES, type Stage } from '../../program/lifecycle';
import type { Cell } from './cell';
import { type Calendar, dayAt, dayNumbered, type MemberFacts } from './facts';
import { LEVEL_MARKS } from './figure';

/** With the first level, which is written down only when it changes. */
export function levelCells({ joinedAt, levels }: MemberFacts, calendar: Calendar): Cell[] {
  const [first] = levels;
  const mark = first ? LEVEL_MARKS.FIRST : LEVEL_MARKS.UNCHANGED;
  const begin: Cell = { figure: 'LEVEL_MOVES', day: dayAt(calendar, joinedAt), other: first?.from, mark };
  const moves = levels
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, at }): Cell => ({ figure: 'LEVEL_MOVES', day: dayAt(calendar, at), one: from, other: to }));
  return [begin, ...moves];
}

function stageNumber(stage: Stage | undefined): number {
  return stage === undefined ? 0 : STAGES.indexOf(stage) + 1;
}

export function stageOfNumber(number: number): Stage | undefined {
  return STAGES[number - 1];
}

/** 0 for no stage, else its place in the list of stages. */
export function stageCells({ stages }: MemberFacts): Cell[] {
  return stages.map(({ from, to, day }) => ({
    figure: 'STAGE_MOVES',
    day: dayNumbered(day),
    mark: stageNumber(from) * 10 + stageNumber(to),
  }));
}
