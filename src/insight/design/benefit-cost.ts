// What the benefits of a level or a plan cost: at most, when every quota is used up, and as members use them.
import type { PeriodKind } from '../../kernel/period';
import type { Benefit, Entitlement } from '../../program/program';

/** How often a period comes in a year of 52 weeks, 12 months and 365 days. What is granted for a term comes once. */
export const PERIODS_A_YEAR: Readonly<Record<PeriodKind, number>> = { TERM: 1, YEAR: 1, MONTH: 12, WEEK: 52, DAY: 365 };

export interface BenefitUse {
  /** The part of quotas that is used, 0 to 1. */
  readonly quotas: number;
  /** How often in a month a benefit without a quota is used. */
  readonly uncounted: number;
}

/** Of one member in a year, in the minor unit. */
export interface YearlyCost {
  /** `undefined` when a benefit that costs something has no quota. */
  readonly atMost: number | undefined;
  readonly expected: number;
}

type Costing = Pick<Benefit, 'code' | 'unitCost' | 'redeemable'>;

/** The yearly cost of entitlements; benefits that are never claimed cost nothing. */
export function yearlyCost(
  entitlements: readonly Entitlement[],
  benefits: ReadonlyMap<string, Costing>,
  use: BenefitUse,
): YearlyCost {
  let atMost: number | undefined = 0;
  let expected = 0;
  for (const { benefit: code, quota } of entitlements) {
    const benefit = benefits.get(code);
    if (!benefit?.redeemable || benefit.unitCost === 0) continue;
    if (quota) {
      const most = quota.limit * PERIODS_A_YEAR[quota.period] * benefit.unitCost;
      if (atMost !== undefined) atMost += most;
      expected += most * use.quotas;
    } else {
      atMost = undefined;
      expected += use.uncounted * 12 * benefit.unitCost;
    }
  }
  return { atMost, expected: Math.round(expected) };
}
