// API types of redemptions, coupons and quotes.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../request/connection';
import { Allow, SIGNED_IN, STAFF } from '../request/policy';
import { enumOf, MoneyType, RefusalType } from '../request/shared.type';
import { LIMIT_KINDS, type LimitKind } from './limit';
import { REDEMPTION_STATUSES, type RedemptionStatus } from './redemption';

export const RedemptionStatuses = enumOf(REDEMPTION_STATUSES);
registerEnumType(RedemptionStatuses, {
  name: 'RedemptionStatus',
  description: "HELD → ISSUED → USED, or FAILED, CANCELLED, EXPIRED; UNKNOWN while a partner's answer is not known.",
});
const LimitKinds = enumOf(LIMIT_KINDS);
registerEnumType(LimitKinds, { name: 'LimitKind', description: 'In order of precedence.' });

@Allow(SIGNED_IN)
@ObjectType('Redemption', { simpleResolvers: true, description: 'One claim of a perk or a benefit.' })
export class RedemptionType {
  @Field(() => ID)
  id!: string;
  @Field(() => RedemptionStatuses)
  status!: RedemptionStatus;
  @Field(() => ID, { description: 'The perk or benefit that was claimed.' })
  item!: string;
  @Field()
  title!: string;
  @Field(() => ID, { nullable: true, description: 'The card that bears the cost.' })
  card!: string | null;
  @Allow('MEMBER', 'SERVER')
  @Field(() => String, { nullable: true, description: 'The coupon code, for its holder.' })
  couponCode!: string | null;
  @Allow('MEMBER', 'SERVER')
  @Field(() => String, { nullable: true, description: 'An https link to the coupon at its partner, for its holder.' })
  couponLink!: string | null;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Field(() => MoneyType, { description: 'What the member pays because the card covers a part only.' })
  coPay!: MoneyType;
  @Field(() => GraphQLSafeInt, { description: 'Points that it took.' })
  points!: number;
  @Allow(STAFF, 'SERVER')
  @Field(() => MoneyType, { description: 'What the operator bears.' })
  cost!: MoneyType;
  @Field(() => GraphQLDateTimeISO)
  claimedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  expiresAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  usedAt!: Date | null;
}

@Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
@ObjectType('Coupon', { simpleResolvers: true, description: 'What the member holds after a redemption.' })
export class CouponType {
  @Field(() => ID)
  id!: string;
  @Field()
  title!: string;
  @Field(() => RedemptionStatuses)
  status!: RedemptionStatus;
  @Allow('MEMBER', 'SERVER')
  @Field(() => String, { nullable: true })
  code!: string | null;
  @Allow('MEMBER', 'SERVER')
  @Field(() => String, { nullable: true, description: 'An https link to the coupon at its partner.' })
  link!: string | null;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  expiresAt!: Date;
  @Field(() => ID, { description: 'Cancel it, or confirm its use, by this id.' })
  redemption!: string;
}

export const CouponConnectionType = connectionOf('Coupon', () => CouponType, {
  who: ['MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR'],
  order: 'Newest first.',
});

@Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
@ObjectType('QuotedLimit', { simpleResolvers: true, description: 'A limit that the redemption would touch.' })
export class QuotedLimitType {
  @Field(() => LimitKinds)
  kind!: LimitKind;
  @Field({ description: 'A currency, or COUNT or POINT.' })
  unit!: string;
  @Field(() => GraphQLSafeInt, { description: 'What the redemption would take.' })
  takes!: number;
  @Field(() => GraphQLSafeInt, { description: 'What is left before it.' })
  left!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  resetsAt!: Date | null;
}

@Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
@ObjectType('RedemptionQuote', { simpleResolvers: true, description: 'What a redemption would take now.' })
export class RedemptionQuoteType {
  @Field({ description: 'Whether it would succeed, the co-pay accepted.' })
  redeemable!: boolean;
  @Field(() => [RefusalType], { description: 'What stands in the way, in order of precedence.' })
  refusals!: RefusalType[];
  @Allow(STAFF, 'SERVER')
  @Field(() => MoneyType, { description: 'What the operator would bear.' })
  cost!: MoneyType;
  @Field(() => MoneyType, { description: 'What the member would pay: send it as maxCoPay.' })
  coPay!: MoneyType;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Field(() => GraphQLSafeInt)
  pointsPrice!: number;
  @Field(() => [QuotedLimitType], {
    description: "The operator's own limits (caps) are shown to staff and servers only.",
  })
  limits!: QuotedLimitType[];
}

@InputType('RedeemInput')
export class RedeemRequest {
  @Field(() => ID, { description: 'The id of a perk or of a benefit.' })
  item!: string;
  @Field(() => ID, { nullable: true, description: 'The card to bear the cost; chosen when absent.' })
  card?: string | null;
  @Field({ description: '1 to 128 characters. The same key with the same content answers the first result.' })
  idempotencyKey!: string;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'The most to pay, in the minor unit; 0 unless told.' })
  maxCoPay?: number | null;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'What the order is worth, in the minor unit, if it is known: it must reach the minSpend of the perk.',
  })
  orderAmount?: number | null;
  @Allow('SERVER')
  @Field(() => String, {
    nullable: true,
    description: "The external id of the member; the operator's server must name it.",
  })
  member?: string | null;
}

@InputType('CancelRedemptionInput')
export class CancelRequest {
  @Field(() => ID)
  redemption!: string;
  @Field()
  idempotencyKey!: string;
}

@InputType('ConfirmUseInput')
export class ConfirmUseRequest {
  @Field(() => ID)
  redemption!: string;
  @Field()
  idempotencyKey!: string;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was used; now unless told.' })
  usedAt?: Date | null;
}
