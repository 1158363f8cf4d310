// What one redemption adds to the figures.
import type { Cell } from './cell';
import { type Calendar, dayAt, type RedemptionFact, soldAt } from './facts';

/** What it costs the operator as it stands. */
export function standingCost({ status, costBasis, cost, fromPool }: RedemptionFact): number {
  if (status === 'USED') return cost;
  if (costBasis === 'USE') return 0;
  // A code that was handed out cannot be handed out again, so its cost stays.
  const stands = status === 'ISSUED' || status === 'EXPIRED' || (status === 'CANCELLED' && fromPool);
  return stands ? cost : 0;
}

export function redemptionCells(fact: RedemptionFact, calendar: Calendar): Cell[] {
  const { planId: one, itemId: other, termId, status, costBasis, currency: unit, claimedAt, usedAt } = fact;
  const cells: Cell[] = [];
  const claimDay = dayAt(calendar, claimedAt);
  if (status !== 'FAILED' && status !== 'CANCELLED') cells.push({ figure: 'CLAIMS', day: claimDay, one, other });
  const useDay = usedAt === undefined ? claimDay : dayAt(calendar, usedAt);
  if (status === 'USED') {
    const value = Math.max(0, fact.faceValue - fact.coPay);
    cells.push({ figure: 'USES', day: useDay, one, other });
    cells.push({ figure: 'SAVED', day: useDay, one, other, unit, value });
  }
  const value = standingCost(fact);
  if (value === 0) return cells;
  cells.push({ figure: 'COST', day: costBasis === 'USE' ? useDay : claimDay, one, other, unit, value });
  if (termId !== undefined) {
    cells.push({ figure: 'SALE_COST', day: dayAt(calendar, soldAt(termId)), one, unit, value });
  }
  return cells;
}
