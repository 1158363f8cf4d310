// What a plan would have saved a member on its own purchases, had it held a card of it.
import { DAY, type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { PeriodNumber } from '../../kernel/period';
import type { Catalogue } from '../../program/catalogue';
import type { CatalogueEntitlement, CataloguePlan } from '../../program/catalogue-item';

export interface Purchase {
  readonly occurredAt: Instant;
  /** What was kept of it, in the minor unit of the program's currency. */
  readonly amount: number;
}

/** What is known of members' purchases; a later room that records events tells it. */
export interface PurchaseHistory {
  /** What the member kept, from `since` on, oldest first; of the newest 1,000 purchases and returns. */
  purchasesSince(memberId: Id, since: Instant): Promise<readonly Purchase[]>;
}

export const ESTIMATE_DAYS = 90;

/** From when on purchases count for an estimate that is made now. */
export function estimateSince(now: Instant): Instant {
  return now - ESTIMATE_DAYS * DAY;
}

/**
 * The sum over the plan's entitlements with `saves`, over the purchases of at least `minSpend`, each in its turn, as
 * long as the quota of the period that the purchase lies in is not used up by those before it:
 * `perPurchase + ⌊amount × percent ÷ 100⌋`. In the minor unit. A quota of the whole term counts once for all 90 days.
 */
export function wouldHaveSaved(
  { time }: Pick<Catalogue, 'time'>,
  plan: Pick<CataloguePlan, 'entitlements'>,
  purchases: readonly Purchase[],
): number {
  return plan.entitlements.reduce((sum, entitlement) => sum + savedBy(time, entitlement, purchases), 0);
}

/** Whether there is anything to estimate by. */
export function hasEstimate(plan: Pick<CataloguePlan, 'entitlements'>): boolean {
  return plan.entitlements.some(({ saves }) => saves !== undefined);
}

function savedBy(
  time: Catalogue['time'],
  { saves, quota }: CatalogueEntitlement,
  purchases: readonly Purchase[],
): number {
  if (!saves) return 0;
  const used = new Map<PeriodNumber, number>();
  let sum = 0;
  for (const { occurredAt, amount } of purchases) {
    if (amount < saves.minSpend) continue;
    if (quota) {
      const period = time.periodAt(quota.period, occurredAt);
      const before = used.get(period) ?? 0;
      if (before >= quota.limit) continue;
      used.set(period, before + 1);
    }
    sum += (saves.perPurchase ?? 0) + percentOf(amount, saves.percent ?? 0);
  }
  return sum;
}

/** Floored, on integers: the percentage has at most two decimals. */
function percentOf(amount: number, percent: number): number {
  return Number((BigInt(amount) * BigInt(Math.round(percent * 100))) / 10_000n);
}
