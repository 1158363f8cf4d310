// API types of deliveries, of what is in dispute, and of adjustments; both sides see the same.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ExchangeSide } from '../../agreements/agreement';
import { ExchangeSides } from '../../agreements/agreement.type';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF, type Visitor } from '../../request/policy';
import { enumOf, MoneyType, RefusalType } from '../../request/shared.type';
import { DELIVERY_STATES, type DeliveryState, RESOLUTIONS, type Resolution } from './delivery';

export const BOTH: readonly Visitor[] = ['PARTNER', ...STAFF];

const DeliveryStates = enumOf(DELIVERY_STATES);
registerEnumType(DeliveryStates, {
  name: 'DeliveryState',
  description: 'RECORDED by the side that gave it, DISPUTED by the other, and how that ended. It counts all the while.',
});
const Resolutions = enumOf(RESOLUTIONS);
registerEnumType(Resolutions, {
  name: 'DisputeResolution',
  description: 'ACCEPTED by the side that disputed it; REDUCED or WITHDRAWN by the side that gave it.',
});

@InputType('DeliveryInput')
export class DeliveryEntry {
  @Field({ description: "The source's own id of it: the same id is recorded once. 1 to 128 characters." })
  externalId!: string;
  @Field({ description: 'The code of an item that your side gives.' })
  item!: string;
  @Field(() => GraphQLSafeInt, { description: 'How many.' })
  quantity!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was given; now unless told.' })
  deliveredAt?: Date | null;
  @Field(() => [String], {
    nullable: true,
    description: 'At most 10 https links that show it, for people; nothing fetches them.',
  })
  evidence?: string[] | null;
  @Field(() => String, { nullable: true, description: 'For the other side; at most 500 characters.' })
  note?: string | null;
}

@InputType('RecordDeliveriesInput')
export class RecordDeliveriesInput {
  @Field(() => ID)
  agreement!: string;
  @Field({
    defaultValue: 'api',
    description: 'Which of your systems tells it, such as `ad-server`: a-z, 0-9 and hyphens. Ids are apart by it.',
  })
  source!: string;
  @Field(() => [DeliveryEntry], { description: '1 to 1,000.' })
  deliveries!: DeliveryEntry[];
}

@InputType('DisputeDeliveryInput')
export class DisputeDeliveryInput {
  @Field(() => ID)
  delivery!: string;
  @Field({ description: 'As the side that gave it reads it.' })
  reason!: string;
}

@InputType('ResolveDisputeInput')
export class ResolveDisputeInput {
  @Field(() => ID)
  delivery!: string;
  @Field(() => Resolutions)
  resolution!: Resolution;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'How many are left of it, for REDUCED.' })
  quantity?: number | null;
  @Field()
  reason!: string;
}

@InputType('DeliveryFilter')
export class DeliveryFilter {
  @Field(() => ID, { nullable: true })
  agreement?: string | null;
  @Field(() => DeliveryStates, { nullable: true })
  state?: DeliveryState | null;
}

@Allow(BOTH)
@ObjectType('DeliveryDispute', { simpleResolvers: true })
export class DeliveryDisputeType {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;
  @Field()
  reason!: string;
  @Field(() => GraphQLDateTimeISO)
  openedAt!: Date;
  @Field({ description: 'Role and subject of the token.' })
  openedBy!: string;
  @Field(() => Resolutions, { nullable: true, description: 'Null while it is open.' })
  resolution!: Resolution | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'How many were left of the delivery.' })
  quantity!: number | null;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  resolvedAt!: Date | null;
  @Field(() => String, { nullable: true })
  resolvedBy!: string | null;
  @Field(() => String, { nullable: true })
  resolvedReason!: string | null;
}

