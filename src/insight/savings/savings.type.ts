// API types of savings: the sums that a member's home shows, and where they come from.
import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { PlanType } from '../../members/member.type';
import { PartnerType } from '../../redemption/perk.type';
import { Allow, SIGNED_IN } from '../../request/policy';
import { MoneyType } from '../../request/shared.type';

@Allow(SIGNED_IN)
@ObjectType('Savings', { simpleResolvers: true, description: 'What the benefits and perks saved the member.' })
export class SavingsType {
  @Field(() => MoneyType, { description: "By coupons used in the running month of the program's time zone." })
  thisMonth!: MoneyType;
  @Field(() => MoneyType, { description: 'By all coupons used.' })
  total!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons that may still be used.' })
  potential!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'What the running term of the membership card was sold for.' })
  cardPrice!: MoneyType | null;
  @Field(() => GraphQLLocalDate, { nullable: true, description: 'The day on which that term had paid for itself.' })
  brokeEvenOn!: string | null;
}

@Allow(SIGNED_IN)
@ObjectType('SavedAmounts', { simpleResolvers: true, description: 'What was saved, and what may still be.' })
export class SavedAmountsType {
  @Field(() => MoneyType, { description: 'By coupons used.' })
  verified!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons that may still be used.' })
  potential!: MoneyType;
}

@Allow(SIGNED_IN)
@ObjectType('MonthSavings', { simpleResolvers: true })
export class MonthSavingsType {
  @Field({ description: "`YYYY-MM`, in the program's time zone." })
  month!: string;
  @Field(() => MoneyType, { description: 'By coupons used in this month.' })
  verified!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons that were issued in this month and may still be used.' })
  potential!: MoneyType;
}

@Allow(SIGNED_IN)
@ObjectType('PartnerSavings', { simpleResolvers: true })
export class PartnerSavingsType {
  @Field(() => PartnerType, { nullable: true, description: "Null for the operator's own benefits." })
  partner!: PartnerType | null;
  @Field(() => MoneyType, { description: 'By coupons used.' })
  verified!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons that may still be used.' })
  potential!: MoneyType;
}

@Allow(SIGNED_IN)
@ObjectType('BenefitSavings', { simpleResolvers: true, description: 'What one benefit or perk saved.' })
export class BenefitSavingsType {
  @Field(() => ID, { description: 'Of the benefit or the offer.' })
  item!: string;
  @Field()
  title!: string;
  @Field(() => PartnerType, { nullable: true, description: "Null for the operator's own benefits." })
  partner!: PartnerType | null;
  @Field(() => Int, { description: 'Coupons used.' })
  used!: number;
  @Field(() => Int, { description: 'Coupons that may still be used.' })
  open!: number;
  @Field(() => MoneyType, { description: 'By coupons used.' })
  verified!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons that may still be used.' })
  potential!: MoneyType;
}

@Allow(SIGNED_IN)
@ObjectType('Renewal', {
  simpleResolvers: true,
  description: 'What a message about the renewal of the membership card can say.',
})
export class RenewalType {
  @Field(() => ID)
  card!: string;
  @Field(() => PlanType)
  plan!: PlanType;
  @Field(() => GraphQLDateTimeISO, { description: 'Exclusive. In the past when the last term is over.' })
  endsAt!: Date;
  @Field(() => Int, { description: 'Until the end, the running day counted; 0 when it is over.' })
  daysLeft!: number;
  @Field({ description: 'Whether the next term is paid already.' })
  renewed!: boolean;
  @Field(() => MoneyType, { description: 'What the term was sold for.' })
  cardPrice!: MoneyType;
  @Field(() => MoneyType, { description: 'By coupons of this term that were used.' })
  savedThisTerm!: MoneyType;
  @Field(() => MoneyType, { description: 'Worth of the coupons of this term that may still be used.' })
  potential!: MoneyType;
  @Field({ description: 'Whether the term has saved what it was sold for.' })
  paidBack!: boolean;
  @Field(() => MoneyType, { description: 'What is still to be saved until then; 0 when it is paid back.' })
  missing!: MoneyType;
  @Field(() => GraphQLLocalDate, { nullable: true, description: 'The day on which it had paid for itself.' })
  brokeEvenOn!: string | null;
}
