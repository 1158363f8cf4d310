// Redemptions at the API: quote, redeem, cancel, confirm the use, look one up.
import { Arg, Ctx, createUnionType, ID, Mutation, Query, Resolver } from 'type-graphql';
import { fromGlobalId } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { checkAmount, checkText } from '../members/input-checks';
import type { MemberService } from '../members/member.service';
import { namedMember } from '../members/named-member';
import type { Catalogue } from '../program/catalogue';
import type { RequestContext } from '../request/context';
import { OncePerRequest } from '../request/once';
import { Allow, NeedsScope, SIGNED_IN } from '../request/policy';
import { RefusalType, toRefusalType } from '../request/shared.type';
import { NO_ITEM, type Wanted } from './claim';
import { type EndRedemptionService, maySee } from './end.service';
import { toQuoteType } from './quote.view';
import type { Redemption } from './redemption';
import type { RedemptionService } from './redemption.service';
import {
  CancelRequest,
  ConfirmUseRequest,
  RedeemRequest,
  RedemptionQuoteType,
  RedemptionType,
} from './redemption.type';
import { RedemptionView } from './redemption.view';

const RedemptionResult = createUnionType({
  name: 'RedemptionResult',
  types: () => [RedemptionType, RefusalType] as const,
  description: 'The redemption, or one named refusal.',
});
const QuoteResult = createUnionType({ name: 'QuoteResult', types: () => [RedemptionQuoteType, RefusalType] as const });

const NO_CARD = refuse('NOT_FOUND', 'There is no such card.', 'card');
const NO_REDEMPTION = refuse('NOT_FOUND', 'There is no such redemption.', 'redemption');

@Resolver()
export class RedemptionResolver {
  constructor(
    private readonly redemptions: RedemptionService,
    private readonly ends: EndRedemptionService,
    private readonly members: MemberService,
    private readonly catalogue: () => Catalogue,
  ) {}

  @OncePerRequest()
  @Allow('MEMBER', 'SERVER')
  @Mutation(() => RedemptionResult, { description: 'Claims a perk or a benefit. Once in a request.' })
  async redeem(@Arg('input') input: RedeemRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault =
      checkKey(input) ??
      checkAmount('maxCoPay', input.maxCoPay ?? 0) ??
      checkAmount('orderAmount', input.orderAmount ?? 0);
    if (fault) return toRefusalType(fault);
    const memberId = await namedMember(this.members, context.actor!, input.member);
    if (isRefusal(memberId)) return toRefusalType(memberId);
    const wanted = wantedOf(input.item, input.card);
    if (isRefusal(wanted)) return toRefusalType(wanted);
    const { idempotencyKey, maxCoPay, orderAmount } = input;
    const order = { maxCoPay: maxCoPay ?? undefined, orderAmount: orderAmount ?? undefined };
    const request = { ...wanted, ...order, memberId, idempotencyKey };
    return this.answer(await this.redemptions.redeem(context.actor!, request), context);
  }

  @Allow('MEMBER', 'SERVER', 'OPERATIONS', 'ADMIN', 'AUDITOR')
  @Query(() => QuoteResult, { description: 'What a redemption would take now. Changes nothing.' })
  async quoteRedemption(
    @Arg('item', () => ID) item: string,
    @Ctx() context: RequestContext,
    @Arg('card', () => ID, { nullable: true }) card?: string | null,
    @Arg('member', () => String, { nullable: true, description: 'Its external id, for servers and staff.' })
    member?: string | null,
  ): Promise<object> {
    const memberId = await namedMember(this.members, context.actor!, member);
    if (isRefusal(memberId)) return toRefusalType(memberId);
    const wanted = wantedOf(item, card);
    if (isRefusal(wanted)) return toRefusalType(wanted);
    const quote = await this.redemptions.quote({ ...wanted, memberId });
    return isRefusal(quote) ? toRefusalType(quote) : toQuoteType(quote, context.actor!.role !== 'MEMBER');
  }

  @Allow('MEMBER', 'SERVER', 'OPERATIONS')
  @Mutation(() => RedemptionResult, { description: 'Takes an unused redemption back, with all that it took.' })
  async cancelRedemption(@Arg('input') input: CancelRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault = checkKey(input);
    if (fault) return toRefusalType(fault);
    const redemptionId = fromGlobalId('redemption', input.redemption);
    if (redemptionId === undefined) return toRefusalType(NO_REDEMPTION);
    const { idempotencyKey } = input;
    return this.answer(await this.ends.cancel(context.actor!, { redemptionId, idempotencyKey }), context);
  }

  @NeedsScope('REDEMPTIONS_CONFIRM')
  @Allow('SERVER', 'PARTNER')
  @Mutation(() => RedemptionResult, { description: 'Says that a coupon was used.' })
  async confirmUse(@Arg('input') input: ConfirmUseRequest, @Ctx() context: RequestContext): Promise<object> {
    const fault = checkKey(input);
    if (fault) return toRefusalType(fault);
    const redemptionId = fromGlobalId('redemption', input.redemption);
    if (redemptionId === undefined) return toRefusalType(NO_REDEMPTION);
    const { idempotencyKey, usedAt } = input;
    const request = { redemptionId, idempotencyKey, usedAt: usedAt?.getTime() };
    return this.answer(await this.ends.confirmUse(context.actor!, request), context);
  }

  @NeedsScope('REDEMPTIONS_READ')
  @Allow(SIGNED_IN)
  @Query(() => RedemptionType, { nullable: true, description: 'Null unless the actor may see it.' })
  async redemption(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<RedemptionView | null> {
    const redemptionId = fromGlobalId('redemption', id);
    const found = redemptionId === undefined ? undefined : await this.redemptions.find(redemptionId);
    return found && maySee(context.actor!, found) ? this.view(found, context) : null;
  }

  private view(redemption: Redemption, context: RequestContext): RedemptionView {
    return new RedemptionView(redemption, this.redemptions.show(this.catalogue(), context.now));
  }

  private answer(outcome: Redemption | Refusal, context: RequestContext): object {
    return isRefusal(outcome) ? toRefusalType(outcome) : this.view(outcome, context);
  }
}

/** Before anything is looked up: a malformed key comes before an unknown id in the order of refusals. */
function checkKey({ idempotencyKey }: { readonly idempotencyKey: string }): Refusal | undefined {
  return checkText('idempotencyKey', idempotencyKey);
}

function wantedOf(item: string, card: string | null | undefined): Wanted | Refusal {
  const offerId = fromGlobalId('offer', item);
  const itemId = offerId ?? fromGlobalId('benefit', item);
  if (itemId === undefined) return NO_ITEM;
  const cardId = card ? fromGlobalId('card', card) : undefined;
  if (card && cardId === undefined) return NO_CARD;
  return { itemKind: offerId ? 'OFFER' : 'BENEFIT', itemId, cardId };
}
