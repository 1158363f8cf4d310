// Makes the catalogue's items out of stored ones: pure, and run once for each change of the catalogue.
import { assert } from '../kernel/assert';
import { type GlobalIdType, type Id, namedId, toGlobalId } from '../kernel/id';
import type { Money, Unit } from '../kernel/money';
import { PERIOD_KINDS, type PeriodKind } from '../kernel/period';
import type {
  CatalogueAudience,
  CatalogueBenefit,
  CatalogueBudget,
  CatalogueEarningRule,
  CatalogueEntitlement,
  CatalogueItem,
  CatalogueLevel,
  CatalogueOffer,
  CataloguePartner,
  CataloguePlan,
  Costs,
  Entitling,
  OfferView,
  StoredItem,
} from './catalogue-item';
import { saleFrom } from './catalogue-sale';
import { compileCondition, compileEventCondition } from './condition';
import type { Budget } from './plan-sale';
import {
  type Audience,
  type Benefit,
  type BenefitClass,
  type Code,
  costCapOfPlan,
  type DefinitionOf,
  type EarningRule,
  type Entitlement,
  type ItemKind,
  type Level,
  type OfferDefinition,
  type Partner,
  type Plan,
  type Priced,
} from './program';
import { itemKey } from './program-item';
import { Schedule } from './schedule';

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
  const { code, name, rank, threshold, minRating = 0, minDays = 0, gifts, pointsMultiplier, growthMultiplier } = level;
  const standing = { name, rank, threshold, minRating, minDays };
  const view = Object.freeze({ id: base.globalId, code, ...standing });
  const entitled = entitling(item.id, level.entitlements, lookup);
  return Object.freeze({ ...base, ...entitled, ...standing, gifts, pointsMultiplier, growthMultiplier, view });
}

export function planFrom(item: StoredItem, plan: Plan, lookup: Lookup): CataloguePlan {
  const base = baseOf('plan', item);
  const { code, name, kind, term, drawsOnParentCap, pointsMultiplier } = plan;
  const price = money(plan.price, lookup.currency);
  const sale = saleFrom(plan, lookup.currency);
  const { advertisedValue = null, professions } = sale;
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
    ...sale,
    name,
    kind,
    price,
    term,
    subCaps,
    drawsOnParentCap,
    pointsMultiplier,
    growthMultiplier: plan.growthMultiplier,
    costCap: costCapOfPlan(plan),
    parentPlans: new Set(plan.parentPlans.map((parent) => lookup.idOf('PLAN', parent))),
    view: Object.freeze({
      id: base.globalId,
      code,
      name,
      kind,
      price,
      pointsMultiplier,
      advertisedValue,
      professions,
    }),
  });
}

export function budgetFrom(item: StoredItem, budget: Budget, lookup: Lookup): CatalogueBudget {
  const { name, amount, period, plans, levels } = budget;
  return Object.freeze({
    ...baseOf('budget', item),
    name,
    amount,
    period,
    plans: new Set(plans.map((plan) => lookup.idOf('PLAN', plan))),
    levels: new Set(levels.map((level) => lookup.idOf('LEVEL', level))),
  });
}

export function partnerFrom(item: StoredItem, partner: Partner): CataloguePartner {
  const base = baseOf('partner', item);
  const { code, name } = partner;
  return Object.freeze({ ...base, name, view: Object.freeze({ id: base.globalId, code, name }) });
}

export function offerFrom(item: StoredItem, offer: OfferDefinition, lookup: Lookup): CatalogueOffer {
  const { code, title, kind, fulfilment, offerRef, funding, benefitClass, validFrom, validUntil } = offer;
  const { stock, dailyStock, minSpend, budget } = offer;
  const partner = lookup.partners.get(lookup.idOf('PARTNER', offer.partner));
  assert(partner, `offer ${code} has no partner ${offer.partner}`);
  const base = baseOf('offer', item);
  return Object.freeze({
    ...base,
    // What a partner offers goes with the partner.
    retired: base.retired || partner.retired,
    ...costsOf(offer),
    title,
    kind,
    partner,
    fulfilment,
    offerRef: offerRef ?? ownCodeOf(code),
    funding,
    benefitClass,
    stock,
    dailyStock,
    minSpend,
    budget,
    view: offerView(base, offer, partner, lookup.currency),
    audience: audienceOf(offer.audience, lookup),
    chargesCard: offer.card === 'REQUIRED',
    validFrom: validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom),
    validUntil: validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil),
    schedule: offer.schedule.length > 0 ? new Schedule(offer.schedule) : undefined,
    memberLimits: memberLimitsOf(offer),
  });
}

