// What a member's terms add to the figures of sales, of renewals and of caps.
import type { Id } from '../../kernel/id';
import type { Cell } from './cell';
import { type Calendar, dayAt, type MemberFacts, soldAt, type TermFact } from './facts';
import { NO_CAP, RENEWAL_DAYS, SALE_KINDS, type SaleKind } from './figure';

/**
 * New: the member never had a term of the plan before. A renewal begins until 30 days after the last of them ended;
 * what begins later has won the member back.
 */
export function saleKindOf(term: TermFact, earlier: readonly TermFact[], { time }: Calendar): SaleKind {
  if (earlier.length === 0) return 'NEW';
  const lastEnd = Math.max(...earlier.map(({ endsAt }) => endsAt));
  return term.startsAt <= time.addDays(lastEnd, RENEWAL_DAYS) ? 'RENEWAL' : 'WIN_BACK';
}

/** 0: nothing; 1 to 10: up to so many tenths; 11: there is no cap. */
export function capUseOf({ costCap, capUsed }: Pick<TermFact, 'costCap' | 'capUsed'>): number {
  if (costCap === 0) return NO_CAP;
  const tenths = (BigInt(Math.max(0, capUsed)) * 10n + BigInt(costCap) - 1n) / BigInt(costCap);
  return Math.min(10, Number(tenths));
}

function byPlan(terms: readonly TermFact[]): TermFact[][] {
  const plans = new Map<Id, TermFact[]>();
  for (const term of terms) {
    const known = plans.get(term.planId);
    if (known) known.push(term);
    else plans.set(term.planId, [term]);
  }
  return [...plans.values()];
}

/** Terms sold: their number, prices and caps, what of them was paid back, and how much of the cap is used. */
export function saleCells({ terms }: MemberFacts, calendar: Calendar): Cell[] {
  return byPlan(terms).flatMap((ofPlan) =>
    ofPlan.flatMap((term, at): Cell[] => {
      const { planId: one, currency: unit, price, costCap, refund } = term;
      const day = dayAt(calendar, soldAt(term.id));
      const mark = SALE_KINDS[saleKindOf(term, ofPlan.slice(0, at), calendar)];
      const cells: Cell[] = [
        { figure: 'SALES', day, one, mark },
        { figure: 'REVENUE', day, one, mark, unit, value: price },
        { figure: 'SALE_CAP', day, one, unit, value: costCap },
        { figure: 'CAP_USE', day, one, mark: capUseOf(term) },
      ];
      if (refund?.settledAt === undefined) return cells;
      const { amount: value, settledAt } = refund;
      cells.push({ figure: 'REFUNDED', day: dayAt(calendar, settledAt), one, unit, value });
      cells.push({ figure: 'SALE_REFUNDED', day, one, unit, value });
      return cells;
    }),
  );
}

/** Terms that ran until their end, and those of them that another term of the plan followed. */
export function renewalCells({ terms }: MemberFacts, calendar: Calendar): Cell[] {
  const { time } = calendar;
  return byPlan(terms).flatMap((ofPlan) => {
    const live = ofPlan.filter(({ startsAt, endsAt }) => startsAt < endsAt);
    if (live.length === 0) return [];
    const mark = time.periodAt('MONTH', Math.min(...live.map(({ startsAt }) => startsAt)));
    return live.flatMap((term): Cell[] => {
      const { planId: one, startsAt, endsAt, closedAt = endsAt, refund } = term;
      if (refund !== undefined || closedAt < endsAt) return [];
      const until = time.addDays(endsAt, RENEWAL_DAYS);
      const follows = (next: TermFact) => next !== term && next.startsAt >= startsAt && next.startsAt <= until;
      const renewed = live.some((next) => follows(next) && next.endsAt > endsAt);
      const day = dayAt(calendar, endsAt);
      const ended: Cell = { figure: 'TERMS_ENDED', day, one, mark };
      return renewed ? [ended, { ...ended, figure: 'TERMS_RENEWED' }] : [ended];
    });
  });
}
