// Runs as both sides see them: how far one has come, what it has found, and which line is which redemption.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { PARTNER_NAMED } from '../../program/named-partner';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf, MoneyType } from '../../request/shared.type';
import { OUTCOMES, type Outcome, RUN_STATES, type RunState } from './run';

const Outcomes = enumOf(OUTCOMES);
registerEnumType(Outcomes, {
  name: 'ReconciliationOutcome',
  description: 'What a line or a redemption was found to be.',
  valuesConfig: {
    MATCHED: { description: 'The line and the redemption say the same, within the tolerance.' },
    ONLY_OURS: { description: 'In our books and in the period, and the feed has no line for it.' },
    ONLY_THEIRS: { description: 'A line of something that the pools or offers know, and no redemption of ours is it.' },
    DIFFERS: { description: 'The line and the redemption differ in amount, date or state.' },
    UNKNOWN: { description: 'A line that names what neither our books nor the pools of the partner know.' },
    DOUBLED: { description: 'A line that says once more what another line says.' },
  },
});
const RunStates = enumOf(RUN_STATES);
registerEnumType(RunStates, {
  name: 'ReconciliationState',
  description: 'Our side is gathered in the order of the codes, then matched with the feed; then it is done.',
});

const WHO = ['PARTNER' as const, ...STAFF];

@InputType('ReconciliationToleranceInput', { description: 'How far apart two things may be and still be the same.' })
export class ToleranceInput {
  @Field(() => GraphQLSafeInt, { defaultValue: 0, description: 'In the minor unit.' })
  amount!: number;
  @Field(() => Int, { defaultValue: 5, description: 'Between two times.' })
  minutes!: number;
  @Field(() => Int, { defaultValue: 0, description: 'Between two days, where a line tells no time.' })
  days!: number;
}

@InputType('ReconcileFeedInput')
export class ReconcileFeedInput {
  @Field(() => ID)
  feed!: string;
  @Field(() => ToleranceInput, { defaultValue: { amount: 0, minutes: 5, days: 0 } })
  tolerance!: ToleranceInput;
}

@InputType('ReconciliationFilter')
export class ReconciliationFilter {
  @Field(() => ID, { nullable: true })
  feed?: string | null;
  @Field(() => String, { nullable: true, description: PARTNER_NAMED })
  partner?: string | null;
}

@Allow(WHO)
@ObjectType('ReconciliationTolerance', { simpleResolvers: true })
export class ToleranceType {
  @Field(() => GraphQLSafeInt, { description: 'In the minor unit.' })
  amount!: number;
  @Field(() => Int)
  minutes!: number;
  @Field(() => Int)
  days!: number;
}

@Allow(WHO)
@ObjectType('ReconciliationTotal', { simpleResolvers: true })
export class RunTotalType {
  @Field(() => Outcomes)
  outcome!: Outcome;
  @Field(() => GraphQLSafeInt)
  count!: number;
  @Field(() => MoneyType, { description: 'Of our redemptions.' })
  ours!: MoneyType;
  @Field(() => MoneyType, { description: 'Of the lines that tell an amount.' })
  theirs!: MoneyType;
}

@Allow(WHO)
@ObjectType('Reconciliation', {
  simpleResolvers: true,
  description: 'One comparison of a feed with our redemptions and the pools of the partner.',
})
export class RunType {
  @Field(() => ID)
  id!: string;
  @Field(() => ID)
  feed!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field(() => RunStates)
  state!: RunState;
  @Field(() => ToleranceType)
  tolerance!: ToleranceType;
  @Field(() => GraphQLSafeInt, { description: 'Redemptions gathered and lines matched so far.' })
  done!: number;
  @Field(() => GraphQLSafeInt, { description: 'Of so many.' })
  total!: number;
  @Field(() => [RunTotalType], { description: 'What was found so far, each outcome that was.' })
  totals!: RunTotalType[];
  @Field(() => GraphQLDateTimeISO)
  startedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  endedAt!: Date | null;
}

export const RunConnectionType = connectionOf('Reconciliation', () => RunType, { who: WHO, order: 'Newest first.' });

@Allow(WHO)
@ObjectType('ReconciliationMatch', { simpleResolvers: true, description: 'A line that is a redemption of ours.' })
export class MatchType {
  @Field(() => Int)
  line!: number;
  @Field(() => ID)
  redemption!: string;
}

export const MatchConnectionType = connectionOf('ReconciliationMatch', () => MatchType, {
  who: WHO,
  order: 'In the order of the lines.',
});
