// API types of members' events: what the operator's server tells, and what each event earned.

import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { EVENT_TYPES, type EventType } from '../../program/event-type';
import { RULE_EARNINGS, type RuleEarning } from '../../program/program';
import { connectionOf } from '../../request/connection';
import { Allow } from '../../request/policy';
import { enumOf, MoneyType, RefusalType } from '../../request/shared.type';
import type { Attributes } from './event';

const EventTypes = enumOf(EVENT_TYPES);
registerEnumType(EventTypes, { name: 'EventType', description: 'What a member did outside of the gateway.' });
const EarnedKinds = enumOf(RULE_EARNINGS);
registerEnumType(EarnedKinds, { name: 'EarnedKind', description: 'What a rule gives or takes.' });

@InputType('MemberEventInput')
export class MemberEventRequest {
  @Field({ description: 'Which of your systems tells it, such as `shop`: 1 to 128 characters.' })
  source!: string;
  @Field({ description: "The source's own id of it: the same id is recorded once. 1 to 128 characters." })
  eventId!: string;
  @Field({ description: 'The external id of the member.' })
  member!: string;
  @Field(() => EventTypes)
  type!: EventType;
  @Field(() => String, {
    nullable: true,
    description: 'What happened, such as `unlock-by-scan`; a CUSTOM event needs it.',
  })
  name?: string | null;
  @Field(() => GraphQLDateTimeISO, { description: 'When it happened. Events may be told late and in any order.' })
  occurredAt!: Date;
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      "In the minor unit of the program's currency. PURCHASE and RECHARGE need it; RETURN: all of it unless told.",
  })
  amount?: number | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Metres of DISTANCE, seconds of WATCH; 1 unless told.' })
  quantity?: number | null;
  @Field(() => String, {
    nullable: true,
    description: 'The order that it is about: that of the purchase, for a RETURN.',
  })
  orderId?: string | null;
  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description: 'What else conditions may ask: at most 20 texts, numbers and truth values by name.',
  })
  attributes?: Attributes | null;
}

const READERS = ['MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR'] as const;

@Allow(READERS)
@ObjectType('EarnedTotals', { simpleResolvers: true, description: 'Sums; below zero where more was taken than given.' })
export class EarnedTotalsType {
  @Field(() => GraphQLSafeInt)
  growth!: number;
  @Field(() => GraphQLSafeInt)
  points!: number;
  @Field(() => GraphQLSafeInt, { description: "In the minor unit of the program's currency." })
  storedValue!: number;
  @Field(() => Int)
  rating!: number;
}

@Allow(READERS)
@ObjectType('Earning', { simpleResolvers: true, description: 'What one rule gave, or took.' })
export class EarningType {
  @Field({ description: 'The code of the rule.' })
  rule!: string;
  @Field(() => Int, { description: 'The program version of the rule that it was earned under.' })
  version!: number;
  @Field(() => EarnedKinds)
  earns!: RuleEarning;
  @Field(() => GraphQLSafeInt, { description: 'Below zero for a penalty.' })
  amount!: number;
}

@Allow(READERS)
@ObjectType('MemberEvent', { simpleResolvers: true, description: 'Something that the member did, as it was told.' })
export class MemberEventType {
  @Field(() => ID)
  id!: string;
  @Field()
  source!: string;
  @Field()
  eventId!: string;
  @Field(() => EventTypes)
  type!: EventType;
  @Field(() => String, { nullable: true })
  name!: string | null;
  @Field(() => GraphQLDateTimeISO)
  occurredAt!: Date;
  @Field(() => MoneyType, { nullable: true })
  amount!: MoneyType | null;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
  @Field(() => String, { nullable: true })
  orderId!: string | null;
  @Field(() => GraphQLJSONObject)
  attributes!: Attributes;
  @Field(() => EarnedTotalsType, { description: 'What its rules gave and took when it was recorded.' })
  earned!: EarnedTotalsType;
  @Field(() => [EarningType], { description: 'The same, rule by rule.' })
  earnings!: readonly EarningType[];
  @Field(() => EarnedTotalsType, {
    nullable: true,
    description: 'What a RETURN took back of what its purchase earned; null while no purchase of its order is told.',
  })
  takenBack!: EarnedTotalsType | null;
}

@Allow('SERVER', 'OPERATIONS', 'ADMIN')
@ObjectType('EventResult', { simpleResolvers: true, description: 'What became of one event: recorded, or refused.' })
export class EventResultType {
  @Field()
  source!: string;
  @Field()
  eventId!: string;
  @Field({ description: 'Whether it had been recorded before, and nothing was done now.' })
  replayed!: boolean;
  @Field(() => MemberEventType, { nullable: true, description: 'Null when it is refused.' })
  event!: MemberEventType | null;
  @Field(() => RefusalType, { nullable: true })
  refusal!: RefusalType | null;
}

@Allow('SERVER', 'OPERATIONS', 'ADMIN')
@ObjectType('RecordedEvents', { simpleResolvers: true })
export class RecordedEventsType {
  @Field(() => Int, { description: 'How many are recorded, now or before.' })
  recorded!: number;
  @Field(() => Int)
  refused!: number;
  @Field(() => [EventResultType], { description: 'In the order in which they were told.' })
  results!: readonly EventResultType[];
}

export const MemberEventConnectionType = connectionOf('MemberEvent', () => MemberEventType, {
  who: READERS,
  order: 'The latest first, by when they occurred.',
});
