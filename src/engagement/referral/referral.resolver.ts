// Referrals at the API: a member's own code, and accepting that of another.
import { GraphQLDateTimeISO } from 'graphql-scalars';
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
import { isRefusal, type Refusal } from '../../kernel/refusal';
import { checkText } from '../../members/input-checks';
import type { MemberService } from '../../members/member.service';
import { MemberType } from '../../members/member.type';
import { MemberView } from '../../members/member.view';
import { namedMember } from '../../members/named-member';
import type { RequestContext } from '../../request/context';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import { READERS } from '../reward/reward.type';
import type { ReferralService } from './referral.service';
import type { Referral } from './referral.store';
import { referralCodeOf } from './referral-code';

@Allow(READERS)
@ObjectType('AcceptedReferral', { simpleResolvers: true, description: 'An invitation that a member has accepted.' })
export class AcceptedReferralType {
  @Field(() => GraphQLDateTimeISO)
  acceptedAt!: Date;
  @Field(() => GraphQLDateTimeISO, { description: 'The last instant at which the rewards can be earned.' })
  expiresAt!: Date;
  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the event happened that earned them.' })
  earnedAt!: Date | null;
}

@Allow(READERS)
@ObjectType('Referrals', { simpleResolvers: true, description: "A member's own invitations." })
export class ReferralsType {
  @Field({ description: 'What others accept; small letters do as well.' })
  code!: string;
  @Field(() => Int, { description: 'How many members have accepted it.' })
  accepted!: number;
  @Field(() => Int, { description: 'How many of them have earned the rewards.' })
  earned!: number;
}

const AcceptReferralResult = createUnionType({
  name: 'AcceptReferralResult',
  types: () => [AcceptedReferralType, RefusalType] as const,
});

@Resolver(() => MemberType)
export class ReferralResolver {
  constructor(
    private readonly service: ReferralService,
    private readonly members: MemberService,
  ) {}

  @Allow('MEMBER', 'SERVER')
  @Mutation(() => AcceptReferralResult, { description: 'A new member accepts the code of another, once.' })
  async acceptReferral(
    @Arg('code') code: string,
    @Ctx() context: RequestContext,
    @Arg('member', () => String, { nullable: true, description: 'Its external id, for servers.' })
    member?: string | null,
  ): Promise<object> {
    const fault = checkText('code', code);
    if (fault) return toRefusalType(fault);
    const memberId = await namedMember(this.members, context.actor!, member);
    return isRefusal(memberId) ? toRefusalType(memberId) : answer(await this.service.accept(memberId, code));
  }

  @Allow(READERS)
  @FieldResolver(() => ReferralsType)
  async referrals(@Root() member: MemberView): Promise<ReferralsType> {
    const { id } = member.standing.rows.member;
    return { code: referralCodeOf(id), ...(await this.service.countsOf(id)) };
  }
}

function answer(outcome: Referral | Refusal): object {
  if (isRefusal(outcome)) return toRefusalType(outcome);
  const { acceptedAt, expiresAt, earnedAt } = outcome;
  return {
    __typename: 'AcceptedReferral',
    acceptedAt: new Date(acceptedAt),
    expiresAt: new Date(expiresAt),
    earnedAt: earnedAt === undefined ? null : new Date(earnedAt),
  };
}
