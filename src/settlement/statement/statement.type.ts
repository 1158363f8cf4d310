// API types of statements; both sides see the same.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ExchangeKind, ExchangeSide } from '../../agreements/agreement';
import { AgreementConfirmationType, ExchangeKinds, ExchangeSides } from '../../agreements/agreement.type';
import { connectionOf } from '../../request/connection';
import { Allow } from '../../request/policy';
import { enumOf, MoneyType, RefusalType } from '../../request/shared.type';
import { BOTH } from '../delivery/delivery.type';
import { LINE_KINDS, type LineKind } from './statement';

const LineKinds = enumOf(LINE_KINDS);
registerEnumType(LineKinds, {
  name: 'StatementLineKind',
  description: 'A redemption that counts or is taken back, a delivery as recorded, and what was put right.',
});

@InputType('IssueStatementInput')
export class IssueStatementInput {
  @Field(() => ID)
  agreement!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The business day before which the period that is meant ends; the next that is due unless told.',
  })
  endsBefore?: string | null;
}

@InputType('SignStatementInput')
export class SignStatementInput {
  @Field(() => ID)
  statement!: string;
  @Field({ description: 'Of what was looked at; a statement with another hash is not signed by this.' })
  hash!: string;
}

@Allow(BOTH)
@ObjectType('StatementSum', { simpleResolvers: true })
export class StatementSumType {
  @Field(() => GraphQLSafeInt, { description: 'In pieces; below zero where more was taken back than given.' })
  quantity!: number;
  @Field(() => MoneyType)
  value!: MoneyType;
}

@Allow(BOTH)
@ObjectType('StatementItem', { simpleResolvers: true, description: 'opening + counted + adjusted = closing.' })
export class StatementItemType {
  @Field({ description: 'Its code.' })
  item!: string;
  @Field(() => ExchangeSides, { description: 'Who gives it.' })
  side!: ExchangeSide;
  @Field(() => ExchangeKinds)
  kind!: ExchangeKind;
  @Field({ description: 'What one of it is.' })
  unit!: string;
  @Field(() => MoneyType)
  unitValue!: MoneyType;
  @Field(() => StatementSumType, { description: 'The closing of the statement before.' })
  opening!: StatementSumType;
  @Field(() => StatementSumType, {
    description: 'What its side gave: redemptions, less those taken back, and deliveries.',
  })
  counted!: StatementSumType;
  @Field(() => StatementSumType, { description: 'What was put right.' })
  adjusted!: StatementSumType;
  @Field(() => StatementSumType)
  closing!: StatementSumType;
  @Field(() => StatementSumType, { description: 'What of the closing was in dispute when it was issued.' })
  disputed!: StatementSumType;
}

@Allow(BOTH)
@ObjectType('StatementTotals', {
  simpleResolvers: true,
  description: 'In value: opening + received − given + adjustments = closing. Above zero the partner is ahead.',
})
export class StatementTotalsType {
  @Field(() => MoneyType, { description: 'The imbalance before.' })
  opening!: MoneyType;
  @Field(() => MoneyType, { description: 'What the partner gave.' })
  received!: MoneyType;
  @Field(() => MoneyType, { description: 'What the operator gave.' })
  given!: MoneyType;
  @Field(() => MoneyType, { description: 'Put right of what the partner gave, less of what the operator gave.' })
  adjustments!: MoneyType;
  @Field(() => MoneyType, { description: 'The imbalance after.' })
  closing!: MoneyType;
  @Field(() => MoneyType, { description: 'In dispute, of either side.' })
  disputed!: MoneyType;
}

@Allow(BOTH)
@ObjectType('StatementLine', { simpleResolvers: true, description: 'What one chain of the ledger moved of one item.' })
export class StatementLineType {
  @Field({ description: 'Of the chain, in 32 hexadecimal digits.' })
  id!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When it was booked.' })
  at!: Date;
  @Field({ description: 'The code of the item.' })
  item!: string;
  @Field(() => LineKinds)
  kind!: LineKind;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
  @Field(() => MoneyType)
  value!: MoneyType;
  @Field(() => String, {
    nullable: true,
    description: 'The redemption, or source and id of the delivery or the adjustment.',
  })
  reference!: string | null;
}

@Allow(BOTH)
@ObjectType('Statement', { simpleResolvers: true, description: 'What was exchanged in a period; never changed.' })
export class StatementType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  agreement!: string;
  @Field({ description: 'The code of the agreement.' })
  agreementCode!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field()
  title!: string;
  @Field(() => Int, { description: 'From 1, without gaps in an agreement.' })
  number!: number;
  @Field(() => GraphQLDateTimeISO, { description: 'Inclusive.' })
  startsAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  endsAt!: Date;
  @Field(() => GraphQLDateTimeISO)
  issuedAt!: Date;
  @Field({ description: 'Role and subject of the token.' })
  issuedBy!: string;
  @Field(() => Int)
  lineCount!: number;
  @Field({ description: 'SHA-256 of its canonical text, in hexadecimal digits; either side can make it again.' })
  hash!: string;
  @Field(() => String, { nullable: true, description: 'The hash of the statement before; null for the first one.' })
  previousHash!: string | null;
  @Field(() => StatementTotalsType)
  totals!: StatementTotalsType;
  @Field(() => [StatementItemType], { description: 'Every item that both sides ever confirmed.' })
  items!: readonly StatementItemType[];
  @Field(() => AgreementConfirmationType, { nullable: true, description: "The operator's signature." })
  operatorSignature!: AgreementConfirmationType | null;
  @Field(() => AgreementConfirmationType, { nullable: true, description: "The partner's signature." })
  partnerSignature!: AgreementConfirmationType | null;
}

export const StatementConnectionType = connectionOf('Statement', () => StatementType, {
  who: BOTH,
  order: 'Newest first.',
});
export const StatementLineConnectionType = connectionOf('StatementLine', () => StatementLineType, {
  who: BOTH,
  order: 'In the order of their booking, as the hash takes them.',
});
export const StatementResult = createUnionType({
  name: 'StatementResult',
  types: () => [StatementType, RefusalType] as const,
});