@Allow(BOTH)
@ObjectType('Delivery', { simpleResolvers: true, description: 'Something that one side says it gave.' })
export class DeliveryType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  agreement!: string;
  @Field({ description: 'The code of the item.' })
  item!: string;
  @Field(() => ExchangeSides, { description: 'Who gave it, and recorded it.' })
  side!: ExchangeSide;
  @Field()
  source!: string;
  @Field()
  externalId!: string;
  @Field(() => GraphQLSafeInt, { description: 'As it was recorded.' })
  quantity!: number;
  @Field(() => MoneyType, { description: 'By the value agreed for one.' })
  value!: MoneyType;
  @Field(() => GraphQLSafeInt, { description: 'What counts of it by now.' })
  countedQuantity!: number;
  @Field(() => MoneyType)
  countedValue!: MoneyType;
  @Field(() => GraphQLDateTimeISO)
  deliveredAt!: Date;
  @Field(() => GraphQLDateTimeISO)
  recordedAt!: Date;
  @Field({ description: 'Role and subject of the token.' })
  recordedBy!: string;
  @Field(() => [String], { description: 'Links as they were given; nobody has looked at them.' })
  evidence!: readonly string[];
  @Field(() => String, { nullable: true })
  note!: string | null;
  @Field(() => DeliveryStates)
  state!: DeliveryState;
  @Field(() => [DeliveryDisputeType], { description: 'The oldest first.' })
  disputes!: readonly DeliveryDisputeType[];
}

@Allow(BOTH)
@ObjectType('DeliveryOutcome', { simpleResolvers: true, description: 'What became of one entry.' })
export class DeliveryOutcomeType {
  @Field()
  externalId!: string;
  @Field({ description: 'Whether it had been recorded before, and nothing was done now.' })
  replayed!: boolean;
  @Field(() => DeliveryType, { nullable: true, description: 'Null when it is refused.' })
  delivery!: DeliveryType | null;
  @Field(() => RefusalType, { nullable: true })
  refusal!: RefusalType | null;
}

@Allow(BOTH)
@ObjectType('RecordedDeliveries', { simpleResolvers: true })
export class RecordedDeliveriesType {
  @Field(() => Int, { description: 'How many are recorded, now or before.' })
  recorded!: number;
  @Field(() => Int)
  refused!: number;
  @Field(() => [DeliveryOutcomeType], { description: 'In the order in which they were told.' })
  results!: readonly DeliveryOutcomeType[];
}

@Allow(BOTH)
@ObjectType('DisputedBalance', { simpleResolvers: true, description: 'What of an item is in dispute; it counts yet.' })
export class DisputedBalanceType {
  @Field({ description: 'The code of the item.' })
  item!: string;
  @Field(() => GraphQLSafeInt)
  quantity!: number;
  @Field(() => MoneyType)
  value!: MoneyType;
}

@Allow(BOTH)
@ObjectType('SettlementAdjustment', { simpleResolvers: true, description: 'Something that was put right, and why.' })
export class AdjustmentType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  agreement!: string;
  @Field({ description: 'The code of the item.' })
  item!: string;
  @Field(() => ExchangeSides, { description: 'Who gives the item.' })
  side!: ExchangeSide;
  @Field(() => GraphQLSafeInt, { description: 'Below zero: taken back from what that side gave.' })
  quantity!: number;
  @Field(() => MoneyType)
  value!: MoneyType;
  @Field()
  reason!: string;
  @Field({ description: 'What it comes from, such as `dispute`.' })
  sourceKind!: string;
  @Field(() => ID, {
    description:
      'Of `dispute` the delivery; of `reconciliation` the redemption, else the reconciliation or item that found it.',
  })
  sourceId!: string;
  @Field(() => GraphQLDateTimeISO, { description: 'When what is put right happened.' })
  happenedAt!: Date;
  @Field(() => GraphQLDateTimeISO)
  madeAt!: Date;
  @Field({ description: 'Role and subject of the token.' })
  madeBy!: string;
}

export const DeliveryConnectionType = connectionOf('Delivery', () => DeliveryType, {
  who: BOTH,
  order: 'Newest first.',
});
export const AdjustmentConnectionType = connectionOf('SettlementAdjustment', () => AdjustmentType, {
  who: BOTH,
  order: 'Newest first.',
});

export const DeliveryResult = createUnionType({
  name: 'DeliveryResult',
  types: () => [DeliveryType, RefusalType] as const,
});
export const RecordDeliveriesResult = createUnionType({
  name: 'RecordDeliveriesResult',
  types: () => [RecordedDeliveriesType, RefusalType] as const,
});
