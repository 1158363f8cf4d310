// API types of the dashboard about sales and money.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { PlanType } from '../../members/member.type';
import { Allow } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import type { SaleKind } from './figure';
import { FIGURE_READERS, FractionType, SaleKinds } from './figure.type';

@Allow(...FIGURE_READERS)
@ObjectType('SalesOfKind', { simpleResolvers: true, description: 'Terms of cards sold, of one kind of sale.' })
export class SalesOfKindType {
  @Field(() => SaleKinds)
  kind!: SaleKind;
  @Field(() => GraphQLSafeInt, { description: 'Terms, by the day of the sale.' })
  sold!: number;
  @Field(() => FractionType, { description: 'Terms of this kind ÷ all terms sold.' })
  share!: FractionType;
  @Field(() => MoneyType, { description: 'Their prices; refunds are not taken off.' })
  revenue!: MoneyType;
}

@Allow(...FIGURE_READERS)
@ObjectType('EarnedFigures', { simpleResolvers: true, description: 'What cards brought and cost in the span.' })
export class EarnedFiguresType {
  @Field(() => MoneyType, { description: 'Prices of the terms sold, by the day of the sale.' })
  revenue!: MoneyType;
  @Field(() => MoneyType, { description: 'Refunds, by the day on which each was settled.' })
  refunded!: MoneyType;
  @Field(() => MoneyType, {
    description:
      'What redemptions cost the operator, by the day of the claim, or of the use where it counts at use. A claim ' +
      'that is given back costs nothing, unless its code was handed out.',
  })
  cost!: MoneyType;
  @Field(() => MoneyType, { description: 'Revenue less refunds and cost; may be below zero.' })
  profit!: MoneyType;
}

@Allow(...FIGURE_READERS)
@ObjectType('SoldTerms', {
  simpleResolvers: true,
  description: 'The terms sold in the span, with all that came of them until now, whenever it did.',
})
export class SoldTermsType {
  @Field(() => GraphQLSafeInt)
  terms!: number;
  @Field(() => FractionType, { description: 'A card: prices less refunds, in the minor unit ÷ terms.' })
  revenuePerTerm!: FractionType;
  @Field(() => FractionType, { description: 'A card: what its redemptions cost, in the minor unit ÷ terms.' })
  costPerTerm!: FractionType;
  @Field(() => FractionType, { description: 'A card: prices less refunds and cost, in the minor unit ÷ terms.' })
  profitPerTerm!: FractionType;
  @Field(() => FractionType, { description: 'Realised return: prices less refunds ÷ what their redemptions cost.' })
  realisedRoi!: FractionType;
  @Field(() => FractionType, {
    description: 'Target: prices ÷ cost caps, as they were sold. Where all of a cap is used the return is the target.',
  })
  targetRoi!: FractionType;
}

@Allow(...FIGURE_READERS)
@ObjectType('PlanFigures', { simpleResolvers: true, description: 'Figures of one plan.' })
export class PlanFiguresType {
  @Field(() => PlanType, { nullable: true, description: 'Null: redemptions that no card bears.' })
  plan!: PlanType | null;
  @Field(() => GraphQLSafeInt, { description: 'Members with a running card of it at the end of the last day.' })
  holders!: number;
  @Field(() => EarnedFiguresType)
  earned!: EarnedFiguresType;
  @Field(() => SoldTermsType)
  sold!: SoldTermsType;
}

@Allow(...FIGURE_READERS)
@ObjectType('RenewalCohort', { simpleResolvers: true })
export class RenewalCohortType {
  @Field({ description: 'The month in which its members first had the plan: `2026-11`.' })
  month!: string;
  @Field(() => FractionType, { description: 'As for all, of this cohort.' })
  rate!: FractionType;
}

@Allow(...FIGURE_READERS)
@ObjectType('RenewalFigures', { simpleResolvers: true, description: 'Who renews, by the day on which terms end.' })
export class RenewalFiguresType {
  @Field(() => FractionType, {
    description:
      'Terms that another term of the same plan and member follows within 30 days ÷ terms that ran until their end ' +
      'in the span. Closed and refunded ones are in neither; one that is renewed later changes its day.',
  })
  rate!: FractionType;
  @Field(() => [RenewalCohortType])
  cohorts!: RenewalCohortType[];
}

@Allow(...FIGURE_READERS)
@ObjectType('CapUse', {
  simpleResolvers: true,
  description: 'How much of their caps the terms sold used.',
})
export class CapUseType {
  @Field(() => Int, { description: 'Above so many tenths of the cap; 0 of 0: nothing is used.' })
  from!: number;
  @Field(() => Int, { description: 'Up to so many tenths.' })
  to!: number;
  @Field(() => FractionType, { description: 'Such terms ÷ terms sold in the span that have a cap.' })
  terms!: FractionType;
}
