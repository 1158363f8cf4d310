// API types of members: what a member (or the operator's server, for one) sees of its own standing.
import { GraphQLDateTimeISO, GraphQLLocalDate, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Allow, SIGNED_IN, STAFF } from '../request/policy';
import { enumOf, MoneyType } from '../request/shared.type';

export const CardKinds = enumOf(['MEMBERSHIP', 'PRIVILEGE']);
registerEnumType(CardKinds, {
  name: 'CardKind',
  description: 'A paid membership, or a privilege card that may hang on one.',
});

export const CardStatuses = enumOf(['ACTIVE', 'CLOSED', 'EXPIRED', 'UPCOMING']);
registerEnumType(CardStatuses, { name: 'CardStatus', description: 'The state of a card now.' });

@Allow(SIGNED_IN)
@ObjectType('Level', { simpleResolvers: true, description: 'A threshold on the growth value.' })
export class LevelType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => Int, { description: 'The higher, the better.' })
  rank!: number;
  @Field(() => GraphQLSafeInt, { description: 'The growth value from which the level holds.' })
  threshold!: number;
  @Field(() => Int, { description: 'The rating that it needs besides; 0 in a program without ratings.' })
  minRating!: number;
  @Field(() => Int, { description: 'The least number of days at it before the next level can be reached.' })
  minDays!: number;
}

@Allow(SIGNED_IN)
@ObjectType('Plan', {
  simpleResolvers: true,
  description: "What is sold or granted; a card is a member's instance of it.",
})
export class PlanType {
  @Field(() => ID)
  id!: string;
  @Field()
  code!: string;
  @Field()
  name!: string;
  @Field(() => CardKinds)
  kind!: keyof typeof CardKinds;
  @Field(() => MoneyType, { description: 'The price of one term.' })
  price!: MoneyType;
  @Field(() => Number, { description: 'How many times the usual points a purchase earns.' })
  pointsMultiplier!: number;
  @Field(() => MoneyType, { nullable: true, description: 'What a term is said to be worth.' })
  advertisedValue!: MoneyType | null;
  @Field(() => [String], { description: 'The tags of members that it is made for.' })
  professions!: readonly string[];
}

@Allow(SIGNED_IN)
@ObjectType('Growth', { simpleResolvers: true, description: 'The growth value, which makes the level.' })
export class GrowthType {
  @Field(() => GraphQLSafeInt)
  value!: number;
  @Field(() => GraphQLSafeInt, {
    description: 'Owed: growth of returned purchases that was lost already. What is earned next settles it first.',
  })
  debt!: number;
  @Field(() => LevelType, { nullable: true, description: 'Null at the highest level.' })
  nextLevel!: LevelType | null;
  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Growth still missing to the next level.' })
  toNextLevel!: number | null;
  @Field(() => Int, { nullable: true, description: 'Rating still missing to it; null without a next level.' })
  ratingToNextLevel!: number | null;
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'When the least time at the level of now is over; null when nothing keeps from rising at once.',
  })
  nextLevelFrom!: Date | null;
}

@Allow(SIGNED_IN)
@ObjectType('PointsLot', { simpleResolvers: true, description: 'Points that last until the same day.' })
export class PointsLotType {
  @Field(() => GraphQLSafeInt, { description: 'What is left of them; the oldest are spent first.' })
  amount!: number;
  @Field(() => GraphQLLocalDate, { nullable: true, description: 'The first day on which they are gone; null: never.' })
  on!: string | null;
}

@Allow(SIGNED_IN)
@ObjectType('Points', { simpleResolvers: true })
export class PointsType {
  @Field(() => GraphQLSafeInt, { description: 'Spendable now: what has expired is not in it, nor what is owed.' })
  balance!: number;
  @Field(() => GraphQLSafeInt, {
    description: 'Owed: points of returned purchases that were spent already. What is earned next settles it first.',
  })
  debt!: number;
  @Field(() => [PointsLotType], {
    description: 'By the day on which they are gone, the first one first. Empty where points do not expire.',
  })
  lots!: readonly PointsLotType[];
}

@Allow(SIGNED_IN)
@ObjectType('Term', { simpleResolvers: true, description: 'One paid period of a card.' })
export class TermType {
  @Field(() => GraphQLDateTimeISO)
  startsAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive.' })
  endsAt!: Date;
  @Field(() => MoneyType, { description: 'What the term was sold for.' })
  price!: MoneyType;
  @Field(() => String, {
    nullable: true,
    description: 'The code of that price, `list` for that of the plan; null for terms from before it was kept.',
  })
  priceCode!: string | null;
}

@Allow(STAFF)
@ObjectType('CostCap', {
  simpleResolvers: true,
  description: 'The most that a card may cost the operator in its term.',
})
export class CostCapType {
  @Field(() => MoneyType)
  limit!: MoneyType;
  @Field(() => MoneyType, { description: 'Reserved by redemptions whose cost counts at use.' })
  held!: MoneyType;
  @Field(() => MoneyType, { description: 'Spent for good.' })
  posted!: MoneyType;
  @Field(() => MoneyType, { description: 'limit − held − posted.' })
  remaining!: MoneyType;
}

@Allow(SIGNED_IN)
@ObjectType('Card', { simpleResolvers: true, description: "A member's instance of a plan." })
export class CardType {
  @Field(() => ID)
  id!: string;
  @Field(() => CardKinds)
  kind!: keyof typeof CardKinds;
  @Field(() => CardStatuses)
  status!: keyof typeof CardStatuses;
  @Field(() => PlanType)
  plan!: PlanType;
  @Field(() => TermType, { description: 'The running term, else the next one, else the last.' })
  term!: TermType;
  @Field(() => [TermType], { description: 'All of them, in the order of their beginnings; refunded ones have ended.' })
  terms!: readonly TermType[];
  @Field(() => ID, { nullable: true, description: 'The card that a privilege card hangs on.' })
  parentCard!: string | null;
  @Allow(STAFF)
  @Field(() => CostCapType, {
    description: "Of the term shown. For staff only: members never see the operator's costs.",
  })
  costCap!: CostCapType;
}

@Allow(SIGNED_IN)
@ObjectType('Member', { simpleResolvers: true, description: 'A person, known to the operator by `externalId`.' })
export class MemberType {
  @Field(() => ID)
  id!: string;
  @Field({ description: "The operator's own id of this person." })
  externalId!: string;
  @Field()
  nickname!: string;
  @Field(() => String, { nullable: true, description: '`YYYY-MM-DD`.' })
  birthday!: string | null;
  @Field(() => [String])
  tags!: readonly string[];
  @Field(() => GraphQLDateTimeISO)
  joinedAt!: Date;
  @Field(() => LevelType, {
    nullable: true,
    description: 'Null while no program was applied, and where the program lets a member have none.',
  })
  level!: LevelType | null;
  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'Until when the level is kept whatever the growth, or until when a manual one is set.',
  })
  levelKeptUntil!: Date | null;
  @Field({ description: 'Whether staff set the level by hand.' })
  levelIsManual!: boolean;
  @Field(() => Int, { nullable: true, description: 'The second measure besides growth; null without one.' })
  rating!: number | null;
  @Field(() => GrowthType)
  growth!: GrowthType;
  @Field(() => PointsType)
  points!: PointsType;
  @Field(() => [CardType], { description: 'In order of opening.' })
  cards!: readonly CardType[];
}