/** Of a registered offer, whose code in the catalogue is `partner/code`, the partner's own part of it. */
function ownCodeOf(code: string): string {
  return code.slice(code.indexOf('/') + 1);
}

function offerView(base: CatalogueItem, offer: OfferDefinition, partner: CataloguePartner, currency: Unit): OfferView {
  const { title, kind, pointsPrice, minSpend, validFrom, validUntil } = offer;
  return Object.freeze({
    id: base.globalId,
    code: base.code,
    title,
    kind,
    pointsPrice,
    partner: partner.view,
    description: offer.description ?? null,
    useConditions: offer.useConditions ?? null,
    faceValue: money(offer.faceValue, currency),
    minSpend: minSpend === undefined ? null : money(minSpend, currency),
    validFrom: validFrom === undefined ? null : new Date(validFrom),
    validUntil: validUntil === undefined ? null : new Date(validUntil),
  });
}

export function earningRuleFrom(item: StoredItem, rule: EarningRule): CatalogueEarningRule {
  const { on, eventName, when, earns, fixed, per, multiplyBy, caps, negative, priority } = rule;
  const compiled = when === undefined ? undefined : compileEventCondition(when);
  assert(!compiled || 'condition' in compiled, `the condition ${when} was stored unchecked`);
  const steps = per?.amount ?? per?.quantity;
  return Object.freeze({
    ...baseOf('earningRule', item),
    on,
    eventName,
    when: compiled?.condition,
    earns,
    by: per ? (per.amount === undefined ? ('QUANTITY' as const) : ('AMOUNT' as const)) : ('FIXED' as const),
    step: steps ?? 1,
    gives: fixed ?? per?.gives ?? 0,
    byPlan: multiplyBy.includes('PLAN'),
    byLevel: multiplyBy.includes('LEVEL'),
    caps,
    negative,
    priority,
  });
}

function audienceOf({ levels, plans, tags, condition }: Audience, lookup: Lookup): CatalogueAudience {
  const compiled = condition === undefined ? undefined : compileCondition(condition);
  assert(!compiled || 'condition' in compiled, `the condition ${condition} was stored unchecked`);
  return Object.freeze({
    levels: new Set(levels.map((level) => lookup.idOf('LEVEL', level))),
    plans: new Set(plans.map((plan) => lookup.idOf('PLAN', plan))),
    tags: new Set(tags),
    condition: compiled?.condition,
    everybody: levels.length + plans.length + tags.length === 0 && !compiled,
  });
}

function memberLimitsOf({ memberLimit, memberLimits }: OfferDefinition): CatalogueOffer['memberLimits'] {
  const limits = [...(memberLimit ? [memberLimit] : []), ...memberLimits].map(({ limit, period }) =>
    Object.freeze({ limit, period: period === 'EVER' ? ('TERM' as const) : period }),
  );
  const length = (period: PeriodKind) => PERIOD_KINDS.indexOf(period);
  return Object.freeze(limits.sort((left, right) => length(right.period) - length(left.period)));
}

export function baseOf(type: GlobalIdType, { id, number, code, version, retired }: StoredItem): CatalogueItem {
  return { id, globalId: toGlobalId(type, id), number, code, version, retired };
}

function costsOf({ unitCost, faceValue, pointsPrice, costBasis, coPay, couponValidDays }: Priced): Costs {
  return { unitCost, faceValue, pointsPrice, costBasis, coPay, couponValidDays };
}

export function money(amount: number, currency: Unit): Money {
  return Object.freeze({ amount, currency });
}

function entitling(owner: Id, entitlements: readonly Entitlement[], lookup: Lookup): Entitling {
  const list = entitlements.map((entitlement): CatalogueEntitlement => {
    const benefit = lookup.benefits.get(lookup.idOf('BENEFIT', entitlement.benefit));
    assert(benefit, `there is no benefit ${entitlement.benefit}`);
    const id = namedId('entitlement', owner, benefit.id);
    return Object.freeze({
      id,
      globalId: toGlobalId('entitlement', id),
      benefit,
      quota: entitlement.quota,
      saves: entitlement.saves,
    });
  });
  return {
    entitlements: Object.freeze(list),
    entitlementByBenefit: new Map(list.map((entitlement) => [entitlement.benefit.id, entitlement])),
  };
}
