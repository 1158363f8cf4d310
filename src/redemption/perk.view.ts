// Perks and benefits as a member sees them: the catalogue's offers with what is left of each for this member.

import { encodeCursor } from '../kernel/page';
import { isRefusal, refuse } from '../kernel/refusal';
import type { StockService } from '../marketplace/stock.service';
import { levelOf } from '../members/level';
import { type CardView, MemberView, type Standing } from '../members/member.view';
import { type CatalogueEntitlement, type CatalogueOffer, isOpen } from '../program/catalogue-item';
import { type Connection } from '../request/connection';
import { type Asking, type Bearer, bearerOf } from './bearer';
import { benefitClaim, claimOffer } from './claim';
import { freshness, narrowed, type PartnerAvailability, type RemotePerks } from './partner-availability';
import type { EntitledBenefitType, PerkType } from './perk.type';
import { type BudgetBoard, outlookOf, quotaOf, unusable } from './usability';

export const PERK_CURSOR = 'perk';

const cursors = new WeakMap<CatalogueOffer, string>();

function cursorOf(offer: CatalogueOffer): string {
  const known = cursors.get(offer);
  if (known !== undefined) return known;
  const cursor = encodeCursor(PERK_CURSOR, String(offer.number));
  cursors.set(offer, cursor);
  return cursor;
}

/** Where perks are kept count of: in the gateway, and at partners. */
export interface PerkSupply {
  readonly stock: StockService;
  readonly partners: PartnerAvailability;
  readonly budgets: BudgetBoard;
}

/**
 * Live offers in the order of the catalogue, those that the member cannot use included: it is told why. At once,
 * unless a partner is asked for the first time about what is on the page.
 */
export function perkPage(
  standing: Standing,
  supply: PerkSupply,
  first: number,
  after?: number,
): Connection<PerkType> | Promise<Connection<PerkType>> {
  const { offers, hasNextPage } = offersOf(standing, first, after);
  const remote = supply.partners.look(offers, standing.now);
  const page = (perks: RemotePerks | undefined): Connection<PerkType> => {
    const { rows, catalogue, now } = standing;
    const asking: Asking = { rows, catalogue, now, bearers: new Map() };
    const edges = offers.map((offer) => ({
      cursor: cursorOf(offer),
      node: perkOf(asking, supply, offer, perks),
    }));
    return { edges, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
  };
  return remote instanceof Promise ? remote.then(page) : page(remote);
}

function offersOf({ catalogue, now }: Standing, first: number, after?: number) {
  const offers: CatalogueOffer[] = [];
  for (let at = after === undefined ? 0 : catalogue.offerIndexAfter(after); at < catalogue.offers.length; at += 1) {
    const offer = catalogue.offers[at]!;
    if (!isOpen(offer, now)) continue;
    if (offers.length === first) return { offers, hasNextPage: true };
    offers.push(offer);
  }
  return { offers, hasNextPage: false };
}

function perkOf(asking: Asking, supply: PerkSupply, offer: CatalogueOffer, remote?: RemotePerks): PerkType {
  const { stock, budgets } = supply;
  const { view } = offer;
  const left = stock.supply(offer, asking.catalogue, asking.now);
  const known = remote?.of(offer);
  const { usability, remaining } = narrowed(outlookOf(claimOffer(asking, offer), left, budgets), known);
  return {
    id: view.id,
    title: view.title,
    kind: view.kind,
    partner: view.partner,
    description: view.description,
    useConditions: view.useConditions,
    faceValue: view.faceValue,
    minSpend: view.minSpend,
    pointsPrice: view.pointsPrice,
    remainingForMe: remaining,
    validUntil: view.validUntil,
    availability: freshness(left, known, asking.now),
    usability,
  };
}

const NOT_ACTIVE = unusable([refuse('CARD_NOT_ACTIVE', 'The card is not active.')]);
const APPLIES_BY_ITSELF = { usable: true, reasons: [] };

/** The benefits of a card's plan, each with its quota and whether it can be used on this card. */
export function cardBenefits(view: CardView, budgets: BudgetBoard): EntitledBenefitType[] {
  const { standing, card } = view;
  const plan = standing.catalogue.plan(card.planId);
  const bearer = bearerOf(standing, card);
  return (plan?.entitlements ?? []).map((entitlement) => entitledBenefit(standing, entitlement, { bearer, budgets }));
}

/** The benefits that the member's level grants. */
export function levelBenefits(view: MemberView, budgets: BudgetBoard): EntitledBenefitType[] {
  const { standing } = view;
  const level = levelOf(standing);
  return (level?.entitlements ?? []).map((entitlement) =>
    entitledBenefit(standing, entitlement, { budgets, ofLevel: true }),
  );
}

function entitledBenefit(
  standing: Standing,
  entitlement: CatalogueEntitlement,
  { bearer, budgets, ofLevel = false }: { bearer?: Bearer; budgets: BudgetBoard; ofLevel?: boolean },
): EntitledBenefitType {
  const { benefit } = entitlement;
  if (!bearer && !ofLevel) return { benefit: benefit.view, quota: null, usability: NOT_ACTIVE };
  if (!benefit.redeemable) return { benefit: benefit.view, quota: null, usability: APPLIES_BY_ITSELF };
  const claim = benefitClaim(standing, entitlement, bearer);
  const { usability, limits } = outlookOf(claim, undefined, budgets);
  return { benefit: benefit.view, quota: isRefusal(claim) ? null : quotaOf(claim, limits), usability };
}
