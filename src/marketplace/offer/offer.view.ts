// Offers and their revisions, turned into what the API shows of them.
import type { Instant } from '../../kernel/clock';
import { type Id, toGlobalId } from '../../kernel/id';
import type { Money } from '../../kernel/money';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueOffer } from '../../program/catalogue-item';
import type { OfferDefinition } from '../../program/program';
import type { SupplyLeft } from '../stock.service';
import { hasStock } from '../supply';
import { type RegisteredOffer, type Revision, shownRevision } from './offer';
import type { OfferRevisionType, OfferTermsType, OfferType } from './offer.type';
import { catalogueCode } from './offer-catalogue.store';

/** `supplies`: what there is left of offers, by their ids. */
export interface ShowOffer {
  readonly catalogue: Catalogue;
  readonly supplies: ReadonlyMap<Id, SupplyLeft>;
}

/** An offer of the catalogue; `registered` is there for those that a partner registered. */
export function catalogueOfferView(
  offer: CatalogueOffer,
  show: ShowOffer,
  registered: RegisteredOffer | undefined,
): OfferType {
  const { currency } = show.catalogue.settings;
  const { view } = offer;
  return {
    id: view.id,
    code: offer.code,
    title: view.title,
    partner: offer.partner.code,
    fulfilment: offer.fulfilment,
    faceValue: view.faceValue,
    unitCost: { amount: offer.unitCost, currency },
    costBasis: offer.costBasis,
    stockLeft: hasStock(offer) ? (show.supplies.get(offer.id)?.stock ?? 0) : null,
    budgetLeft: budgetLeft(offer.id, show),
    validFrom: view.validFrom,
    validUntil: view.validUntil,
    state: registered?.offer.state ?? 'LIVE',
    registered: registered !== undefined,
    live: revisionView(registered?.live, currency),
    open: revisionView(registered?.open, currency),
  };
}

/** An offer that a partner registered, whether or not members see it. */
export function registeredOfferView(registered: RegisteredOffer, show: ShowOffer): OfferType {
  const { offer } = registered;
  const { currency } = show.catalogue.settings;
  const definition = shownRevision(registered)!.definition;
  const terms = termsView(definition, currency);
  // Before it was ever live it has no stock yet, and then what it is to get.
  const left = offer.number === undefined ? definition.stock : show.supplies.get(offer.id)?.stock;
  return {
    id: toGlobalId('offer', offer.id),
    code: catalogueCode(definition.partner, offer.code),
    title: definition.title,
    partner: definition.partner,
    fulfilment: definition.fulfilment,
    faceValue: terms.faceValue,
    unitCost: terms.unitCost,
    costBasis: definition.costBasis,
    stockLeft: hasStock(definition) ? (left ?? 0) : null,
    budgetLeft: budgetLeft(offer.id, show),
    validFrom: terms.validFrom,
    validUntil: terms.validUntil,
    state: offer.state,
    registered: true,
    live: revisionView(registered.live, currency),
    open: revisionView(registered.open, currency),
  };
}

export function revisionView(revision: Revision | undefined, currency: string): OfferRevisionType | null {
  if (!revision) return null;
  const { number, state, definition, reason = null, reviewedBy = null } = revision;
  return {
    number,
    state,
    terms: termsView(definition, currency),
    reason,
    createdAt: new Date(revision.createdAt),
    submittedAt: dateOf(revision.submittedAt),
    reviewedAt: dateOf(revision.reviewedAt),
    reviewedBy,
  };
}

function budgetLeft(offerId: Id, { supplies, catalogue }: ShowOffer): Money | null {
  const amount = supplies.get(offerId)?.budget;
  return amount === undefined ? null : { amount, currency: catalogue.settings.currency };
}

function termsView(definition: OfferDefinition, currency: string): OfferTermsType {
  const { description, useConditions, offerRef, audience, validFrom, validUntil, stock, dailyStock } = definition;
  const { memberLimit, memberLimits, minSpend, budget } = definition;
  const money = (amount: number): Money => ({ amount, currency });
  return {
    ...definition,
    description: description ?? null,
    useConditions: useConditions ?? null,
    offerRef: offerRef ?? null,
    audience: { ...audience, condition: audience.condition ?? null },
    validFrom: dateOf(validFrom),
    validUntil: dateOf(validUntil),
    stock: stock ?? null,
    dailyStock: dailyStock ?? null,
    memberLimits: [...(memberLimit ? [memberLimit] : []), ...memberLimits],
    minSpend: minSpend === undefined ? null : money(minSpend),
    unitCost: money(definition.unitCost),
    faceValue: money(definition.faceValue),
    budget: budget === undefined ? null : money(budget),
  };
}

function dateOf(value: Instant | string | undefined): Date | null {
  return value === undefined ? null : new Date(value);
}
