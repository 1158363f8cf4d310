// Figures of sales and money: what was sold, what it brought and cost, whether it was worth it, and who renews.
import type { Id } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import { type FigureName, NO_CAP, SALE_KINDS, type SaleKind } from './figure';
import type { FigureSum } from './figure.store';
import type { FigureReader } from './figure-reader';
import { periodText } from './span';

/** An exact share: 3 of 7 is 3 and 7; of nothing, both are 0. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

export function fraction(numerator: number, denominator: number): Fraction {
  return { numerator, denominator };
}

export interface SalesOfKind {
  readonly kind: SaleKind;
  readonly sold: number;
  readonly share: Fraction;
  readonly revenue: number;
}

export async function salesOf(reader: FigureReader): Promise<SalesOfKind[]> {
  const sums = await reader.flows('SALES', 'REVENUE');
  const all = reader.total(sums, 'SALES');
  return (Object.keys(SALE_KINDS) as SaleKind[]).map((kind) => {
    const ofKind = ({ mark }: FigureSum) => mark === SALE_KINDS[kind];
    const sold = reader.total(sums, 'SALES', ofKind);
    return { kind, sold, share: fraction(sold, all), revenue: reader.total(sums, 'REVENUE', ofKind) };
  });
}

/** In the minor unit. */
export interface Earned {
  readonly revenue: number;
  readonly refunded: number;
  readonly cost: number;
  /** Revenue less refunds and cost. */
  readonly profit: number;
}

export interface PlanFigures extends Earned {
  readonly planId: Id | undefined;
  readonly holders: number;
  /** The terms sold in the span, with what came of them until now. */
  readonly sold: { readonly terms: number; readonly net: number; readonly cost: number; readonly cap: number };
  /** Prices ÷ caps of the terms sold. */
  readonly target: Fraction;
}

const MONEY: readonly FigureName[] = ['REVENUE', 'REFUNDED', 'COST'];
const OF_SALES: readonly FigureName[] = ['SALES', 'SALE_COST', 'SALE_REFUNDED', 'SALE_CAP'];

export async function earnedOf(reader: FigureReader): Promise<Earned> {
  return earned(reader, await reader.flows(...MONEY), () => true);
}

function earned(reader: FigureReader, sums: readonly FigureSum[], where: (sum: FigureSum) => boolean): Earned {
  const [revenue, refunded, cost] = MONEY.map((name) => reader.total(sums, name, where)) as [number, number, number];
  return { revenue, refunded, cost, profit: revenue - refunded - cost };
}

/** One for each plan of which anything was counted; without a plan: what no card bears. */
export async function plansOf(reader: FigureReader): Promise<PlanFigures[]> {
  const [sums, standing, idOf] = await Promise.all([
    reader.flows(...MONEY, ...OF_SALES),
    reader.standing('HOLDERS'),
    reader.idOf(),
  ]);
  const numbers = new Set([...sums, ...standing].map(({ one }) => one));
  return [...numbers]
    .toSorted((left, right) => left - right)
    .map((number) => {
      const ofPlan = ({ one }: FigureSum) => one === number;
      const total = (name: FigureName) => reader.total(sums, name, ofPlan);
      const money = earned(reader, sums, ofPlan);
      const [terms, cost, refunded, cap] = OF_SALES.map(total) as [number, number, number, number];
      return {
        ...money,
        planId: idOf(number),
        holders: reader.total(standing, 'HOLDERS', ofPlan),
        sold: { terms, cost, cap, net: money.revenue - refunded },
        target: fraction(money.revenue, cap),
      };
    });
}

export interface RenewalCohort {
  /** In which its members first had the plan: `2026-11`. */
  readonly month: string;
  readonly rate: Fraction;
}

export async function renewalsOf(reader: FigureReader): Promise<{ rate: Fraction; cohorts: RenewalCohort[] }> {
  const sums = await reader.flows('TERMS_ENDED', 'TERMS_RENEWED');
  const rate = (where?: (sum: FigureSum) => boolean) =>
    fraction(reader.total(sums, 'TERMS_RENEWED', where), reader.total(sums, 'TERMS_ENDED', where));
  const months = [...new Set(sums.map(({ mark }) => mark))].toSorted((left, right) => left - right);
  const cohorts = months.map((month: PeriodNumber) => ({
    month: periodText(month),
    rate: rate(({ mark }) => mark === month),
  }));
  return { rate: rate(), cohorts };
}

export interface CapUse {
  /** Tenths of the cap: above `from`, up to `to`; 0 and 0: nothing is used. */
  readonly from: number;
  readonly to: number;
  readonly terms: Fraction;
}

/** The terms sold in the span by how much of the cap is used; those without a cap are left out. */
export async function capUseOf(reader: FigureReader): Promise<CapUse[]> {
  const sums = await reader.flows('CAP_USE');
  const all = reader.total(sums, 'CAP_USE', ({ mark }) => mark !== NO_CAP);
  return Array.from({ length: NO_CAP }, (_, tenths) => ({
    from: Math.max(0, tenths - 1),
    to: tenths,
    terms: fraction(
      reader.total(sums, 'CAP_USE', ({ mark }) => mark === tenths),
      all,
    ),
  }));
}
