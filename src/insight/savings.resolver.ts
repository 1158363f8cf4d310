// The savings of a member, hung on the member by this room.
import { GraphQLLocalDate } from 'graphql-scalars';
import { Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { MemberType } from '../members/member.type';
import { MemberView } from '../members/member.view';
import { Allow, SIGNED_IN } from '../request/policy';
import { MoneyType } from '../request/shared.type';
import { savingsOf } from './savings';

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

@Resolver(() => MemberType)
export class MemberSavingsResolver {
  @Allow(SIGNED_IN)
  @FieldResolver(() => SavingsType)
  savings(@Root() member: MemberView): SavingsType {
    const { thisMonth, total, potential, term, brokeEvenAt } = savingsOf(member.standing);
    const { settings, time } = member.standing.catalogue;
    const money = (amount: number) => ({ amount, currency: settings.currency });
    return {
      thisMonth: money(thisMonth),
      total: money(total),
      potential: money(potential),
      cardPrice: term ? { amount: term.price, currency: term.currency } : null,
      brokeEvenOn: brokeEvenAt === undefined ? null : time.isoDate(brokeEvenAt),
    };
  }
}
