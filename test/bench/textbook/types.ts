// API types of the textbook stack that are no tables.
import { Field, Float, ObjectType } from 'type-graphql';
import { CouponEntity, LevelEntity, OfferEntity } from './entities';

@ObjectType('Money')
export class MoneyType {
  @Field(() => Float)
  amount!: number;
  @Field()
  currency!: string;
}

@ObjectType('Growth')
export class GrowthType {
  @Field(() => Float)
  value!: number;
  @Field(() => LevelEntity, { nullable: true })
  nextLevel!: LevelEntity | null;
  @Field(() => Float, { nullable: true })
  toNextLevel!: number | null;
}

@ObjectType('Points')
export class PointsType {
  @Field(() => Float)
  balance!: number;
}

@ObjectType('Reason')
export class ReasonType {
  @Field()
  code!: string;
  @Field()
  message!: string;
}

@ObjectType('Usability')
export class UsabilityType {
  @Field()
  usable!: boolean;
  @Field(() => [ReasonType])
  reasons!: ReasonType[];
}

@ObjectType('Quota')
export class QuotaType {
  @Field()
  period!: string;
  @Field(() => Float)
  limit!: number;
  @Field(() => Float)
  used!: number;
  @Field(() => Float)
  held!: number;
  @Field(() => Float)
  remaining!: number;
  @Field(() => String, { nullable: true })
  resetsAt!: string | null;
}

@ObjectType('Availability')
export class AvailabilityType {
  @Field()
  source!: string;
  @Field()
  asOf!: Date;
}

@ObjectType('PageInfo')
export class PageInfoType {
  @Field()
  hasNextPage!: boolean;
  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

@ObjectType('PerkEdge')
export class PerkEdgeType {
  @Field()
  cursor!: string;
  @Field(() => OfferEntity)
  node!: OfferEntity;
}

@ObjectType('PerkConnection')
export class PerkConnectionType {
  @Field(() => [PerkEdgeType])
  edges!: PerkEdgeType[];
  @Field()
  pageInfo!: PageInfoType;
}

@ObjectType('CouponEdge')
export class CouponEdgeType {
  @Field(() => CouponEntity)
  node!: CouponEntity;
}

@ObjectType('CouponConnection')
export class CouponConnectionType {
  @Field(() => [CouponEdgeType])
  edges!: CouponEdgeType[];
  @Field()
  pageInfo!: PageInfoType;
}

@ObjectType('Savings')
export class SavingsType {
  @Field()
  thisMonth!: MoneyType;
  @Field()
  total!: MoneyType;
  @Field(() => MoneyType, { nullable: true })
  cardPrice!: MoneyType | null;
  @Field(() => String, { nullable: true })
  brokeEvenOn!: string | null;
}
