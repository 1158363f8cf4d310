// All rules together: what members and redemptions add to the figures. A new figure is one more function here.
import type { Cell } from './cell';
import type { Calendar, MemberFacts, RedemptionFact } from './facts';
import { levelCells, stageCells } from './move-cells.rule';
import { activeCells, holderCells, retentionCells, spendCells } from './presence-cells.rule';
import { redemptionCells } from './redemption-cells.rule';
import { renewalCells, saleCells } from './sale-cells.rule';

type MemberRule = (facts: MemberFacts, calendar: Calendar) => Cell[];

const MEMBER_RULES: readonly MemberRule[] = [
  holderCells,
  saleCells,
  renewalCells,
  retentionCells,
  activeCells,
  spendCells,
  levelCells,
  stageCells,
];

export function cellsOfMember(facts: MemberFacts, calendar: Calendar): Cell[] {
  return MEMBER_RULES.flatMap((rule) => rule(facts, calendar));
}

export function cellsOfRedemption(fact: RedemptionFact, calendar: Calendar): Cell[] {
  return redemptionCells(fact, calendar);
}
