// Perks and benefits as a member sees them: the catalogue's offers with what is left of each for this member.

import { encodeCursor } from '../kernel/page';
import { isRefusal, refuse } from '../kernel/refusal';
import type { StockService } from '../marketplace/stock.service';
import { type CardView, MemberView, type Standing } from '../members/member.view';
import { type CatalogueEntitlement, type CatalogueOffer, isOpen } from '../program/catalogue-item';
import { type Bearer, bearerOf, benefitClaim, claimOffer } from './claim';
import type { EntitledBenefitType, PerkConnectionType, PerkType } from './perk.type';
import { outlookOf, quotaOf, unusable } from './usability';

export const PERK_CURSOR = 'perk';

const cursors = new WeakMap<CatalogueOffer, string>();

function cursorOf(offer: CatalogueOffer): string {
  const known = cursors.get(offer);
  if (known !== undefined) return known;
  const cursor = encodeCursor(PERK_CURSOR, String(offer.number));
  cursors.set(offer, cursor);
  return cursor;
}

/** Live offers in the order of the catalogue, those that the member cannot use included: it is told why. */
export function perkPage(standing: Standing, stock: StockService, first: number, after?: number): PerkConnectionType {
  const { catalogue, now } = standing;
  const { offers } = catalogue;
  const edges: { cursor: string; node: PerkType }[] = [];
  let hasNextPage = false;
  for (let at = after === undefined ? 0 : catalogue.offerIndexAfter(after); at < offers.length; at += 1) {
    const offer = offers[at]!;
    if (!isOpen(offer, now)) continue;
    if (edges.length === first) {
      hasNextPage = true;
      break;
    }
    edges.push({ cursor: cursorOf(offer), node: perkOf(standing, stock, offer) });
  }
  return { edges, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
}

export function perkOf(standing: Standing, stock: StockService, offer: CatalogueOffer): PerkType {
  const { view } = offer;
  const left = stock.left(offer);
  const { usability, remaining } = outlookOf(claimOffer(standing, offer), left);
  return {
    id: view.id,
    title: view.title,
    kind: view.kind,
    partner: view.partner,
    description: view.description,
    useConditions: view.useConditions,
    faceValue: view.faceValue,
    pointsPrice: view.pointsPrice,
    remainingForMe: remaining,
    validUntil: view.validUntil,
    // Terms come from the catalogue of this request; only a stock is as old as the board.
    availability: left
      ? { source: 'CACHED', asOf: new Date(left.asOf) }
      : { source: 'LIVE', asOf: new Date(standing.now) },
    usability,
  };
}

const NOT_ACTIVE = unusable([refuse('CARD_NOT_ACTIVE', 'The card is not active.')]);
const APPLIES_BY_ITSELF = { usable: true, reasons: [] };

/** The benefits of a card's plan, each with its quota and whether it can be used on this card. */
export function cardBenefits(view: CardView): EntitledBenefitType[] {
  const { standing, card } = view;
  const plan = standing.catalogue.plan(card.planId);
  const bearer = bearerOf(standing, card);
  return (plan?.entitlements ?? []).map((entitlement) => entitledBenefit(standing, entitlement, bearer));
}

/** The benefits that the member's level grants. */
export function levelBenefits(view: MemberView): EntitledBenefitType[] {
  const { standing } = view;
  const level = standing.catalogue.levelForGrowth(view.growthValue);
  return (level?.entitlements ?? []).map((entitlement) => entitledBenefit(standing, entitlement, undefined, true));
}

function entitledBenefit(
  standing: Standing,
  entitlement: CatalogueEntitlement,
  bearer: Bearer | undefined,
  ofLevel = false,
): EntitledBenefitType {
  const { benefit } = entitlement;
  if (!bearer && !ofLevel) return { benefit: benefit.view, quota: null, usability: NOT_ACTIVE };
  if (!benefit.redeemable) return { benefit: benefit.view, quota: null, usability: APPLIES_BY_ITSELF };
  const claim = benefitClaim(standing, entitlement, bearer);
  const { usability, limits } = outlookOf(claim, undefined);
  return { benefit: benefit.view, quota: isRefusal(claim) ? null : quotaOf(claim, limits), usability };
}
