// The worst case: the most that an offer, and all of them together, could cost one card in one of its terms.
import type { Id } from '../../kernel/id';
import type { PeriodKind } from '../../kernel/period';
import type { CatalogueSubCaps } from '../../program/catalogue-item';
import type { BenefitClass } from '../../program/program';
import { mostFlow } from './most-flow';
import { type DayNumber, lastDayOf, STARTS, type TermDays, weekdayOf } from './term-days';

/** What may cost a card something: an offer, or an entitlement of its plan. Amounts are in the minor unit. */
export interface Exposing {
  readonly unitCost: number;
  /** What a cap does not cover is paid by the member, so that any rest of a cap can be used up. */
  readonly coPay: boolean;
  readonly benefitClass: BenefitClass;
  readonly partner?: Id;
  /** Uses of one member in each period. */
  readonly limits: readonly { readonly limit: number; readonly period: PeriodKind }[];
  /** Uses in all. */
  readonly stock?: number;
  /** Uses a day. */
  readonly dailyStock?: number;
  /** Money in all. */
  readonly budget?: number;
  /** Both inclusive; absent: always. */
  readonly from?: DayNumber;
  readonly until?: DayNumber;
  /** Whether it may be taken on a day of the week (0 = Monday); absent: on all. */
  readonly openOn?: (weekday: number) => boolean;
}

/** The limits of a plan that are parts of its cap. */
export type SubCaps = CatalogueSubCaps;

/** The most that one term may be charged for it, by its limits and the sub-caps; infinite when nothing bounds it. */
export function exposureOf(item: Exposing, days: TermDays, subCaps: SubCaps): number {
  const { unitCost, coPay, budget, benefitClass, partner } = item;
  const perUse = subCaps.perUse ?? Number.POSITIVE_INFINITY;
  const charge = coPay ? Math.min(unitCost, perUse) : unitCost;
  if (charge === 0 || charge > perUse) return 0;
  const inAll = Math.min(
    budget ?? Number.POSITIVE_INFINITY,
    subCaps.perClass.get(benefitClass) ?? Number.POSITIVE_INFINITY,
    subCaps.perPartner.get(partner ?? '') ?? Number.POSITIVE_INFINITY,
  );
  // With co-pay any rest of money is used up, so money itself is counted; else whole uses are.
  const size = coPay ? charge : 1;
  const room = (money: number) => (coPay ? money : Math.floor(money / charge));
  const bounds = boundsOf(item, size);
  bounds.push({ period: 'TERM', most: room(inAll) });
  if (subCaps.perMonth !== undefined) bounds.push({ period: 'MONTH', most: room(subCaps.perMonth) });
  return mostInOneTerm(item, days, bounds) * (coPay ? 1 : charge);
}

interface Bound {
  readonly period: PeriodKind;
  readonly most: number;
}

function boundsOf({ limits, stock, dailyStock }: Exposing, size: number): Bound[] {
  const bounds = limits.map(({ limit, period }) => ({ period, most: limit * size }));
  if (stock !== undefined) bounds.push({ period: 'TERM', most: stock * size });
  if (dailyStock !== undefined) bounds.push({ period: 'DAY', most: dailyStock * size });
  return bounds;
}

/**
 * Terms that begin on each day of a year are gone through day by day, and of each day as much is taken as its periods
 * still have. That is the most there is: what is taken early blocks no more than the same taken later, because days,
 * weeks and months are runs of days.
 */
function mostInOneTerm(item: Exposing, days: TermDays, bounds: readonly Bound[]): number {
  const least = new Map<PeriodKind, number>();
  for (const { period, most } of bounds) least.set(period, Math.min(most, least.get(period) ?? most));
  const inAll = least.get('TERM') ?? Number.POSITIVE_INFINITY;
  const counted = (['DAY', 'WEEK', 'MONTH'] as const).filter((period) => Number.isFinite(least.get(period)));
  let most = 0;
  for (let start = days.first; start < days.first + STARTS && most < inAll; start += 1) {
    most = Math.max(most, mostFrom(item, days, start, { inAll, counted, least }));
  }
  return most;
}

interface Counting {
  readonly inAll: number;
  readonly counted: readonly PeriodKind[];
  readonly least: ReadonlyMap<PeriodKind, number>;
}

function mostFrom(item: Exposing, days: TermDays, start: DayNumber, counting: Counting): number {
  const { inAll, counted, least } = counting;
  const end = Math.min(lastDayOf(days.term, start), item.until ?? Number.POSITIVE_INFINITY);
  const current = counted.map(() => Number.NaN);
  const left = counted.map(() => 0);
  let taken = 0;
  for (let day = Math.max(start, item.from ?? start); day <= end && taken < inAll; day += 1) {
    if (item.openOn && !item.openOn(weekdayOf(day))) continue;
    let room = inAll - taken;
    for (const [at, period] of counted.entries()) {
      const number = days.periodOf(period, day);
      if (number !== current[at]) {
        current[at] = number;
        left[at] = least.get(period)!;
      }
      room = Math.min(room, left[at]!);
    }
    taken += room;
    for (let at = 0; at < left.length; at += 1) left[at]! -= room;
  }
  return taken;
}

/** What one item adds to the whole. */
export interface Share {
  readonly cost: number;
  readonly benefitClass: BenefitClass;
  readonly partner?: Id;
}

/**
 * The most that all items together may cost one term: the sum of what each may, as far as the sub-caps of classes,
 * partners and months let it through. Infinite when nothing bounds it.
 */
export function exposureOfAll(shares: readonly Share[], days: TermDays, subCaps: SubCaps): number {
  const { perClass, perPartner, perMonth } = subCaps;
  const inMonths = perMonth === undefined ? Number.POSITIVE_INFINITY : perMonth * days.mostMonths();
  const flow = mostFlow(
    shares.map(({ cost, benefitClass, partner }) => ({ from: benefitClass, to: partner ?? '', most: cost })),
    (benefitClass) => perClass.get(benefitClass as BenefitClass) ?? Number.POSITIVE_INFINITY,
    (partner) => perPartner.get(partner) ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(flow, inMonths);
}
