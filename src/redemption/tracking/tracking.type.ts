// API types of tracking: pages and sums of the redemptions of offers, and what narrows them.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { PARTNER_NAMED } from '../../program/named-partner';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';
import type { RedemptionStatus } from '../redemption';
import { RedemptionStatuses, RedemptionType } from '../redemption.type';
import type { TrackingWords } from './tracking-scope';

export const RedemptionConnectionType = connectionOf('Redemption', () => RedemptionType, {
  who: ['PARTNER', ...STAFF],
  order: 'Newest first.',
});

@Allow('PARTNER', STAFF)
@ObjectType('RedemptionTotals', { simpleResolvers: true, description: 'What redemptions of offers sum up to.' })
export class RedemptionTotalsType {
  @Field(() => GraphQLSafeInt)
  redemptions!: number;
  @Field(() => GraphQLSafeInt, { description: 'Different ones.' })
  members!: number;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Allow(STAFF)
  @Field(() => MoneyType, { description: 'What the operator bears.' })
  cost!: MoneyType;
}

@InputType('RedemptionFilter', { description: 'Each field that is given narrows the redemptions.' })
export class RedemptionFilter implements TrackingWords {
  @Field(() => ID, { nullable: true, description: 'The id of an offer.' })
  offer?: string | null;
  @Field(() => ID, { nullable: true, description: 'The id of the agreement that paid for them.' })
  agreement?: string | null;
  @Field(() => String, { nullable: true, description: PARTNER_NAMED })
  partner?: string | null;
  @Field(() => RedemptionStatuses, { nullable: true })
  status?: RedemptionStatus | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'The code of the level that the member had at the claim.' })
  level?: string | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'The code of the plan of the card that bears the cost.' })
  plan?: string | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'The code of the campaign that gave it.' })
  campaign?: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Claimed at this time or later.' })
  claimedFrom?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Claimed before this time.' })
  claimedBefore?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Used at this time or later.' })
  usedFrom?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Used before this time.' })
  usedBefore?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The coupon ends at this time or later.' })
  expiresFrom?: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The coupon ends before this time.' })
  expiresBefore?: Date | null;
}
