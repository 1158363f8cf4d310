// Figures as the API shows them: amounts with their currency, items with their words.
import type { Money, Unit } from '../../kernel/money';
import type { FigureReader } from './figure-reader';
import { type Earned, fraction, type PlanFigures, type SalesOfKind } from './money-figures';
import type { LevelMoves, LevelStructure, SpendCompared, StageMove } from './people-figures';
import type { ClassUse, ItemUse } from './use-figures';

const money = (amount: number, currency: Unit): Money => ({ amount, currency });

export function showSales(sales: SalesOfKind, currency: Unit): object {
  return { ...sales, revenue: money(sales.revenue, currency) };
}

export function showEarned({ revenue, refunded, cost, profit }: Earned, currency: Unit): object {
  return {
    revenue: money(revenue, currency),
    refunded: money(refunded, currency),
    cost: money(cost, currency),
    profit: money(profit, currency),
  };
}

export function showPlan(figures: PlanFigures, { catalogue, currency }: FigureReader): object {
  const { planId, holders, sold, target } = figures;
  const { terms, net, cost } = sold;
  return {
    plan: planId === undefined ? null : (catalogue.plan(planId)?.view ?? null),
    holders,
    earned: showEarned(figures, currency),
    sold: {
      terms,
      revenuePerTerm: fraction(net, terms),
      costPerTerm: fraction(cost, terms),
      profitPerTerm: fraction(net - cost, terms),
      realisedRoi: fraction(net, cost),
      targetRoi: target,
    },
  };
}

export function showClass({ benefitClass, cost, saved, ...figures }: ClassUse, currency: Unit): object {
  return { ...figures, class: benefitClass, cost: money(cost, currency), saved: money(saved, currency) };
}

export function showItem(
  { globalId, benefitClass, partner = undefined, cost, saved, ...figures }: ItemUse,
  currency: Unit,
): object {
  return {
    ...figures,
    item: globalId,
    class: benefitClass,
    partner: partner ?? null,
    cost: money(cost, currency),
    saved: money(saved, currency),
  };
}

export function showLevelMoves({ upgrades, downgrades, moves }: LevelMoves): object {
  const shown = moves.map(({ from = null, to = null, moves: count }) => ({ from, to, moves: count }));
  return { upgrades, downgrades, moves: shown };
}

export function showLevelStructure({ levels, bands }: LevelStructure): object {
  return { levels: levels.map(({ level, members }) => ({ level: level.view, members })), bands };
}

export function showSpend({ members, before, after }: SpendCompared, currency: Unit): object {
  return {
    members,
    before: money(before, currency),
    after: money(after, currency),
    beforePerMember: fraction(before, members),
    afterPerMember: fraction(after, members),
  };
}

export function showStageMove({ from = undefined, to, members }: StageMove): object {
  return { from: from ?? null, to, members };
}
