// The dashboard of operations at the API: each figure is read when it is asked for.
import { GraphQLLocalDate } from 'graphql-scalars';
import { Arg, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { isRefusal } from '../../kernel/refusal';
import { Allow, STAFF } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import { FIGURES, type FigureName } from './figure';
import { FIGURE_READERS, FigureNames, FigureSteps, FractionType } from './figure.type';
import type { FigureStep, InsightService } from './insight.service';
import { FigureSeriesResult, InsightResult, InsightType } from './insight.type';
import {
  showClass,
  showEarned,
  showItem,
  showLevelMoves,
  showLevelStructure,
  showPlan,
  showSales,
  showSpend,
  showStageMove,
} from './insight.view';
import {
  CapUseType,
  EarnedFiguresType,
  PlanFiguresType,
  RenewalFiguresType,
  SalesOfKindType,
} from './insight-money.type';
import {
  LevelChangesType,
  LevelStructureType,
  PointsFiguresType,
  RetentionCurveType,
  SpendComparedType,
  StageFlowType,
} from './insight-people.type';
import { ClassUseType, ItemUseType } from './insight-use.type';
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

const PLAN_WORDS =
  'The code of a plan: figures of cards and redemptions are of it alone; those of people of everybody.';
const ITEMS_MAX = 100;

@Resolver(() => InsightType)
export class InsightResolver {
  constructor(private readonly service: InsightService) {}

  @Allow(STAFF)
  @Query(() => InsightResult, { description: 'Figures of a span of days, until today, ten years at most.' })
  async insight(
    @Arg('from', () => GraphQLLocalDate) from: string,
    @Arg('to', () => GraphQLLocalDate, { description: 'Included.' }) to: string,
    @Arg('plan', () => String, { nullable: true, description: PLAN_WORDS }) plan?: string | null,
  ): Promise<object> {
    const reader = this.service.open({ from, to, plan });
    if (isRefusal(reader)) return toRefusalType(reader);
    const { timeZone } = reader.catalogue.time;
    return { __typename: 'Insight', from, to, timeZone, complete: await this.service.isComplete(), reader };
  }

  @Allow(...FIGURE_READERS)
  @Query(() => FigureSeriesResult, {
    description: 'One figure over time: each day of the span, or each month that it touches, as a whole.',
  })
  async figureSeries(
    @Arg('figure', () => FigureNames) figure: FigureName,
    @Arg('from', () => GraphQLLocalDate) from: string,
    @Arg('to', () => GraphQLLocalDate, { description: 'Included.' }) to: string,
    @Arg('by', () => FigureSteps, { defaultValue: 'MONTH', description: 'At most 400 days, or ten years of months.' })
    by: FigureStep,
    @Arg('plan', () => String, { nullable: true, description: PLAN_WORDS }) plan?: string | null,
  ): Promise<object> {
    const points = await this.service.series(figure, { from, to, plan }, by);
    if (isRefusal(points)) return toRefusalType(points);
    const { kind, words } = FIGURES[figure];
    return { __typename: 'FigureSeries', figure, kind, words: `${words}.`, points };
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => [SalesOfKindType], { description: 'Card sales: new, renewal, win-back.' })
  async sales(@Root() { reader }: InsightType): Promise<object[]> {
    return (await salesOf(reader)).map((sales) => showSales(sales, reader.currency));
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => EarnedFiguresType, { description: 'Revenue, cost and profit.' })
  async earned(@Root() { reader }: InsightType): Promise<object> {
    return showEarned(await earnedOf(reader), reader.currency);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => [PlanFiguresType], { description: 'The same, and the return, plan by plan and card by card.' })
  async plans(@Root() { reader }: InsightType): Promise<object[]> {
    return (await plansOf(reader)).map((figures) => showPlan(figures, reader));
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => RenewalFiguresType, { description: 'Renewal rate, by cohort.' })
  renewals(@Root() { reader }: InsightType): Promise<object> {
    return renewalsOf(reader);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => [CapUseType], { description: 'Distribution of cap use.' })
  capUse(@Root() { reader }: InsightType): Promise<object[]> {
    return capUseOf(reader);
  }

  @Allow(STAFF)
  @FieldResolver(() => [ClassUseType], { description: 'Benefit use, class by class.' })
  async classes(@Root() { reader }: InsightType): Promise<object[]> {
    return (await classesOf(reader)).map((figures) => showClass(figures, reader.currency));
  }

  @Allow(STAFF)
  @FieldResolver(() => [ItemUseType], { description: 'Top benefits and offers: the most claimed first.' })
  async topItems(
    @Root() { reader }: InsightType,
    @Arg('first', () => Int, { defaultValue: 10, description: '1 to 100.' }) first: number,
  ): Promise<object[]> {
    const items = await topItems(reader, Math.min(ITEMS_MAX, Math.max(1, first)));
    return items.map((item) => showItem(item, reader.currency));
  }

  @Allow(STAFF)
  @FieldResolver(() => [ItemUseType], {
    description:
      'Dead benefits and offers: those of the catalogue of now that can be claimed, and were not in the span.',
  })
  async deadItems(@Root() { reader }: InsightType): Promise<object[]> {
    return (await deadItems(reader)).map((item) => showItem(item, reader.currency));
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => LevelChangesType, { description: 'Upgrade rate, and all changes of levels.' })
  async levelChanges(@Root() { reader }: InsightType): Promise<object> {
    return showLevelMoves(await levelMovesOf(reader));
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => LevelStructureType, { description: 'Level structure against the target of the program.' })
  async levels(@Root() { reader }: InsightType): Promise<object> {
    return showLevelStructure(await levelStructureOf(reader));
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => FractionType, {
    description:
      'Penetration at the end of the last day: members with a running card of a membership plan ÷ active customers, ' +
      'of whom an event other than a return or a refusal was told of one of the last 30 days.',
  })
  penetration(@Root() { reader }: InsightType): Promise<object> {
    return penetrationOf(reader);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => SpendComparedType, { description: 'Spend per member before and after the card.' })
  async spend(@Root() { reader }: InsightType): Promise<object> {
    return showSpend(await spendOf(reader), reader.currency);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => [StageFlowType], { description: 'Flow between the stages of the lifecycle.' })
  async stages(@Root() { reader }: InsightType): Promise<object[]> {
    return (await stageMovesOf(reader)).map(showStageMove);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => PointsFiguresType, { description: 'Points liability.' })
  points(@Root() { reader }: InsightType): Promise<object> {
    return pointsOf(reader);
  }

  @Allow(...FIGURE_READERS)
  @FieldResolver(() => [RetentionCurveType], {
    description: 'Retention curves: one for each month of the span in which a membership first began.',
  })
  retention(@Root() { reader }: InsightType): Promise<object[]> {
    return retentionOf(reader);
  }
}
