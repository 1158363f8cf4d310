// API types that say whether something can be used now, how much of it is left, and how fresh that is.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { PERIOD_KINDS, type PeriodKind } from '../kernel/period';
import { Allow, SIGNED_IN } from '../request/policy';
import { enumOf, ReasonType } from '../request/shared.type';

export const PeriodKinds = enumOf(PERIOD_KINDS);
registerEnumType(PeriodKinds, {
  name: 'PeriodKind',
  description: "Of the program's time zone; weeks begin on Monday.",
});

export const AvailabilitySources = enumOf(['LIVE', 'CACHED', 'UNAVAILABLE']);
registerEnumType(AvailabilitySources, { name: 'AvailabilitySource' });

@Allow(SIGNED_IN)
@ObjectType('Usability', { simpleResolvers: true, description: 'Whether a redemption would succeed now.' })
export class UsabilityType {
  @Field()
  usable!: boolean;
  @Field(() => [ReasonType], { description: 'In order of precedence; empty when usable.' })
  reasons!: readonly ReasonType[];
}

@Allow(SIGNED_IN)
@ObjectType('Quota', { simpleResolvers: true, description: 'How often an entitlement may be used in a period.' })
export class QuotaType {
  @Field(() => PeriodKinds)
  period!: PeriodKind;
  @Field(() => GraphQLSafeInt)
  limit!: number;
  @Field(() => GraphQLSafeInt)
  used!: number;
  @Field(() => GraphQLSafeInt, { description: 'Reserved by redemptions that are not decided yet.' })
  held!: number;
  @Field(() => GraphQLSafeInt)
  remaining!: number;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the next period begins; null for a term.' })
  resetsAt!: Date | null;
}

@Allow(SIGNED_IN)
@ObjectType('Availability', { simpleResolvers: true, description: 'How fresh the stock and the terms shown are.' })
export class AvailabilityType {
  @Field(() => AvailabilitySources)
  source!: keyof typeof AvailabilitySources;
  @Field(() => GraphQLDateTimeISO)
  asOf!: Date;
}
