// Feeds as both sides see them, and what became of the lines that were sent.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf } from '../../request/connection';
import { Allow, STAFF } from '../../request/policy';
import { enumOf } from '../../request/shared.type';
import {
  AMOUNTS,
  type AmountIs,
  FEED_BASES,
  FEED_STATES,
  type FeedBasis,
  type FeedState,
  LINE_STATES,
  MATCH_BY,
  type MatchBy,
} from './feed';

export const FeedBases = enumOf(FEED_BASES);
registerEnumType(FeedBases, {
  name: 'FeedBasis',
  description: 'What a feed lists: uses of its period, or coupons that were issued in it.',
});
export const MatchBys = enumOf(MATCH_BY);
registerEnumType(MatchBys, {
  name: 'FeedMatchBy',
  description: 'What names the redemption in a line.',
  valuesConfig: {
    CODE: { description: 'The code of the coupon. It is kept as a keyed hash, and sealed; never in clear.' },
    REDEMPTION: { description: 'Our id of the redemption, in `reference`.' },
    PARTNER_REF: { description: "The partner's own id of what it issued, in `reference`." },
    MEMBER: { description: 'The member and the offer together; for staff only.' },
  },
});
export const Amounts = enumOf(AMOUNTS);
registerEnumType(Amounts, {
  name: 'FeedAmount',
  description: 'Which amount of ours the amounts of a feed are: what the operator bears, or the face value.',
});
export const LineStates = enumOf(LINE_STATES);
registerEnumType(LineStates, { name: 'FeedLineState', description: 'What a line says of the coupon.' });
const FeedStates = enumOf(FEED_STATES);
registerEnumType(FeedStates, { name: 'FeedState', description: 'OPEN takes lines; CLOSED can be reconciled.' });

const BOTH = ['PARTNER', STAFF] as const;

@Allow(...BOTH)
@ObjectType('Feed', {
  simpleResolvers: true,
  description: 'What a partner says happened in a period, line by line, to be compared with our books.',
})
export class FeedType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'The code of the partner.' })
  partner!: string;
  @Field()
  name!: string;
  @Field(() => FeedStates)
  state!: FeedState;
  @Field(() => FeedBases)
  basis!: FeedBasis;
  @Field(() => MatchBys)
  matchBy!: MatchBy;
  @Field(() => Amounts)
  amountIs!: AmountIs;
  @Field({ description: 'Of times and days that name no zone.' })
  timeZone!: string;
  @Field(() => ID, { nullable: true, description: 'Only this offer. Null: all of the partner.' })
  offer!: string | null;
  @Field(() => GraphQLDateTimeISO, { description: 'The period, inclusive.' })
  from!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  before!: Date;
  @Field(() => GraphQLSafeInt, { description: 'So many were taken in.' })
  lines!: number;
  @Field(() => GraphQLDateTimeISO)
  openedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true })
  closedAt!: Date | null;
}

export const FeedConnectionType = connectionOf('Feed', () => FeedType, {
  who: ['PARTNER', ...STAFF],
  order: 'Newest first.',
});

@Allow(...BOTH)
@ObjectType('FeedLineFault', { simpleResolvers: true })
export class FeedLineFaultType {
  @Field(() => GraphQLSafeInt)
  line!: number;
  @Field()
  reason!: string;
}

@Allow(...BOTH)
@ObjectType('FeedLinesRecorded', { simpleResolvers: true, description: 'What became of the lines of a call.' })
export class FeedLinesRecordedType {
  @Field(() => GraphQLSafeInt)
  lines!: number;
  @Field(() => GraphQLSafeInt)
  added!: number;
  @Field(() => GraphQLSafeInt, { description: 'Known by their number, and saying the same.' })
  known!: number;
  @Field(() => GraphQLSafeInt, { description: 'Left out.' })
  faulty!: number;
  @Field(() => [FeedLineFaultType], { description: 'The first 20 of them.' })
  faults!: readonly FeedLineFaultType[];
}
