// A claim: what a member wants, resolved against the catalogue and its own rows, before any limit is looked at.
import type { Instant } from '../kernel/clock';
import { type Id, ZERO_ID } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import { factsOf } from '../members/facts';
import { levelOf } from '../members/level';
import { type Card, cardStatusAt } from '../members/member';
import type { MemberRows } from '../members/member-rows';
import type { Catalogue } from '../program/catalogue';
import type { Exchange } from '../program/catalogue-exchange';
import {
  type CatalogueBenefit,
  type CatalogueEntitlement,
  type CatalogueOffer,
  type Costs,
  isOpen,
} from '../program/catalogue-item';
import type { BenefitClass } from '../program/program';
import { type Asking, type Bearer, bearerOf, chosenBearer } from './bearer';
import type { ItemKind } from './redemption';

interface ClaimBase {
  readonly catalogue: Catalogue;
  readonly rows: MemberRows;
  readonly now: Instant;
  /** Absent when the operator bears the cost outside of any card. */
  readonly bearer?: Bearer;
  readonly costs: Costs;
  readonly benefitClass: BenefitClass;
  readonly itemId: Id;
  readonly itemNumber: number;
}

export interface OfferClaim extends ClaimBase {
  readonly itemKind: 'OFFER';
  readonly offer: CatalogueOffer;
  /** The item of an agreement that pays for it, of an offer that is funded by exchange. */
  readonly exchange?: Exchange;
}

export interface BenefitClaim extends ClaimBase {
  readonly itemKind: 'BENEFIT';
  readonly benefit: CatalogueBenefit;
  readonly entitlement: CatalogueEntitlement;
}

export type Claim = OfferClaim | BenefitClaim;

/** Whether the coupon is asked of the partner's API. */
export function isPartnerIssued(claim: Claim): claim is OfferClaim {
  return claim.itemKind === 'OFFER' && claim.offer.fulfilment === 'PARTNER_API';
}

/** Its cost is the partner's own: counted, and charged to no card. */
export function isPartnerFunded(claim: Claim): boolean {
  return claim.itemKind === 'OFFER' && claim.offer.funding === 'PARTNER';
}

export interface Wanted {
  readonly itemKind: ItemKind;
  readonly itemId: Id;
  /** The card to bear the cost; chosen when absent. */
  readonly cardId?: Id;
  /** What the order is worth, in the minor unit, when it is known already. */
  readonly orderAmount?: number;
}

/** The same for an id of any type, so that the answer does not tell what an unknown id is of. */
export const NO_ITEM = refuse('NOT_FOUND', 'There is no such perk or benefit.', 'item');

/** The claim, or the first refusal in precedence. */
export function resolveClaim(asking: Asking, wanted: Wanted): Claim | Refusal {
  const { catalogue, rows } = asking;
  const { cardId, itemId } = wanted;
  if (cardId !== undefined && !rows.cards.some(({ id }) => id === cardId)) {
    return refuse('NOT_FOUND', 'There is no such card.', 'card');
  }
  if (wanted.itemKind === 'OFFER') {
    const offer = catalogue.offer(itemId);
    if (!offer) return NO_ITEM;
    const claim = claimOffer(asking, offer, cardId);
    return isRefusal(claim) ? claim : (minSpendFault(offer, wanted.orderAmount) ?? claim);
  }
  const benefit = catalogue.benefit(itemId);
  return benefit ? claimBenefit(asking, benefit, cardId) : NO_ITEM;
}

/** An order that is not known yet may still reach it: the member was told, and the shop sees to it. */
function minSpendFault({ minSpend, view }: CatalogueOffer, orderAmount: number | undefined): Refusal | undefined {
  if (minSpend === undefined || orderAmount === undefined || orderAmount >= minSpend) return undefined;
  const { currency } = view.faceValue;
  const given = `The order is worth ${orderAmount}`;
  const message = `${given}; this perk asks for at least ${minSpend} (${currency}, in the minor unit).`;
  return refuse('MIN_SPEND_NOT_REACHED', message, 'orderAmount');
}

export const NOT_ON_OFFER = refuse('OFFER_NOT_LIVE', 'This perk is not on offer now.');
const OTHER_HOURS = refuse('OFFER_NOT_LIVE', 'This perk is on offer at other hours.');

export function claimOffer(asking: Asking, offer: CatalogueOffer, cardId?: Id): OfferClaim | Refusal {
  const { catalogue, rows, now } = asking;
  const everybody = cardId === undefined && offer.audience.plans.size === 0;
  const admitted = ({ id, planId }: Card) => (cardId ? id === cardId : offer.audience.plans.has(planId));
  const candidates = everybody ? rows.cards : rows.cards.filter(admitted);
  const bearer = chosenBearer(asking, candidates);
  const held = candidates[0];
  const needsCard = cardId !== undefined || offer.chargesCard || offer.audience.plans.size > 0;
  if (needsCard && !bearer && held) return notActive(held, now);
  if (!isOpen(offer, now)) return NOT_ON_OFFER;
  if (offer.schedule && !offer.schedule.isOpenAt(catalogue.time.minuteOfWeek(now))) return OTHER_HOURS;
  const outside = audienceFault(asking, offer, bearer);
  if (outside) return outside;
  if (offer.chargesCard && !bearer) {
    return refuse('NOT_ELIGIBLE', 'This perk needs a card that the member does not hold.');
  }
  const exchange = exchangeOf(asking, offer);
  if (exchange && isRefusal(exchange)) return exchange;
  return {
    itemKind: 'OFFER',
    catalogue,
    rows,
    now,
    offer,
    exchange,
    costs: exchange ? exchangeCosts(offer, exchange) : offer,
    benefitClass: offer.benefitClass,
    itemId: offer.id,
    itemNumber: offer.number,
    bearer: offer.chargesCard ? bearer : undefined,
  };
}

