// The dashboard as one value, for tables and pictures: the figures of a span, and some of them month by month.
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { FigureName } from './figure';
import type { InsightAsked, InsightService, SeriesPoint } from './insight.service';
import { capUseOf, earnedOf, plansOf, renewalsOf, salesOf } from './money-figures';
import {
  levelMovesOf,
  levelStructureOf,
  penetrationOf,
  pointsOf,
  retentionOf,
  spendOf,
  stageMovesOf,
} from './people-figures';
import { classesOf, deadItems, topItems } from './use-figures';

const TOP = 10;
const MONTHLY = ['SALES', 'REVENUE', 'COST', 'CLAIMS', 'USES', 'MEMBERSHIP', 'ACTIVE'] as const;
type Monthly = (typeof MONTHLY)[number];

export type Dashboard = Exclude<Awaited<ReturnType<typeof dashboardOf>>, Refusal>;

export async function dashboardOf(insight: InsightService, asked: InsightAsked) {
  const reader = insight.open(asked);
  if (isRefusal(reader)) return reader;
  const series = async (name: FigureName): Promise<readonly SeriesPoint[]> => {
    const points = await insight.series(name, asked, 'MONTH');
    return isRefusal(points) ? [] : points;
  };
  const months = {} as Record<Monthly, readonly SeriesPoint[]>;
  for (const name of MONTHLY) months[name] = await series(name);
  const { catalogue, currency } = reader;
  const plans = await plansOf(reader);
  return {
    ...asked,
    program: catalogue.settings.name,
    timeZone: catalogue.time.timeZone,
    currency,
    complete: await insight.isComplete(),
    sales: await salesOf(reader),
    earned: await earnedOf(reader),
    plans: plans.map((figures) => {
      const { planId } = figures;
      return { ...figures, plan: (planId !== undefined && catalogue.plan(planId)?.code) || '(no card)' };
    }),
    renewals: await renewalsOf(reader),
    capUse: await capUseOf(reader),
    classes: await classesOf(reader),
    top: await topItems(reader, TOP),
    dead: await deadItems(reader),
    levelChanges: await levelMovesOf(reader),
    levels: await levelStructureOf(reader),
    penetration: await penetrationOf(reader),
    spend: await spendOf(reader),
    stages: await stageMovesOf(reader),
    points: await pointsOf(reader),
    retention: await retentionOf(reader),
    months,
  };
}
