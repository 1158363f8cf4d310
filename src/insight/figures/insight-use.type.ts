// API types of the dashboard about benefits and offers.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { BenefitClass } from '../../program/program';
import { BenefitClasses } from '../../program/words.type';
import { Allow, STAFF } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import { FIGURE_READERS, FractionType } from './figure.type';

@Allow(STAFF)
@ObjectType('ClassUse', { simpleResolvers: true, description: 'How much the benefits and offers of a class are used.' })
export class ClassUseType {
  @Field(() => BenefitClasses)
  class!: BenefitClass;
  @Field(() => GraphQLSafeInt, { description: 'Claims that neither failed nor were given back, by their day.' })
  claims!: number;
  @Field(() => GraphQLSafeInt, { description: 'Coupons used, by the day of the use.' })
  uses!: number;
  @Field(() => FractionType, { description: 'Uses of the class ÷ all uses in the span.' })
  share!: FractionType;
  @Field(() => MoneyType, { description: 'Face value less co-pay of what was used.' })
  saved!: MoneyType;
  @Allow(...FIGURE_READERS)
  @Field(() => MoneyType, { description: 'What they cost the operator.' })
  cost!: MoneyType;
}

@Allow(STAFF)
@ObjectType('ItemUse', { simpleResolvers: true, description: 'How much a benefit or an offer is used.' })
export class ItemUseType {
  @Field(() => ID, { description: 'Of a benefit or an offer.' })
  item!: string;
  @Field()
  code!: string;
  @Field()
  title!: string;
  @Field(() => BenefitClasses)
  class!: BenefitClass;
  @Field(() => String, { nullable: true, description: 'The code of the partner; null for a benefit.' })
  partner!: string | null;
  @Field(() => GraphQLSafeInt)
  claims!: number;
  @Field(() => GraphQLSafeInt)
  uses!: number;
  @Field(() => MoneyType, { description: 'Face value less co-pay of what was used.' })
  saved!: MoneyType;
  @Allow(...FIGURE_READERS)
  @Field(() => MoneyType, { description: 'What it cost the operator.' })
  cost!: MoneyType;
}
