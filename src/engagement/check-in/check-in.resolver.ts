// Check-ins at the API: a member checks in and makes up for missed days; its month is a calendar.

import { GraphQLError } from 'graphql';
import {
  Arg,
  Ctx,
  createUnionType,
  Field,
  FieldResolver,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { dateOfDay, dayOfDate } from '../../kernel/period';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { shown } from '../../members/input-checks';
import type { MemberService } from '../../members/member.service';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import { namedMember } from '../../members/named-member';
import type { RequestContext } from '../../request/context';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { READERS } from '../reward/reward.type';
import type { CheckInService } from './check-in.service';
import type { CheckIn } from './check-in.store';

@Allow(READERS)
@ObjectType('CheckIn', { simpleResolvers: true, description: 'A day that a member checked in on.' })
export class CheckInType {
  @Field({ description: '`YYYY-MM-DD`, in the time zone of the program.' })
  date!: string;
  @Field(() => Int, { description: 'Which day in a row it is; made-up days before it count as well.' })
  streak!: number;
  @Field({ description: 'Whether it was made up for later.' })
  madeUp!: boolean;
}

@Allow(READERS)
@ObjectType('CheckInMonth', { simpleResolvers: true, description: 'The check-ins of a month, and what holds today.' })
export class CheckInMonthType {
  @Field(() => [CheckInType], { description: 'In the order of days.' })
  days!: readonly CheckInType[];
  @Field(() => Int, { description: 'Days in a row up to today, or up to yesterday while today is still open.' })
  streak!: number;
  @Field()
  checkedInToday!: boolean;
  @Field(() => Int, {
    nullable: true,
    description: 'Days that can be made up for free this month; null for none at all.',
  })
  freeMakeUps!: number | null;
}

const CheckInResult = createUnionType({ name: 'CheckInResult', types: () => [CheckInType, RefusalType] as const });
const MEMBER = 'Its external id, for servers.';

@Resolver(() => MemberType)
export class CheckInResolver {
  constructor(
    private readonly service: CheckInService,
    private readonly members: MemberService,
  ) {}

  @Allow('MEMBER', 'SERVER')
  @Mutation(() => CheckInResult, { description: 'Checks in for today. Once a day; again, it is answered alike.' })
  async checkIn(
    @Ctx() context: RequestContext,
    @Arg('member', () => String, { nullable: true, description: MEMBER }) member?: string | null,
  ): Promise<object> {
    const memberId = await namedMember(this.members, context.actor!, member);
    return isRefusal(memberId) ? toRefusalType(memberId) : answer(await this.service.checkIn(memberId));
  }

  @Allow('MEMBER', 'SERVER')
  @Mutation(() => CheckInResult, {
    description: 'Makes up for a missed day: free while the month has some, else for points.',
  })
  async makeUpCheckIn(
    @Arg('date', { description: '`YYYY-MM-DD`.' }) date: string,
    @Ctx() context: RequestContext,
    @Arg('member', () => String, { nullable: true, description: MEMBER }) member?: string | null,
  ): Promise<object> {
    const day = dayOfDate(date);
    if (day === undefined) {
      const message = `date is ${shown(date)}; allowed is a date like 2026-11-22.`;
      return toRefusalType(refuse('INVALID_INPUT', message, 'date'));
    }
    const memberId = await namedMember(this.members, context.actor!, member);
    return isRefusal(memberId) ? toRefusalType(memberId) : answer(await this.service.makeUp(memberId, day));
  }

  @Allow(READERS)
  @FieldResolver(() => CheckInMonthType)
  async checkIns(
    @Root() member: MemberView,
    @Arg('month', () => String, { nullable: true, description: '`YYYY-MM`; this month unless told.' })
    month?: string | null,
  ): Promise<CheckInMonthType> {
    const { rows, catalogue, now } = member.standing;
    const first = month ? dayOfDate(`${month}-01`) : undefined;
    if (month && first === undefined) {
      const message = `month is ${shown(month)}; allowed is a month like 2026-11.`;
      throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    const period = first === undefined ? catalogue.time.periodAt('MONTH', now) : first - 1;
    const { days, freeMakeUps = null, ...rest } = await this.service.calendarOf(rows, period);
    return { ...rest, freeMakeUps, days: days.map(toType) };
  }
}

function toType({ day, streak, madeUp }: CheckIn): CheckInType {
  return { date: dateOfDay(day), streak, madeUp };
}

function answer(outcome: CheckIn | Refusal): object {
  return isRefusal(outcome) ? toRefusalType(outcome) : { __typename: 'CheckIn', ...toType(outcome) };
}
