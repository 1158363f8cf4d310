// A quote as the API shows it: members see their own limits, staff and servers the operator's as well.
import { toRefusalType } from '../request/shared.type';
import { isCap, isExchange } from './limit';
import type { LimitLeft, Quote } from './quote';
import type { QuotedLimitType, RedemptionQuoteType } from './redemption.type';

export function toQuoteType(quote: Quote, showCaps: boolean): RedemptionQuoteType & { readonly __typename: string } {
  const { claim, cost, coPay, limits, refusals } = quote;
  const { currency } = claim.catalogue.settings;
  const shown = limits.filter((limit) => showCaps || !(isCap(limit) || isExchange(limit)));
  return {
    __typename: 'RedemptionQuote',
    redeemable: refusals.length === 0,
    refusals: refusals.map(toRefusalType),
    cost: { amount: cost, currency },
    coPay: { amount: coPay, currency },
    faceValue: { amount: claim.costs.faceValue, currency },
    pointsPrice: claim.costs.pointsPrice,
    limits: shown.map(toLimitType),
  };
}

function toLimitType({ kind, unit, takes, left, resetsAt }: LimitLeft): QuotedLimitType {
  return {
    kind,
    unit: unit.replace('#', ''),
    takes,
    left,
    resetsAt: resetsAt === undefined ? null : new Date(resetsAt),
  };
}
