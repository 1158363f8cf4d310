// API types of draws: what can be won by which odds, what was drawn, and how it is computed again.

import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../request/connection';
import { Allow } from '../../request/policy';
import { GivenRewardType, READERS, RewardType } from '../reward/reward.type';

@Allow(READERS)
@ObjectType('Prize', { simpleResolvers: true, description: 'What can be won in a draw.' })
export class PrizeType {
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => GraphQLSafeInt, { description: 'Its odds are `weight` ÷ `totalWeight` of the draw.' })
  weight!: number;
  @Field(() => RewardType)
  reward!: RewardType;
}

@Allow(READERS)
@ObjectType('Draw', { simpleResolvers: true, description: 'A draw of prizes by published odds.' })
export class DrawType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => String, { nullable: true })
  description!: string | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'What a draw costs without a chance, in points.' })
  chancePrice!: number | null;
  @Field(() => [PrizeType])
  prizes!: readonly PrizeType[];
  @Field(() => GraphQLSafeInt, { description: 'The weights of all prizes, and of winning nothing.' })
  totalWeight!: number;
}

@Allow(READERS)
@ObjectType('MemberDraw', { simpleResolvers: true, description: 'A draw that is open, and what a member has of it.' })
export class MemberDrawType {
  @Field(() => DrawType)
  draw!: DrawType;
  @Field(() => GraphQLSafeInt)
  chances!: number;
  @Field({ description: "SHA-256 of today's seed: what is drawn today can be held against it tomorrow." })
  seedHash!: string;
}

@Allow(READERS)
@ObjectType('Drawing', { simpleResolvers: true, description: 'A draw that was made.' })
export class DrawingType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'The code of the draw.' })
  draw!: string;
  @Field(() => PrizeType, { nullable: true, description: 'What was won; null for nothing.' })
  prize!: PrizeType | null;
  @Field(() => GivenRewardType, { nullable: true, description: 'What was given for it; null until it is.' })
  given!: GivenRewardType | null;
  @Field(() => GraphQLSafeInt, { description: 'Points paid; 0 when a chance was taken.' })
  points!: number;
  @Field(() => GraphQLDateTimeISO)
  drawnAt!: Date;
}

export const DrawingConnectionType = connectionOf('Drawing', () => DrawingType, {
  who: READERS,
  order: 'The newest first.',
});

@Allow(READERS)
@ObjectType('DrawAudit', {
  simpleResolvers: true,
  description:
    'A drawing, computed again. The roll is HMAC-SHA-256 of the 16 bytes of the ticket under the seed, as a number ' +
    'of 256 bits, modulo the sum of the weights; it falls on the first prize whose weights up to it exceed the roll.',
})
export class DrawAuditType {
  @Field(() => ID)
  drawing!: string;
  @Field({ description: 'Hexadecimal digits.' })
  ticket!: string;
  @Field({ description: 'The day of the seed, `YYYY-MM-DD`.' })
  date!: string;
  @Field({ description: 'SHA-256 of the seed, as it was shown on that day.' })
  seedHash!: string;
  @Field(() => String, { nullable: true, description: 'Hexadecimal digits; null until the day is over.' })
  seed!: string | null;
  @Field(() => Int, { description: 'The program version of the odds.' })
  oddsVersion!: number;
  @Field(() => GraphQLSafeInt)
  roll!: number;
  @Field(() => String, {
    nullable: true,
    description: 'The code of the prize on which the roll falls; null for nothing.',
  })
  landed!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'What was won: another one, or nothing, when the prize was gone.',
  })
  won!: string | null;
  @Field({ description: 'Whether roll and landing are the ones that were stored.' })
  agrees!: boolean;
}

@InputType('DrawInput')
export class DrawRequest {
  @Field({ description: 'The code of the draw.' })
  draw!: string;
  @Field(() => String, { nullable: true, description: 'The external id of the member, for servers.' })
  member?: string | null;
  @Field({ description: '1 to 128 characters: the same key draws once.' })
  idempotencyKey!: string;
}
