// Agreements as both sides see them, with all revisions and with what the books say of them.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { CostBases } from '../program/words.type';
import { connectionOf } from '../request/connection';
import { Allow, STAFF, type Visitor } from '../request/policy';
import { enumOf, MoneyType } from '../request/shared.type';
import {
  AGREEMENT_STATES,
  type AgreementState,
  AT_CEILING,
  type AtCeiling,
  CEILING_PERIODS,
  type CeilingPeriod,
  EXCHANGE_KINDS,
  EXCHANGE_SIDES,
  type ExchangeKind,
  type ExchangeSide,
  SETTLEMENTS,
  type Settlement,
} from './agreement';

export const AgreementStates = enumOf(AGREEMENT_STATES);
registerEnumType(AgreementStates, {
  name: 'AgreementState',
  description: 'DRAFT until both sides have confirmed, AGREED until its first day, ACTIVE until its end, CLOSED.',
});
export const ExchangeSides = enumOf(EXCHANGE_SIDES);
registerEnumType(ExchangeSides, { name: 'ExchangeSide', description: 'Who gives.' });
export const ExchangeKinds = enumOf(EXCHANGE_KINDS);
registerEnumType(ExchangeKinds, {
  name: 'ExchangeKind',
  description: "What is given: redemptions of perks count by themselves; COUPON: coupons for the other side's users.",
});
export const AtCeilings = enumOf(AT_CEILING);
registerEnumType(AtCeilings, {
  name: 'AtCeiling',
  description: 'What happens at a ceiling: PAUSE refuses claims; WARN and CONTINUE only count.',
});
export const Settlements = enumOf(SETTLEMENTS);
registerEnumType(Settlements, { name: 'SettlementFrequency', description: 'How often a statement is made.' });
export const CeilingPeriods = enumOf(CEILING_PERIODS);
registerEnumType(CeilingPeriods, {
  name: 'CeilingPeriod',
  description: "Of the program's time zone; EVER is the whole agreement.",
});

const BOTH: readonly Visitor[] = ['PARTNER', ...STAFF];

@Allow(BOTH)
@ObjectType('AgreementCeiling', { simpleResolvers: true })
export class AgreementCeilingType {
  @Field(() => CeilingPeriods)
  per!: CeilingPeriod;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
}

@Allow(BOTH)
@ObjectType('AgreementItem', { simpleResolvers: true, description: 'Something that one side gives.' })
export class AgreementItemType {
  @Field(() => Int, { description: 'The same in all revisions of the agreement.' })
  number!: number;
  @Field()
  code!: string;
  @Field(() => ExchangeSides)
  side!: ExchangeSide;
  @Field(() => ExchangeKinds)
  kind!: ExchangeKind;
  @Field({ description: 'What one of it is.' })
  unit!: string;
  @Field(() => MoneyType, { description: 'What one is worth, as agreed.' })
  unitValue!: MoneyType;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'How many in all.' })
  quantity!: number | null;
  @Field(() => AgreementCeilingType, { nullable: true, description: 'How many in each period.' })
  ceiling!: AgreementCeilingType | null;
  @Field(() => [ID], { description: 'The offers that it pays for; each redemption is one.' })
  offers!: readonly string[];
  @Field(() => CostBases, { description: 'Whether a redemption counts when it is issued or when it is used.' })
  countsAt!: 'ISSUE' | 'USE';
  @Field(() => AtCeilings)
  atCeiling!: AtCeiling;
}

@Allow(BOTH)
@ObjectType('AgreementConfirmation', { simpleResolvers: true })
export class AgreementConfirmationType {
  @Field(() => GraphQLDateTimeISO)
  at!: Date;
  @Field({ description: 'Role and subject of the token.' })
  by!: string;
}

@Allow(BOTH)
@ObjectType('AgreementRevision', { simpleResolvers: true, description: 'All that was agreed, or is proposed.' })
export class AgreementRevisionType {
  @Field(() => Int)
  number!: number;
  @Field()
  title!: string;
  @Field({ description: 'The first business day.' })
  startsOn!: string;
  @Field({ description: 'The business day after the last.' })
  endsBefore!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The business day with which it takes effect, if one was named.',
  })
  effectiveOn!: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Null until both sides have confirmed it.' })
  effectiveAt!: Date | null;
  @Field(() => [AgreementItemType])
  items!: AgreementItemType[];
  @Field(() => MoneyType, { nullable: true, description: 'How far the operator may get ahead. Null: without limit.' })
  oursAhead!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true, description: 'How far the partner may get ahead. Null: without limit.' })
  theirsAhead!: MoneyType | null;
  @Field(() => Settlements)
  settlement!: Settlement;
  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
  @Field()
  createdBy!: string;
  @Field(() => AgreementConfirmationType, { nullable: true, description: "The operator's word." })
  operator!: AgreementConfirmationType | null;
  @Field(() => AgreementConfirmationType, { nullable: true, description: "The partner's word." })
  partner!: AgreementConfirmationType | null;
}

