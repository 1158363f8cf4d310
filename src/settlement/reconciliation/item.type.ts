// What does not match, as both sides see it: the words of each, what differs, what was answered and decided.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PARTNER_NAMED } from '../../program/named-partner';
import type { RedemptionStatus } from '../../redemption/redemption';
import { RedemptionStatuses } from '../../redemption/redemption.type';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, MoneyType } from '../../request/shared.type';
import type { LineState } from './feed';
import { LineStates } from './feed.type';
import { ANSWERS, type Answer, DECISIONS, type Decision, RECONCILIATION_KINDS, type ReconciliationKind } from './item';
import { DIFFERENCES, type Difference } from './match';

const Kinds = enumOf(RECONCILIATION_KINDS);
registerEnumType(Kinds, {
  name: 'ReconciliationKind',
  description:
    'What the two sides do not agree on: what a reconciliation found, or what partners said of their coupons.',
});
const Differences = enumOf(DIFFERENCES);
registerEnumType(Differences, { name: 'ReconciliationDifference' });
const Decisions = enumOf(DECISIONS);
registerEnumType(Decisions, {
  name: 'ReconciliationDecision',
  description: 'ACCEPTED and WRITTEN_OFF close an item; DISPUTED keeps it open.',
});
const Answers = enumOf(ANSWERS);
registerEnumType(Answers, { name: 'ReconciliationAnswer', description: "The partner's word on an item." });

const WHO = ['PARTNER' as const, ...STAFF];

@Allow(WHO)
@ObjectType('ReconciliationOurSide', { simpleResolvers: true, description: 'As our books had it when it was found.' })
export class OurSideType {
  @Field(() => MoneyType)
  amount!: MoneyType;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Of the use or the issue, as the feed lists.' })
  at!: Date | null;
  @Field(() => RedemptionStatuses)
  status!: RedemptionStatus;
}

@Allow(WHO)
@ObjectType('ReconciliationTheirSide', { simpleResolvers: true, description: 'As the line has it.' })
export class TheirSideType {
  @Field(() => MoneyType, { nullable: true })
  amount!: MoneyType | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  at!: Date | null;
  @Field(() => String, { nullable: true, description: 'Where the line tells no time.' })
  day!: string | null;
  @Field(() => LineStates, { nullable: true })
  state!: LineState | null;
}

@Allow(WHO)
@ObjectType('ReconciliationPooled', { simpleResolvers: true, description: 'What a pool knows of the code of a line.' })
export class PooledType {
  @Field(() => ID)
  offer!: string;
  @Field(() => Int, { description: 'Its number in the pool.' })
  number!: number;
  @Field({ description: 'Whether it was handed out.' })
  issued!: boolean;
}

@Allow(WHO)
@ObjectType('ReconciliationItem', {
  simpleResolvers: true,
  description: 'Something that the gateway and a partner do not agree on.',
})
export class ItemType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID, { nullable: true, description: 'Null where no redemption of ours is meant.' })
  redemption!: string | null;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field(() => Kinds)
  kind!: ReconciliationKind;
  @Field({ description: 'In words.' })
  detail!: string;
  @Field(() => GraphQLDateTimeISO)
  foundAt!: Date;
  @Field(() => ID, { nullable: true, description: 'Which found it. Null for what a partner said of its coupon.' })
  reconciliation!: string | null;
  @Field(() => Int, { nullable: true, description: 'Of the feed.' })
  line!: number | null;
  @Field(() => Int, { nullable: true, description: 'The line that a doubled one repeats.' })
  repeats!: number | null;
  @Field(() => [Differences])
  differs!: readonly Difference[];
  @Field(() => OurSideType, { nullable: true })
  ours!: OurSideType | null;
  @Field(() => TheirSideType, { nullable: true })
  theirs!: TheirSideType | null;
  @Field(() => PooledType, { nullable: true })
  pool!: PooledType | null;
  @Field(() => Decisions, { nullable: true })
  decision!: Decision | null;
  @Field(() => String, { nullable: true, description: 'Why it was decided so.' })
  reason!: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  decidedAt!: Date | null;
  @Allow(STAFF)
  @Field(() => String, { nullable: true, description: 'Who decided: `role:subject`.' })
  decidedBy!: string | null;
  @Field(() => ID, { nullable: true, description: 'The adjustment that came with the decision.' })
  adjustment!: string | null;
  @Field(() => Answers, { nullable: true })
  answer!: Answer | null;
  @Field(() => String, { nullable: true })
  answerText!: string | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  answeredAt!: Date | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was closed.' })
  resolvedAt!: Date | null;
}

export const ItemConnectionType = connectionOf('ReconciliationItem', () => ItemType, {
  who: WHO,
  order: 'Newest first.',
});

@InputType('ReconciliationItemFilter')
export class ItemFilter {
  @Field(() => ID, { nullable: true, description: 'Only what this one found.' })
  reconciliation?: string | null;
  @Field(() => String, { nullable: true, description: PARTNER_NAMED })
  partner?: string | null;
  @Field(() => Kinds, { nullable: true })
  kind?: ReconciliationKind | null;
  @Field(() => Boolean, { nullable: true, description: 'True: what is not closed yet; false: what is.' })
  open?: boolean | null;
}

@InputType('ReconciliationAdjustmentInput', {
  description: 'What is put right in the books of an agreement: below zero is taken back from what that side gave.',
})
export class ItemAdjustmentInput {
  @Field(() => ID)
  agreement!: string;
  @Field({ description: 'The code of an item of the agreement.' })
  item!: string;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
  @Field(() => GraphQLSafeInt, { description: 'In the minor unit, of the sign of the quantity.' })
  value!: number;
}

@InputType('DecideReconciliationItemInput')
export class DecideItemInput {
  @Field(() => ID)
  item!: string;
  @Field(() => Decisions)
  decision!: Decision;
  @Field({ description: 'As the partner reads it.' })
  reason!: string;
  @Field(() => ItemAdjustmentInput, { nullable: true, description: 'With ACCEPTED only.' })
  adjustment?: ItemAdjustmentInput | null;
}

@InputType('AnswerReconciliationItemInput')
export class AnswerItemInput {
  @Field(() => ID)
  item!: string;
  @Field(() => Answers)
  answer!: Answer;
  @Field()
  text!: string;
}
