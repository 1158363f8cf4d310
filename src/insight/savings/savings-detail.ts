// Where a member's savings come from: by month, by partner, by benefit; and what can be said about the renewal.
import { DAY } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { BusinessTime, PeriodNumber } from '../../kernel/period';
import { type Card, currentTerm, type Term } from '../../members/member';
import type { Standing } from '../../members/member.view';
import { savingsAccount } from '../../members/member-accounts';

/** In the minor unit. What was used is verified; what is issued and may still be used is potential. */
export interface SavedAmounts {
  readonly verified: number;
  readonly potential: number;
}

/** What the coupons of one item saved, on one term or on none. */
export interface ItemSavings extends SavedAmounts {
  readonly itemKind: 'OFFER' | 'BENEFIT';
  readonly itemId: Id;
  readonly partnerId?: Id;
  readonly termId?: Id;
  /** Coupons used, and coupons that may still be used. */
  readonly used: number;
  readonly open: number;
}

export interface MonthSavings extends SavedAmounts {
  readonly month: PeriodNumber;
}

/** By month: saved by use in it, and worth of what was issued in it and may still be used. */
export type MonthAmounts = ReadonlyMap<PeriodNumber, SavedAmounts>;

/** The last months up to that of `now`, the earliest first; months of nothing are there too. */
export function lastMonths(amounts: MonthAmounts, count: number, time: BusinessTime, now: number): MonthSavings[] {
  const { year, month } = time.localDate(now);
  return Array.from({ length: count }, (_, at) => {
    const index = year * 12 + (month - 1) - (count - 1 - at);
    const period = Math.floor(index / 12) * 10_000 + ((index % 12) + 1) * 100;
    return { month: period, ...(amounts.get(period) ?? { verified: 0, potential: 0 }) };
  });
}

/** Adds up what has the same key; the most saved first, then the most that may still be. */
export function grouped(
  items: readonly ItemSavings[],
  keyOf: (item: ItemSavings) => string,
): (ItemSavings & { readonly key: string })[] {
  const groups = new Map<string, ItemSavings & { readonly key: string }>();
  for (const item of items) {
    const key = keyOf(item);
    const known = groups.get(key);
    groups.set(key, {
      ...(known ?? item),
      key,
      verified: (known?.verified ?? 0) + item.verified,
      potential: (known?.potential ?? 0) + item.potential,
      used: (known?.used ?? 0) + item.used,
      open: (known?.open ?? 0) + item.open,
    });
  }
  const order = (left: SavedAmounts, right: SavedAmounts) =>
    right.verified - left.verified || right.potential - left.potential;
  return [...groups.values()].sort((left, right) => order(left, right) || (left.key < right.key ? -1 : 1));
}

/** What a message about the renewal of a membership card can say. Amounts are in the minor unit. */
export interface Renewal {
  readonly card: Card;
  readonly term: Term;
  /** Whole days until the end, the running one counted; 0 when it is over. */
  readonly daysLeft: number;
  /** Whether a later term of the card is paid already. */
  readonly renewed: boolean;
  readonly saved: number;
  /** Worth of the term's coupons that may still be used. */
  readonly potential: number;
  /** What is still to be saved until the term has paid for itself; 0 when it has. */
  readonly missing: number;
}

/** The running term of a membership card, else the one that ended last; `undefined` when there never was one. */
export function renewalOf({ rows, catalogue, now }: Standing): Renewal | undefined {
  const begun = rows.cards
    .filter(({ status, planId }) => status === 'ACTIVE' && catalogue.plan(planId)?.kind === 'MEMBERSHIP')
    .flatMap((card) => {
      const term = currentTerm(card, now) ?? card.terms.findLast(({ startsAt }) => startsAt <= now);
      return term ? [{ card, term }] : [];
    });
  // The running ones end last of all, and of those the card that was opened first is the member's own.
  const [shown] = begun.sort(
    (left, right) =>
      Number(right.term.endsAt > now) - Number(left.term.endsAt > now) ||
      (left.term.endsAt > now ? left.card.openedAt - right.card.openedAt : right.term.endsAt - left.term.endsAt),
  );
  if (!shown) return undefined;
  const { card, term } = shown;
  const { id: termId, currency, price } = term;
  const balance = rows.balances.get(savingsAccount({ memberId: rows.member.id, termId, currency }));
  const saved = balance ? balance.creditsPosted - balance.debitsPosted : 0;
  return {
    card,
    term,
    daysLeft: Math.max(0, Math.ceil((term.endsAt - now) / DAY)),
    renewed: card.terms.some(({ startsAt }) => startsAt >= term.endsAt),
    saved,
    potential: balance?.creditsPending ?? 0,
    missing: Math.max(0, price - saved),
  };
}
