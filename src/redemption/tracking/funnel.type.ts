// API types of impressions, of the funnel, and of how soon coupons are used.

import { GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { PARTNER_NAMED } from '../../program/named-partner';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { RefusalType } from '../../request/shared.type';
import { ENTRIES_MAX } from './impression.service';

@InputType('ImpressionInput', { description: 'How often an offer was shown on a day.' })
export class ImpressionRequest {
  @Field(() => ID, { description: 'The id of an offer.' })
  offer!: string;
  @Field(() => GraphQLLocalDate, { description: "Of the program's time zone; today or one of the seven days before." })
  day!: string;
  @Field(() => GraphQLSafeInt, { description: '1 to 1,000,000,000.' })
  shown!: number;
}

@InputType('RecordImpressionsInput')
export class RecordImpressionsRequest {
  @Field({ description: '1 to 128 characters. The same key with the same content counts once.' })
  idempotencyKey!: string;
  @Field(() => [ImpressionRequest], { description: `1 to ${ENTRIES_MAX}; those of one offer and day add up.` })
  impressions!: ImpressionRequest[];
}

@Allow('SERVER')
@ObjectType('RecordedImpressions', { simpleResolvers: true })
export class RecordedImpressionsType {
  @Field(() => GraphQLSafeInt, { description: 'Impressions of the batch.' })
  impressions!: number;
  @Field({ description: 'Whether an earlier call had counted it already.' })
  replayed!: boolean;
}

export const RecordImpressionsResult = createUnionType({
  name: 'RecordImpressionsResult',
  types: () => [RecordedImpressionsType, RefusalType] as const,
});

@Allow('PARTNER', STAFF)
@ObjectType('FunnelStep', {
  simpleResolvers: true,
  description: 'What became, as of now, of the claims of one offer on one day of the program’s time zone.',
})
export class FunnelStepType {
  @Field(() => GraphQLLocalDate)
  day!: string;
  @Field(() => ID)
  offer!: string;
  @Field({ description: 'Empty for an offer that the program has no more.' })
  title!: string;
  @Field(() => GraphQLSafeInt, { description: 'How often the operator says that it was shown that day.' })
  impressions!: number;
  @Field(() => GraphQLSafeInt, { description: 'Redemptions that were claimed that day, gifts included.' })
  claims!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of the claims, those for which a coupon was issued, at any time.' })
  issued!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of the issued, those that were used, at any time.' })
  used!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of the issued, those whose time ended before they were used.' })
  expired!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of the claims, those that were taken back.' })
  cancelled!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of the claims, those that their partner declined.' })
  failed!: number;
}

export const FunnelConnectionType = connectionOf('Funnel', () => FunnelStepType, {
  who: ['PARTNER', ...STAFF],
  order: 'One for each offer and day on which it was shown or claimed, the first day first.',
});

const ROUNDED = 'Rounded down to the minute within an hour, to the quarter hour within a day, to six hours beyond.';

@Allow('PARTNER', STAFF)
@ObjectType('DayTimeToUse', { simpleResolvers: true })
export class DayTimeToUseType {
  @Field(() => GraphQLLocalDate, { description: "The day of the use, of the program's time zone." })
  day!: string;
  @Field(() => GraphQLSafeInt)
  uses!: number;
  @Field(() => Float, { description: `Seconds within which half of them were used. ${ROUNDED}` })
  median!: number;
  @Field(() => Float, { description: `Seconds within which nine of ten were used. ${ROUNDED}` })
  p90!: number;
}

@Allow('PARTNER', STAFF)
@ObjectType('TimeToUse', { simpleResolvers: true, description: 'How soon after its claim a coupon is used.' })
export class TimeToUseType {
  @Field(() => GraphQLSafeInt, { description: 'Coupons that were used on these days.' })
  uses!: number;
  @Field(() => Float, { nullable: true, description: `Seconds within which half of them were used. ${ROUNDED}` })
  median!: number | null;
  @Field(() => Float, { nullable: true, description: `Seconds within which nine of ten were used. ${ROUNDED}` })
  p90!: number | null;
  @Field(() => [DayTimeToUseType], { description: 'Each day on which something was used, the first one first.' })
  days!: DayTimeToUseType[];
}

export const FunnelResult = createUnionType({
  name: 'RedemptionFunnelResult',
  types: () => [FunnelConnectionType, RefusalType] as const,
});

export const TimeToUseResult = createUnionType({
  name: 'TimeToUseResult',
  types: () => [TimeToUseType, RefusalType] as const,
});

@InputType('FunnelFilter', { description: 'Each field that is given narrows the figures.' })
export class FunnelFilter {
  @Field(() => ID, { nullable: true, description: 'The id of an offer.' })
  offer?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The id of an agreement: its offers, and the claims that it paid for.',
  })
  agreement?: string | null;
  @Field(() => String, { nullable: true, description: PARTNER_NAMED })
  partner?: string | null;
  @Field(() => GraphQLLocalDate, { nullable: true, description: '29 days before `to` unless told.' })
  from?: string | null;
  @Field(() => GraphQLLocalDate, { nullable: true, description: 'Included; today unless told. At most 93 days.' })
  to?: string | null;
}
