// The savings of a member, hung on the member by this room. The sums cost no statement; where they come from, a few.
import { GraphQLError } from 'graphql';
import { Arg, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import { Allow, SIGNED_IN } from '../../request/policy';
import {
  BenefitSavingsType,
  MonthSavingsType,
  PartnerSavingsType,
  RenewalType,
  SavedAmountsType,
  SavingsType,
} from './savings.type';
import { SavingsView } from './savings.view';
import { lastMonths } from './savings-detail';
import type { SavingsDetailStore } from './savings-detail.store';

const MONTHS_MAX = 120;

@Resolver(() => MemberType)
export class MemberSavingsResolver {
  @Allow(SIGNED_IN)
  @FieldResolver(() => SavingsType)
  savings(@Root() member: MemberView): SavingsType {
    return new SavingsView(member.standing);
  }
}

@Resolver(() => SavingsType)
export class SavingsDetailResolver {
  constructor(private readonly details: SavingsDetailStore) {}

  @Allow(SIGNED_IN)
  @FieldResolver(() => SavedAmountsType, { description: 'Since the member joined, on all cards and on none.' })
  lifetime(@Root() savings: SavingsView): SavedAmountsType {
    return savings.lifetime;
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => [MonthSavingsType], { description: 'The earliest first; the running month is the last.' })
  async months(
    @Root() savings: SavingsView,
    @Arg('last', () => Int, { defaultValue: 12, description: 'How many months, 1 to 120.' }) last: number,
  ): Promise<MonthSavingsType[]> {
    if (last < 1 || last > MONTHS_MAX) {
      const message = `last is ${last}; allowed is 1 to ${MONTHS_MAX}.`;
      throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    const { rows, catalogue, now } = savings.standing;
    const amounts = await this.details.monthsOf(rows.member.id);
    return lastMonths(amounts, last, catalogue.time, now).map((month) => savings.month(month));
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => [PartnerSavingsType], { description: 'Ever, the most saved first.' })
  async byPartner(@Root() savings: SavingsView): Promise<PartnerSavingsType[]> {
    return savings.byPartner(await this.details.itemsOf(savings.standing.rows.member.id));
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => [BenefitSavingsType], { description: 'Ever, the most saved first.' })
  async byBenefit(@Root() savings: SavingsView): Promise<BenefitSavingsType[]> {
    return savings.byBenefit(await this.details.itemsOf(savings.standing.rows.member.id));
  }

  @Allow(SIGNED_IN)
  @FieldResolver(() => RenewalType, {
    nullable: true,
    description: 'Of the running membership card, else of the one that ended last; null for who never had one.',
  })
  renewal(@Root() savings: SavingsView): RenewalType | null {
    return savings.renewal;
  }
}
