// Gifts of levels at the API: how they stand for a member, and taking one.
import { Arg, Ctx, createUnionType, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { toGlobalId } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';
import type { MemberService } from '../../members/member.service';
import { MemberType } from '../../members/member.type';
import type { MemberView } from '../../members/member.view';
import { namedMember } from '../../members/named-member';
import type { RequestContext } from '../../request/context';
import { Allow } from '../../request/policy';
import { RefusalType, toRefusalType } from '../../request/shared.type';
import type { LevelGiftService, MemberLevelGift } from './level-gift.service';
import { ClaimedLevelGiftType, ClaimLevelGiftRequest, LevelGiftType } from './level-gift.type';

const ClaimLevelGiftResult = createUnionType({
  name: 'ClaimLevelGiftResult',
  types: () => [ClaimedLevelGiftType, RefusalType] as const,
});

@Resolver(() => MemberType)
export class LevelGiftResolver {
  constructor(
    private readonly gifts: LevelGiftService,
    private readonly members: Pick<MemberService, 'idOf'>,
  ) {}

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @FieldResolver(() => [LevelGiftType], { description: 'The gifts of all levels, the lowest level first.' })
  async levelGifts(@Root() member: MemberView): Promise<LevelGiftType[]> {
    return (await this.gifts.giftsOf(member.standing)).map(giftView);
  }

  @Allow('MEMBER', 'SERVER')
  @Mutation(() => ClaimLevelGiftResult, {
    description: 'Takes a gift of a level that the member has. Once; asked again, it answers the same.',
  })
  async claimLevelGift(@Arg('input') input: ClaimLevelGiftRequest, @Ctx() context: RequestContext): Promise<object> {
    const memberId = await namedMember(this.members, context.actor!, input.member);
    if (isRefusal(memberId)) return toRefusalType(memberId);
    const claimed = await this.gifts.claim(memberId, input.level, input.gift);
    if (isRefusal(claimed)) return toRefusalType(claimed);
    const { points, growth, storedValue, redemptions, missed } = claimed.given;
    return {
      __typename: 'ClaimedLevelGift',
      gift: giftView(claimed.gift),
      points,
      growth,
      storedValue,
      redemptions: redemptions.map((id) => toGlobalId('redemption', id)),
      missed: missed.map(toRefusalType),
    };
  }
}

function giftView({ level, gift, state, claimedAt }: MemberLevelGift): LevelGiftType {
  const { code, name, auto } = gift;
  return {
    code,
    name,
    level: level.view,
    auto,
    state,
    claimedAt: claimedAt === undefined ? null : new Date(claimedAt),
  };
}
