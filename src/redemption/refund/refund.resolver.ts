// Refunds at the API.
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { fromGlobalId, toGlobalId } from '../../kernel/id';
import { isRefusal, refuse } from '../../kernel/refusal';
import type { RequestContext } from '../../request/context';
import { Allow } from '../../request/policy';
import { toRefusalType } from '../../request/shared.type';
import type { Refund } from './refund';
import type { RefundService } from './refund.service';
import { type CardRefundType, RefundCardInput, RefundResult } from './refund.type';

@Resolver()
export class RefundResolver {
  constructor(private readonly refunds: RefundService) {}

  @Allow('SERVER', 'OPERATIONS')
  @Mutation(() => RefundResult, {
    description: 'Takes a paid term back: closes it, cancels its unused coupons, and states what to pay back.',
  })
  async refundCard(@Arg('input') input: RefundCardInput, @Ctx() context: RequestContext): Promise<object> {
    const cardId = fromGlobalId('card', input.card);
    if (cardId === undefined) return toRefusalType(refuse('NOT_FOUND', 'There is no such card.', 'card'));
    const { orderId, amount, idempotencyKey } = input;
    const asked = { cardId, orderId: orderId ?? undefined, amount: amount ?? undefined, idempotencyKey };
    const refund = await this.refunds.refund(context.actor!, asked);
    return isRefusal(refund) ? toRefusalType(refund) : { __typename: 'CardRefund', ...toRefundType(refund) };
  }
}

function toRefundType(refund: Refund): CardRefundType {
  const { currency, amount, usedValue, settledAt } = refund;
  return {
    card: toGlobalId('card', refund.cardId),
    orderId: refund.orderId,
    settled: settledAt !== undefined,
    price: { amount: refund.price, currency },
    amount: amount === undefined ? null : { amount, currency },
    usedValue: usedValue === undefined ? null : { amount: usedValue, currency },
    couponsVoided: refund.voided,
    couponsUsed: refund.used,
    requestedAt: new Date(refund.requestedAt),
    settledAt: settledAt === undefined ? null : new Date(settledAt),
  };
}
