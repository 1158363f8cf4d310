// What a reviewer must know of an offer: its worst case on the cap of each plan, alone and with all others.
import type { Instant } from '../../kernel/clock';
import type { PeriodKind } from '../../kernel/period';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueOffer, CataloguePlan, Costs } from '../../program/catalogue-item';
import { type Exposing, exposureOf, exposureOfAll, type Share } from './exposure';
import { type DayNumber, dayNumber, TermDays } from './term-days';

/** Integers in the minor unit; infinite when nothing but the cap bounds it. */
export interface PlanExposure {
  readonly plan: CataloguePlan;
  readonly cap: number;
  readonly alone: number;
  /** With all other live offers and the plan's entitlements. */
  readonly together: number;
}

export interface OfferExposure {
  readonly plans: readonly PlanExposure[];
  /** What all members together may cost with it, card or no card. */
  readonly inAll: number;
}

/** As they are told to the reviewer. */
export const ASSUMPTIONS: readonly string[] = [
  'One member takes all that its own limits, the stock, the daily stock and the budget allow, and uses every coupon.',
  'The member meets every condition and has the level, the tags and the points that are asked for.',
  'Terms may begin on any day within a year from today, at any time of day; the worst of them counts.',
  'Sub-caps of class, partner, month and single use hold; the cap of the card, which it is compared with, does not.',
  'A stock of codes is taken as unlimited, because codes can be added at any time.',
  'Where a privilege plan draws on the cap of its parent, what it may cost counts for the parent as well.',
  'What the partner funds, and what no card is charged for, costs no card anything.',
];

/** The worst cases of the plans that `candidate` may be charged to; it need not be in the catalogue. */
export function offerExposure(catalogue: Catalogue, candidate: CatalogueOffer, now: Instant): OfferExposure {
  const { year, month, day } = catalogue.time.localDate(now);
  const today = dayNumber(year, month, day);
  const others = catalogue.offers.filter(({ id }) => id !== candidate.id);
  const plans = catalogue.plans
    .filter((plan) => bearersOf(catalogue, plan).some((bearer) => charges(candidate, bearer)))
    .map((plan) => planExposure(catalogue, plan, [candidate, ...others], today));
  return { plans, inAll: inAllOf(candidate) };
}

/** `offers`: the first is the one that is looked at alone as well. */
function planExposure(
  catalogue: Catalogue,
  plan: CataloguePlan,
  offers: readonly CatalogueOffer[],
  today: DayNumber,
): PlanExposure {
  const { days, known } = lookAt(plan, today);
  const bearers = bearersOf(catalogue, plan);
  const share = (item: Exposing): Share => {
    const name = JSON.stringify({ ...item, open: item.openOn && [0, 1, 2, 3, 4, 5, 6].map(item.openOn) });
    const cost = known.get(name) ?? exposureOf(item, days, plan.subCaps);
    known.set(name, cost);
    return { cost, benefitClass: item.benefitClass, partner: item.partner };
  };
  const shares = offers
    .filter((offer) => bearers.some((bearer) => charges(offer, bearer)))
    .map((offer) => share(exposingOf(catalogue, offer)));
  const entitled = bearers.flatMap(({ entitlements }) =>
    entitlements.filter(({ benefit }) => benefit.redeemable && !benefit.retired),
  );
  const alone = shares[0]!.cost;
  for (const { benefit, quota } of entitled) {
    shares.push(share({ ...moneyOf(benefit), benefitClass: benefit.class, limits: quota ? [quota] : [] }));
  }
  return { plan, cap: plan.costCap, alone, together: exposureOfAll(shares, days, plan.subCaps) };
}

/** What was worked out of a plan before: a queue asks for the same offers once for each that waits. */
interface Looked {
  readonly days: TermDays;
  readonly known: Map<string, number>;
}
const looked = new WeakMap<CataloguePlan, Looked>();

function lookAt(plan: CataloguePlan, today: DayNumber): Looked {
  const last = looked.get(plan);
  if (last?.days.first === today) return last;
  const fresh = { days: new TermDays(today, plan.term), known: new Map() };
  looked.set(plan, fresh);
  return fresh;
}

/** The plan, and those of which the cards draw on its cap. */
function bearersOf(catalogue: Catalogue, plan: CataloguePlan): CataloguePlan[] {
  const drawing = catalogue.plans.filter((other) => other.drawsOnParentCap && other.parentPlans.has(plan.id));
  return [plan, ...drawing];
}

function charges(offer: CatalogueOffer, { id }: CataloguePlan): boolean {
  const { plans } = offer.audience;
  return offer.funding === 'OPERATOR' && offer.chargesCard && (plans.size === 0 || plans.has(id));
}

function exposingOf(catalogue: Catalogue, offer: CatalogueOffer): Exposing {
  const { benefitClass, partner, memberLimits, stock, dailyStock, budget, schedule, validFrom, validUntil } = offer;
  return {
    ...moneyOf(offer),
    benefitClass,
    partner: partner.id,
    limits: memberLimits as readonly { limit: number; period: PeriodKind }[],
    stock,
    dailyStock,
    budget,
    from: dayOf(catalogue, validFrom),
    // The last moment before it closes.
    until: dayOf(catalogue, validUntil - 1),
    openOn: schedule && ((weekday) => schedule.isOpenOn(weekday)),
  };
}

function dayOf(catalogue: Catalogue, instant: Instant): DayNumber | undefined {
  if (!Number.isFinite(instant)) return undefined;
  const { year, month, day } = catalogue.time.localDate(instant);
  return dayNumber(year, month, day);
}

function moneyOf({ unitCost, coPay }: Costs): Pick<Exposing, 'unitCost' | 'coPay'> {
  return { unitCost, coPay };
}

function inAllOf({ unitCost, stock, budget }: CatalogueOffer): number {
  if (unitCost === 0) return 0;
  return Math.min((stock ?? Number.POSITIVE_INFINITY) * unitCost, budget ?? Number.POSITIVE_INFINITY);
}
