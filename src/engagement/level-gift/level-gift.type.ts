// API types of gifts of levels: how they stand for a member, and what one gave.
import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { LevelType } from '../../members/member.type';
import { Allow, SIGNED_IN } from '../../request/policy';
import { enumOf, RefusalType } from '../../request/shared.type';
import type { LevelGiftState } from './level-gift.service';

const LevelGiftStates = enumOf(['AVAILABLE', 'CLAIMED', 'LOCKED']);
registerEnumType(LevelGiftStates, {
  name: 'LevelGiftState',
  description: 'Whether a gift can be taken now, was taken, or waits for its level.',
});

@Allow(SIGNED_IN)
@ObjectType('LevelGift', { simpleResolvers: true, description: 'What a level gives once to each member.' })
export class LevelGiftType {
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => LevelType)
  level!: LevelType;
  @Field({ description: 'Whether it is given with the rise to the level, without being claimed.' })
  auto!: boolean;
  @Field(() => LevelGiftStates)
  state!: LevelGiftState;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Null until then.' })
  claimedAt!: Date | null;
}

@Allow(SIGNED_IN)
@ObjectType('ClaimedLevelGift', { simpleResolvers: true })
export class ClaimedLevelGiftType {
  @Field(() => LevelGiftType)
  gift!: LevelGiftType;
  @Field(() => GraphQLSafeInt)
  points!: number;
  @Field(() => GraphQLSafeInt)
  growth!: number;
  @Field(() => GraphQLSafeInt, { description: 'Stored value, in the minor unit of the currency.' })
  storedValue!: number;
  @Field(() => [ID], { description: 'The redemptions of the coupons that were given.' })
  redemptions!: readonly string[];
  @Field(() => [RefusalType], { description: 'Why parts of it could not be given; empty when all was.' })
  missed!: readonly RefusalType[];
}

@InputType('ClaimLevelGiftInput')
export class ClaimLevelGiftRequest {
  @Field({ description: 'The code of the level.' })
  level!: string;
  @Field({ description: 'The code of the gift.' })
  gift!: string;
  @Field(() => String, { nullable: true, description: 'The external id of the member, for servers.' })
  member?: string | null;
}
