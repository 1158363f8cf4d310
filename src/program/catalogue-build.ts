// Makes the catalogue's items out of stored ones: pure, and run once for each change of the catalogue.
import { assert } from '../kernel/assert';
import { type GlobalIdType, type Id, namedId, toGlobalId } from '../kernel/id';
import type { Money, Unit } from '../kernel/money';
import type {
  CatalogueBenefit,
  CatalogueEntitlement,
  CatalogueItem,
  CatalogueLevel,
  CatalogueOffer,
  CataloguePartner,
  CataloguePlan,
  Costs,
  Entitling,
  StoredItem,
} from './catalogue-item';
import {
  type Benefit,
  type BenefitClass,
  type Code,
  costCapOfPlan,
  type DefinitionOf,
  type Entitlement,
  type ItemKind,
  type Level,
  type OfferDefinition,
  type Partner,
  type Plan,
  type Priced,
} from './program';
import { itemKey } from './program-item';

/** Looks an item up among all, retired ones too: what is retired may still be referred to by what is. */
export interface Lookup {
  readonly currency: Unit;
  idOf(kind: ItemKind, code: Code): Id;
  readonly benefits: ReadonlyMap<Id, CatalogueBenefit>;
  readonly partners: ReadonlyMap<Id, CataloguePartner>;
}

export function lookUpIds(items: readonly StoredItem[]): Lookup['idOf'] {
  const ids = new Map(items.map((item) => [itemKey(item.kind, item.code), item.id]));
  return (kind, code) => {
    const id = ids.get(itemKey(kind, code));
    assert(id !== undefined, `the catalogue refers to ${kind} ${code}, which is not stored`);
    return id;
  };
}

/** The definition of an item, which the schema has checked before it was stored. */
export function definitionOf<Kind extends keyof DefinitionOf>(item: StoredItem, kind: Kind): DefinitionOf[Kind] {
  assert(item.kind === kind, `item ${item.id} is a ${item.kind}, not a ${kind}`);
  return item.definition as unknown as DefinitionOf[Kind];
}

export function benefitFrom(item: StoredItem, benefit: Benefit, currency: Unit): CatalogueBenefit {
  const base = baseOf('benefit', item);
  const { code, name, redeemable } = benefit;
  const view = Object.freeze({
    id: base.globalId,
    code,
    name,
    class: benefit.class,
    redeemable,
    description: benefit.description ?? null,
    useConditions: benefit.useConditions ?? null,
    faceValue: money(benefit.faceValue, currency),
    pointsPrice: benefit.pointsPrice,
  });
  return Object.freeze({ ...base, ...costsOf(benefit), name, class: benefit.class, redeemable, view });
}

export function levelFrom(item: StoredItem, level: Level, lookup: Lookup): CatalogueLevel {
  const base = baseOf('level', item);
  const { code, name, rank, threshold } = level;
  const view = Object.freeze({ id: base.globalId, code, name, rank, threshold });
  return Object.freeze({ ...base, ...entitling(item.id, level.entitlements, lookup), name, rank, threshold, view });
}

export function planFrom(item: StoredItem, plan: Plan, lookup: Lookup): CataloguePlan {
  const base = baseOf('plan', item);
  const { code, name, kind, term, drawsOnParentCap, pointsMultiplier } = plan;
  const price = money(plan.price, lookup.currency);
  const { perMonth, perUse, perClass, perPartner } = plan.subCaps;
  const subCaps = Object.freeze({
    perMonth,
    perUse,
    perClass: new Map(Object.entries(perClass) as [BenefitClass, number][]),
    perPartner: new Map(Object.entries(perPartner).map(([partner, cap]) => [lookup.idOf('PARTNER', partner), cap])),
  });
  return Object.freeze({
    ...base,
    ...entitling(item.id, plan.entitlements, lookup),
    name,
    kind,
    price,
    term,
    subCaps,
    drawsOnParentCap,
    pointsMultiplier,
    costCap: costCapOfPlan(plan),
    parentPlans: new Set(plan.parentPlans.map((parent) => lookup.idOf('PLAN', parent))),
    view: Object.freeze({ id: base.globalId, code, name, kind, price, pointsMultiplier }),
  });
}

export function partnerFrom(item: StoredItem, partner: Partner): CataloguePartner {
  const base = baseOf('partner', item);
  const { code, name } = partner;
  return Object.freeze({ ...base, name, view: Object.freeze({ id: base.globalId, code, name }) });
}

export function offerFrom(item: StoredItem, offer: OfferDefinition, lookup: Lookup): CatalogueOffer {
  const base = baseOf('offer', item);
  const { code, title, kind, fulfilment, benefitClass, stock, pointsPrice, memberLimit, validFrom, validUntil } = offer;
  const partner = lookup.partners.get(lookup.idOf('PARTNER', offer.partner));
  assert(partner, `offer ${code} has no partner ${offer.partner}`);
  const { levels, plans, tags } = offer.audience;
  const view = Object.freeze({
    id: base.globalId,
    code,
    title,
    kind,
    pointsPrice,
    partner: partner.view,
    description: offer.description ?? null,
    useConditions: offer.useConditions ?? null,
    faceValue: money(offer.faceValue, lookup.currency),
    validFrom: validFrom === undefined ? null : new Date(validFrom),
    validUntil: validUntil === undefined ? null : new Date(validUntil),
  });
  return Object.freeze({
    ...base,
    ...costsOf(offer),
    // Nothing of a partner that is suspended is live, whatever its offers say.
    retired: base.retired || partner.retired,
    title,
    kind,
    partner,
    fulfilment,
    offerRef: offer.offerRef ?? code,
    benefitClass,
    stock,
    view,
    audience: Object.freeze({
      levels: new Set(levels.map((level) => lookup.idOf('LEVEL', level))),
      plans: new Set(plans.map((plan) => lookup.idOf('PLAN', plan))),
      tags: new Set(tags),
      everybody: levels.length + plans.length + tags.length === 0,
    }),
    chargesCard: offer.card === 'REQUIRED',
    validFrom: validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom),
    validUntil: validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil),
    memberLimit:
      memberLimit &&
      Object.freeze({
        limit: memberLimit.limit,
        period: memberLimit.period === 'EVER' ? 'TERM' : memberLimit.period,
      }),
  });
}

function baseOf(type: GlobalIdType, { id, number, code, version, retired }: StoredItem): CatalogueItem {
  return { id, globalId: toGlobalId(type, id), number, code, version, retired };
}

function costsOf({ unitCost, faceValue, pointsPrice, costBasis, coPay, couponValidDays }: Priced): Costs {
  return { unitCost, faceValue, pointsPrice, costBasis, coPay, couponValidDays };
}

function money(amount: number, currency: Unit): Money {
  return Object.freeze({ amount, currency });
}

function entitling(owner: Id, entitlements: readonly Entitlement[], lookup: Lookup): Entitling {
  const list = entitlements.map((entitlement): CatalogueEntitlement => {
    const benefit = lookup.benefits.get(lookup.idOf('BENEFIT', entitlement.benefit));
    assert(benefit, `there is no benefit ${entitlement.benefit}`);
    const id = namedId('entitlement', owner, benefit.id);
    return Object.freeze({ id, globalId: toGlobalId('entitlement', id), benefit, quota: entitlement.quota });
  });
  return {
    entitlements: Object.freeze(list),
    entitlementByBenefit: new Map(list.map((entitlement) => [entitlement.benefit.id, entitlement])),
  };
}
