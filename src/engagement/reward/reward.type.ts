// API types of rewards: what is promised, and what was given.
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Allow } from '../../request/policy';
import { MoneyType, RefusalType } from '../../request/shared.type';

/** Who may see what a member does and gets for it. */
export const READERS = ['MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR'] as const;

@Allow(READERS)
@ObjectType('Chances', { simpleResolvers: true, description: 'Chances of a draw.' })
export class ChancesType {
  @Field({ description: 'The code of the draw.' })
  draw!: string;
  @Field(() => Int)
  count!: number;
}

@Allow(READERS)
@ObjectType('Reward', { simpleResolvers: true, description: 'What something gives.' })
export class RewardType {
  @Field(() => GraphQLSafeInt)
  points!: number;
  @Field(() => GraphQLSafeInt, { description: 'Growth value.' })
  growth!: number;
  @Field(() => MoneyType, { nullable: true })
  storedValue!: MoneyType | null;
  @Field(() => [String], { description: 'Names of the benefits and titles of the offers of which a coupon is given.' })
  coupons!: readonly string[];
  @Field(() => [ChancesType])
  chances!: readonly ChancesType[];
}

@Allow(READERS)
@ObjectType('GivenReward', { simpleResolvers: true, description: 'What was given, and what could not be.' })
export class GivenRewardType {
  @Field(() => GraphQLSafeInt)
  points!: number;
  @Field(() => GraphQLSafeInt, { description: 'Growth value.' })
  growth!: number;
  @Field(() => MoneyType, { nullable: true })
  storedValue!: MoneyType | null;
  @Field(() => [ID], { description: 'The redemptions of the coupons; `redemption` tells their codes.' })
  redemptions!: readonly string[];
  @Field(() => [ChancesType])
  chances!: readonly ChancesType[];
  @Field(() => [RefusalType], { description: 'Why parts of it could not be given.' })
  missed!: readonly RefusalType[];
}
