// API types of perks and of benefits on a card.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { BenefitClass, OfferKind } from '../program/program';
import { BenefitClasses, OfferKinds } from '../program/words.type';
import { connectionOf } from '../request/connection';
import { Allow, SIGNED_IN } from '../request/policy';
import { MoneyType } from '../request/shared.type';
import { AvailabilityType, QuotaType, UsabilityType } from './usability.type';

@Allow(SIGNED_IN)
@ObjectType('Partner', { simpleResolvers: true, description: 'A brand whose offers members see as perks.' })
export class PartnerType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
}

@Allow(SIGNED_IN)
@ObjectType('Benefit', { simpleResolvers: true, description: 'What a level or a plan entitles to.' })
export class BenefitType {
  @Field(() => ID, { description: 'Redeem it by this id.' })
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => BenefitClasses)
  class!: BenefitClass;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => String, { nullable: true })
  useConditions!: string | null;
  @Field({ description: 'False for what applies by itself, such as a member price.' })
  redeemable!: boolean;
  @Field(() => MoneyType, { description: 'What one use is worth to the member.' })
  faceValue!: MoneyType;
  @Field(() => GraphQLSafeInt, { description: 'What one use costs the member, in points.' })
  pointsPrice!: number;
}

@Allow(SIGNED_IN)
@ObjectType('EntitledBenefit', { simpleResolvers: true, description: 'A benefit as a card or a level grants it.' })
export class EntitledBenefitType {
  @Field(() => BenefitType)
  benefit!: BenefitType;
  @Field(() => QuotaType, { nullable: true, description: 'Null when uses are not counted.' })
  quota!: QuotaType | null;
  @Field(() => UsabilityType)
  usability!: UsabilityType;
}

@Allow(SIGNED_IN)
@ObjectType('Perk', { simpleResolvers: true, description: 'A live offer as a member sees it.' })
export class PerkType {
  @Field(() => ID, { description: 'Redeem it by this id.' })
  id!: string;
  @Field()
  title!: string;
  @Field(() => OfferKinds)
  kind!: OfferKind;
  @Field(() => PartnerType)
  partner!: PartnerType;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => String, { nullable: true })
  useConditions!: string | null;
  @Field(() => MoneyType, { description: 'What one use is worth to the member.' })
  faceValue!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'What the order must be worth. Null: anything.' })
  minSpend!: MoneyType | null;
  @Field(() => GraphQLSafeInt)
  pointsPrice!: number;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'How often the member may still take it: its own limit or the stock, whichever is less. Null: unlimited.',
  })
  remainingForMe!: number | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  validUntil!: Date | null;
  @Field(() => AvailabilityType)
  availability!: AvailabilityType;
  @Field(() => UsabilityType)
  usability!: UsabilityType;
}

export const PerkConnectionType = connectionOf('Perk', () => PerkType, { who: SIGNED_IN });