@Allow(BOTH)
@ObjectType('CeilingBalance', { simpleResolvers: true, description: 'A ceiling in its running period.' })
export class CeilingBalanceType {
  @Field(() => CeilingPeriods)
  per!: CeilingPeriod;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
  @Field(() => GraphQLSafeInt)
  used!: number;
  @Field(() => GraphQLSafeInt, { description: 'By coupons that may still be used.' })
  held!: number;
  @Field(() => GraphQLSafeInt, { description: 'quantity − used − held; below zero when more came than was agreed.' })
  left!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  resetsAt!: Date | null;
}

@Allow(BOTH)
@ObjectType('AgreementItemBalance', { simpleResolvers: true })
export class AgreementItemBalanceType {
  @Field({ description: 'The code of the item.' })
  item!: string;
  @Field(() => ExchangeSides, { description: 'Who gives it.' })
  side!: ExchangeSide;
  @Field(() => GraphQLSafeInt, { description: 'How many that side gave.' })
  quantity!: number;
  @Field(() => MoneyType, { description: 'What that is worth.' })
  value!: MoneyType;
  @Field(() => GraphQLSafeInt, { description: 'How many are out and not counted yet.' })
  heldQuantity!: number;
  @Field(() => MoneyType)
  heldValue!: MoneyType;
  @Field(() => [CeilingBalanceType])
  ceilings!: CeilingBalanceType[];
}

@Allow(BOTH)
@ObjectType('AgreementBalances', {
  simpleResolvers: true,
  description: 'Sums of the transfers of the ledger, of the whole agreement until now.',
})
export class AgreementBalancesType {
  @Field(() => [AgreementItemBalanceType])
  items!: AgreementItemBalanceType[];
  @Field(() => MoneyType, { description: 'What the operator gave.' })
  given!: MoneyType;
  @Field(() => MoneyType, { description: 'What the partner gave.' })
  received!: MoneyType;
  @Field(() => MoneyType, { description: 'What is out and not counted yet.' })
  held!: MoneyType;
  @Field(() => MoneyType, { description: 'received − given: above zero the partner is ahead.' })
  imbalance!: MoneyType;
  @Field(() => MoneyType, {
    nullable: true,
    description: 'By how much the partner may still get ahead. Null: not limited.',
  })
  roomLeft!: MoneyType | null;
  @Field(() => MoneyType, { description: 'What was delivered beyond that; perks of the agreement rest until it is 0.' })
  overdrawn!: MoneyType;
}

@Allow(BOTH)
@ObjectType('Agreement', { simpleResolvers: true, description: 'What operator and partner exchange.' })
export class AgreementType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Allow(STAFF)
  @Field({ description: 'The BD who owns it.' })
  owner!: string;
  @Field(() => AgreementStates)
  state!: AgreementState;
  @Field(() => GraphQLDateTimeISO, { description: 'Inclusive.' })
  startsAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  endsAt!: Date;
  @Field(() => AgreementRevisionType, { nullable: true, description: 'In force. Null for a draft.' })
  inForce!: AgreementRevisionType | null;
  @Field(() => AgreementRevisionType, { nullable: true, description: 'Confirmed, and in force from a later day.' })
  upcoming!: AgreementRevisionType | null;
  @Field(() => AgreementRevisionType, { nullable: true, description: 'The last one, while a side has to confirm it.' })
  waiting!: AgreementRevisionType | null;
  @Field(() => [AgreementRevisionType], { description: 'All of them, the oldest first.' })
  revisions!: AgreementRevisionType[];
  @Field(() => AgreementConfirmationType, { nullable: true, description: 'Who closed it, and when.' })
  closed!: AgreementConfirmationType | null;
  @Field(() => String, { nullable: true, description: 'Why it was closed.' })
  closeReason!: string | null;
}

export const AgreementConnectionType = connectionOf('Agreement', () => AgreementType, {
  who: BOTH,
  order: 'Newest first.',
});