const NO_EXCHANGE = refuse('OFFER_NOT_LIVE', 'No agreement with the partner pays for this perk now.');

/** What pays for an offer that is funded by exchange; `undefined` for others. */
export function exchangeOf({ catalogue, now }: Asking, offer: CatalogueOffer): Exchange | Refusal | undefined {
  return offer.funding === 'EXCHANGE' ? (catalogue.exchanges.of(offer.id, now) ?? NO_EXCHANGE) : undefined;
}

/** The operator pays in kind, so no cap is charged; whether it counts at issue or at use is what was agreed. */
export function exchangeCosts(offer: CatalogueOffer, { item }: Exchange): Costs {
  const { faceValue, pointsPrice, couponValidDays } = offer;
  return { faceValue, pointsPrice, couponValidDays, unitCost: 0, coPay: false, costBasis: item.countsAt };
}

function audienceFault(asking: Asking, offer: CatalogueOffer, bearer: Bearer | undefined): Refusal | undefined {
  const { audience } = offer;
  if (audience.everybody) return undefined;
  const { levels, plans, tags } = audience;
  const level = levels.size > 0 ? levelOf(asking) : undefined;
  if (levels.size > 0 && !(level && levels.has(level.id))) {
    return refuse('NOT_ELIGIBLE', 'This perk is for members of another level.');
  }
  if (plans.size > 0 && !(bearer && plans.has(bearer.plan.id))) {
    return refuse('NOT_ELIGIBLE', 'This perk is for holders of another card.');
  }
  if (tags.size > 0 && !asking.rows.member.tags.some((tag) => tags.has(tag))) {
    return refuse('NOT_ELIGIBLE', 'This perk is for another group of members.');
  }
  if (audience.condition && !audience.condition(factsOf(asking, bearer))) {
    return refuse('NOT_ELIGIBLE', 'The member does not meet the condition of this perk.');
  }
  return undefined;
}

function notActive(card: Card, now: Instant): Refusal {
  const status = cardStatusAt(card, now);
  if (status === 'ACTIVE') {
    return refuse(
      'CARD_NOT_ACTIVE',
      'The card hangs on another one that is not active. Renew that one to go on.',
      'card',
    );
  }
  const next = status === 'EXPIRED' ? 'Renew it to go on.' : status === 'UPCOMING' ? 'Wait until its term begins.' : '';
  return refuse('CARD_NOT_ACTIVE', `The card is ${status.toLowerCase()}. ${next}`.trim(), 'card');
}

export function claimBenefit(asking: Asking, benefit: CatalogueBenefit, cardId?: Id): BenefitClaim | Refusal {
  const { catalogue, rows } = asking;
  const entitling = rows.cards.filter(
    ({ id, planId }) => (!cardId || id === cardId) && catalogue.plan(planId)?.entitlementByBenefit.has(benefit.id),
  );
  for (const card of entitling) {
    const bearer = bearerOf(asking, card);
    const entitlement = bearer?.plan.entitlementByBenefit.get(benefit.id);
    if (entitlement) return benefitClaim(asking, entitlement, bearer);
  }
  const ofLevel = cardId ? undefined : levelOf(asking)?.entitlementByBenefit.get(benefit.id);
  if (ofLevel) return benefitClaim(asking, ofLevel, undefined);
  const held = entitling[0];
  if (held) return notActive(held, asking.now);
  return refuse('NOT_ELIGIBLE', 'Neither a card nor the level of the member entitles to this benefit.');
}

/** The claim of one entitlement on the card (or level) that grants it. */
export function benefitClaim(
  asking: Asking,
  entitlement: CatalogueEntitlement,
  bearer: Bearer | undefined,
): BenefitClaim | Refusal {
  const { benefit } = entitlement;
  if (!benefit.redeemable) return refuse('NOT_ELIGIBLE', 'This benefit applies by itself; there is nothing to claim.');
  if (benefit.retired) return refuse('OFFER_NOT_LIVE', 'This benefit is no longer in the program.');
  const { catalogue, rows, now } = asking;
  return {
    itemKind: 'BENEFIT',
    catalogue,
    rows,
    now,
    benefit,
    entitlement,
    bearer,
    costs: benefit,
    benefitClass: benefit.class,
    itemId: benefit.id,
    itemNumber: benefit.number,
  };
}

/** What a quota hangs on: the term of the card that entitles, or the level. */
export function quotaRef(claim: BenefitClaim): Id {
  return claim.bearer?.term.id ?? ZERO_ID;
}
