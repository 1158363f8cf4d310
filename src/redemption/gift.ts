// A gift: a coupon that the operator gives by itself, for a task, a draw or a birthday. Nobody claims it.
import { type Id, ZERO_ID } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { type CatalogueBenefit, type CatalogueOffer, isOpen } from '../program/catalogue-item';
import { type Asking, chosenBearer } from './bearer';
import { type Claim, exchangeCosts, exchangeOf, NO_ITEM, NOT_ON_OFFER } from './claim';
import type { ItemKind } from './redemption';

export interface GiftInput {
  readonly memberId: Id;
  readonly itemKind: ItemKind;
  readonly itemId: Id;
  /** Names the gift for good: it is given once, whoever asks how often. */
  readonly key: Id;
  /** Who gives, in words that are kept with the coupon: `campaign birthday`. At most 190 characters. */
  readonly source?: string;
}

/**
 * The claim that a gift is. A benefit comes without a quota, an offer without its audience and its hours, since whoever
 * gives has judged the member already; neither costs points. Stock, limits, budget and caps hold as for everybody.
 *
 * The cost is borne by a running card that entitles to the benefit, or, for an offer that charges cards, by the card
 * that would bear it when it is claimed; by the operator when the member has no such card.
 */
export function giftClaim(asking: Asking, { itemKind, itemId }: GiftInput): Claim | Refusal {
  if (itemKind === 'BENEFIT') {
    const benefit = asking.catalogue.benefit(itemId);
    return benefit ? benefitGift(asking, benefit) : NO_ITEM;
  }
  const offer = asking.catalogue.offer(itemId);
  return offer ? offerGift(asking, offer) : NO_ITEM;
}

function benefitGift(asking: Asking, benefit: CatalogueBenefit): Claim | Refusal {
  const { catalogue, rows } = asking;
  if (benefit.retired) return refuse('OFFER_NOT_LIVE', 'This benefit is no longer in the program.');
  if (!benefit.redeemable) return refuse('NOT_ELIGIBLE', 'This benefit applies by itself; there is nothing to give.');
  const entitling = rows.cards.filter(({ planId }) => catalogue.plan(planId)?.entitlementByBenefit.has(benefit.id));
  return {
    ...asking,
    itemKind: 'BENEFIT',
    benefit,
    entitlement: { id: ZERO_ID, globalId: '', benefit },
    bearer: chosenBearer(asking, entitling),
    costs: { ...benefit, pointsPrice: 0 },
    benefitClass: benefit.class,
    itemId: benefit.id,
    itemNumber: benefit.number,
  };
}

function offerGift(asking: Asking, offer: CatalogueOffer): Claim | Refusal {
  const { rows, now } = asking;
  if (!isOpen(offer, now)) return NOT_ON_OFFER;
  const exchange = exchangeOf(asking, offer);
  if (exchange && isRefusal(exchange)) return exchange;
  const { plans } = offer.audience;
  const candidates = plans.size === 0 ? rows.cards : rows.cards.filter(({ planId }) => plans.has(planId));
  return {
    ...asking,
    itemKind: 'OFFER',
    offer,
    exchange,
    bearer: offer.chargesCard ? chosenBearer(asking, candidates) : undefined,
    costs: { ...(exchange ? exchangeCosts(offer, exchange) : offer), pointsPrice: 0 },
    benefitClass: offer.benefitClass,
    itemId: offer.id,
    itemNumber: offer.number,
  };
}
