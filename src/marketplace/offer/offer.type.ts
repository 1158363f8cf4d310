// Offers as partners and staff see them, with their revisions and all that those say.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type {
  BenefitClass,
  CostBasis,
  Fulfilment,
  Funding,
  MemberLimit,
  OfferKind,
  Weekday,
} from '../../program/program';
import {
  BenefitClasses,
  CardUses,
  CostBases,
  Fulfilments,
  Fundings,
  LimitPeriods,
  OfferKinds,
  Weekdays,
} from '../../program/words.type';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, MoneyType } from '../../request/shared.type';
import { OFFER_STATES, type OfferState, REVISION_STATES, type RevisionState } from './offer';

export const OfferStates = enumOf(OFFER_STATES);
registerEnumType(OfferStates, {
  name: 'OfferState',
  description: 'DRAFT → IN_REVIEW → LIVE ⇄ PAUSED → ENDED; REJECTED until it is revised, and is a draft again.',
});
const RevisionStates = enumOf(REVISION_STATES);
registerEnumType(RevisionStates, { name: 'RevisionState' });

@Allow('PARTNER', STAFF)
@ObjectType('OfferAudience', { simpleResolvers: true, description: 'Who may take it; what is empty lets all pass.' })
export class OfferAudienceType {
  @Field(() => [String], { description: 'Codes of levels.' })
  levels!: readonly string[];
  @Field(() => [String], { description: 'Codes of plans.' })
  plans!: readonly string[];
  @Field(() => [String])
  tags!: readonly string[];
  @Field(() => String, { nullable: true, description: 'A CEL expression over member and card.' })
  condition!: string | null;
}

@Allow('PARTNER', STAFF)
@ObjectType('OpenHours', { simpleResolvers: true, description: "In the program's time zone." })
export class OpenHoursType {
  @Field(() => [Weekdays], { description: 'The days on which the hours begin; empty: every day.' })
  days!: readonly Weekday[];
  @Field({ description: 'Inclusive, such as 22:30.' })
  from!: string;
  @Field({ description: 'Exclusive; of the next day when it is not after from.' })
  until!: string;
}

@Allow('PARTNER', STAFF)
@ObjectType('OfferMemberLimit', { simpleResolvers: true, description: 'How often one member may take it.' })
export class OfferMemberLimitType {
  @Field(() => GraphQLSafeInt)
  limit!: number;
  @Field(() => LimitPeriods)
  period!: MemberLimit['period'];
}

@Allow('PARTNER', STAFF)
@ObjectType('OfferTerms', { simpleResolvers: true, description: 'All that a revision of an offer says.' })
export class OfferTermsType {
  @Field()
  title!: string;
  @Field(() => OfferKinds)
  kind!: OfferKind;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => String, { nullable: true })
  useConditions!: string | null;
  @Field(() => Fulfilments)
  fulfilment!: Fulfilment;
  @Field(() => String, { nullable: true, description: "The partner's own name of it, for a PARTNER_API." })
  offerRef!: string | null;
  @Field(() => Fundings)
  funding!: Funding;
  @Field(() => OfferAudienceType)
  audience!: OfferAudienceType;
  @Field(() => CardUses)
  card!: 'REQUIRED' | 'NONE';
  @Field(() => BenefitClasses, { description: 'The class whose sub-cap it counts against.' })
  benefitClass!: BenefitClass;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  validFrom!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  validUntil!: Date | null;
  @Field(() => [OpenHoursType], { description: 'Empty: at all hours.' })
  schedule!: readonly OpenHoursType[];
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Null: unlimited, or as many as there are codes.' })
  stock!: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true })
  dailyStock!: number | null;
  @Field(() => [OfferMemberLimitType])
  memberLimits!: readonly OfferMemberLimitType[];
  @Field(() => MoneyType, { nullable: true, description: 'What the order must be worth.' })
  minSpend!: MoneyType | null;
  @Field(() => MoneyType, { description: 'What one redemption costs whoever bears it.' })
  unitCost!: MoneyType;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'What all redemptions together may cost.' })
  budget!: MoneyType | null;
  @Field(() => GraphQLSafeInt)
  pointsPrice!: number;
  @Field(() => CostBases)
  costBasis!: CostBasis;
  @Field({ description: 'Whether the member may pay what a cap does not cover.' })
  coPay!: boolean;
  @Field(() => Int)
  couponValidDays!: number;
}

@Allow('PARTNER', STAFF)
@ObjectType('OfferRevision', { simpleResolvers: true, description: 'What an offer says, or said; kept for good.' })
export class OfferRevisionType {
  @Field(() => Int, { description: 'From 1. Redemptions name the revision that they were made under.' })
  number!: number;
  @Field(() => RevisionStates)
  state!: RevisionState;
  @Field(() => OfferTermsType)
  terms!: OfferTermsType;
  @Field(() => String, { nullable: true, description: 'What the reviewer says, such as why it was rejected.' })
  reason!: string | null;
  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  submittedAt!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Null as well when no review was needed.' })
  reviewedAt!: Date | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true })
  reviewedBy!: string | null;
}

@Allow('PARTNER', STAFF)
@ObjectType('Offer', { simpleResolvers: true, description: 'What a partner offers, as it and staff see it.' })
export class OfferType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'Of a registered offer, `partner/code`.' })
  code!: string;
  @Field()
  title!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field(() => Fulfilments)
  fulfilment!: Fulfilment;
  @Field(() => MoneyType)
  faceValue!: MoneyType;
  @Allow(STAFF)
  @Field(() => MoneyType, { description: 'What one redemption costs. A partner reads its own in the terms.' })
  unitCost!: MoneyType;
  @Field(() => CostBases)
  costBasis!: CostBasis;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Null: unlimited. At most a second old.' })
  stockLeft!: number | null;
  @Field(() => MoneyType, { nullable: true, description: 'Null: it has no budget, or was not live yet.' })
  budgetLeft!: MoneyType | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  validFrom!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Exclusive.' })
  validUntil!: Date | null;
  @Field(() => OfferStates)
  state!: OfferState;
  @Field({ description: 'Whether the partner registered it. The others stand in the program.' })
  registered!: boolean;
  @Field(() => OfferRevisionType, { nullable: true, description: 'What members see of a registered offer.' })
  live!: OfferRevisionType | null;
  @Field(() => OfferRevisionType, { nullable: true, description: 'What is a draft, waits for review or was rejected.' })
  open!: OfferRevisionType | null;
}

export const OfferConnectionType = connectionOf('Offer', () => OfferType, {
  who: ['PARTNER', ...STAFF],
  order: 'Newest first.',
});
