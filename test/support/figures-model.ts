// Figures of operations, counted naively: every question goes through all that is known, day by day.
import { DAY, type Instant } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import type { BusinessTime, DayNumber } from '../../src/kernel/period';

export interface ModelTerm {
  readonly memberId: Id;
  readonly plan: string;
  readonly isMembership: boolean;
  readonly soldAt: Instant;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly closedAt?: Instant;
  readonly price: number;
  readonly cap: number;
  readonly refund?: { readonly amount: number; readonly settledAt: Instant };
  readonly redemptions: readonly ModelRedemption[];
}

export interface ModelRedemption {
  readonly item: string;
  readonly plan?: string;
  readonly status: string;
  readonly basis: 'ISSUE' | 'USE';
  readonly cost: number;
  readonly saved: number;
  readonly ofPool: boolean;
  readonly claimedAt: Instant;
  readonly usedAt?: Instant;
}

export interface ModelEvent {
  readonly memberId: Id;
  readonly type: 'PURCHASE' | 'RETURN' | 'REVIEW';
  readonly at: Instant;
  readonly amount: number;
}

export interface Days {
  readonly from: DayNumber;
  readonly to: DayNumber;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** What a redemption costs as it stands. */
export function costOf({ status, basis, cost, ofPool }: ModelRedemption): number {
  if (status === 'USED') return cost;
  if (basis === 'USE' || status === 'FAILED') return 0;
  return status === 'CANCELLED' && !ofPool ? 0 : cost;
}

export class FiguresModel {
  constructor(
    private readonly time: BusinessTime,
    private readonly terms: readonly ModelTerm[],
    private readonly redemptions: readonly ModelRedemption[],
    private readonly events: readonly ModelEvent[],
  ) {}

  private within(at: Instant | undefined, { from, to }: Days): boolean {
    return at !== undefined && this.time.dayNumber(at) >= from && this.time.dayNumber(at) <= to;
  }

  /** `NEW: 2 20000` */
  sales(days: Days, plan?: string): Record<string, [number, number]> {
    const kinds: Record<string, [number, number]> = { NEW: [0, 0], RENEWAL: [0, 0], WIN_BACK: [0, 0] };
    for (const term of this.terms) {
      if (!this.within(term.soldAt, days) || (plan && term.plan !== plan)) continue;
      const of = this.terms.filter(({ memberId, plan: code }) => memberId === term.memberId && code === term.plan);
      const earlier = of.slice(0, of.indexOf(term));
      const late = earlier.every(({ endsAt }) => term.startsAt > this.time.addDays(endsAt, 30));
      const kind = kinds[earlier.length === 0 ? 'NEW' : late ? 'WIN_BACK' : 'RENEWAL']!;
      kind[0] += 1;
      kind[1] += term.price;
    }
    return kinds;
  }

  earned(days: Days, plan?: string): [revenue: number, refunded: number, cost: number] {
    const terms = this.terms.filter((term) => !plan || term.plan === plan);
    const sold = terms.filter(({ soldAt }) => this.within(soldAt, days));
    const refunds = terms.filter(({ refund }) => this.within(refund?.settledAt, days));
    const costs = this.redemptions.filter((one) => !plan || one.plan === plan);
    const counted = costs.filter((one) => this.within(one.basis === 'USE' ? one.usedAt : one.claimedAt, days));
    return [
      sum(sold.map(({ price }) => price)),
      sum(refunds.map(({ refund }) => refund!.amount)),
      sum(counted.map(costOf)),
    ];
  }

  /** Terms sold in the days: prices less refunds, what they cost, and in which tenth of the cap they are. */
  sold(days: Days, plan: string) {
    const terms = this.terms.filter((term) => term.plan === plan && this.within(term.soldAt, days));
    const tenths = Array(11).fill(0) as number[];
    for (const { cap, redemptions } of terms) {
      const used = sum(redemptions.map(costOf));
      let tenth = 0;
      while (tenth < 10 && used * 10 > tenth * cap) tenth += 1;
      tenths[tenth]! += 1;
    }
    return {
      terms: terms.length,
      net: sum(terms.map(({ price, refund }) => price - (refund?.amount ?? 0))),
      cost: sum(terms.flatMap(({ redemptions }) => redemptions.map(costOf))),
      tenths,
    };
  }

  /** `code: [claims, uses, saved]` of what was claimed or used. */
  items(days: Days): Record<string, [number, number, number]> {
    const items: Record<string, [number, number, number]> = {};
    for (const { item, status, claimedAt, usedAt, saved } of this.redemptions) {
      const counts = items[item] ?? [0, 0, 0];
      items[item] = counts;
      if (!['CANCELLED', 'FAILED'].includes(status) && this.within(claimedAt, days)) counts[0] += 1;
      if (status !== 'USED' || !this.within(usedAt, days)) continue;
      counts[1] += 1;
      counts[2] += saved;
    }
    return Object.fromEntries(Object.entries(items).filter(([, counts]) => counts.some((count) => count > 0)));
  }

  renewals(days: Days): [renewed: number, ended: number] {
    const over = (term: ModelTerm) => !term.refund && (term.closedAt ?? term.endsAt) >= term.endsAt;
    const ended = this.terms.filter((term) => over(term) && this.within(term.endsAt, days));
    const renewed = ended.filter((term) => {
      return this.terms.some((next) => {
        if (next === term || next.memberId !== term.memberId || next.plan !== term.plan) return false;
        const live = next.startsAt < next.endsAt && next.startsAt >= term.startsAt && next.endsAt > term.endsAt;
        return live && next.startsAt <= this.time.addDays(term.endsAt, 30);
      });
    });
    return [renewed.length, ended.length];
  }

  private holds(memberId: Id, at: Instant, which: (term: ModelTerm) => boolean): boolean {
    return this.terms.some((term) => {
      const end = Math.min(term.endsAt, term.closedAt ?? term.endsAt);
      return term.memberId === memberId && which(term) && term.startsAt <= at && at < end;
    });
  }

  private get members(): Id[] {
    return [...new Set([...this.terms, ...this.events].map(({ memberId }) => memberId))];
  }

  /** At the last moment of the day. */
  holders(day: DayNumber, plan: string): number {
    const at = this.time.startOfDay(day + 1) - 1;
    return this.members.filter((id) => this.holds(id, at, (term) => term.plan === plan)).length;
  }

  penetration(day: DayNumber): [members: number, active: number] {
    const at = this.time.startOfDay(day + 1) - 1;
    const days = { from: day - 29, to: day };
    const active = this.events.filter((event) => event.type !== 'RETURN' && this.within(event.at, days));
    const members = this.members.filter((id) => this.holds(id, at, ({ isMembership }) => isMembership));
    return [members.length, new Set(active.map(({ memberId }) => memberId)).size];
  }

  /** When the first membership of each member began. */
  private begins(): Map<Id, Instant> {
    const begins = new Map<Id, Instant>();
    for (const { memberId, isMembership, startsAt, endsAt, closedAt = endsAt } of this.terms) {
      if (!isMembership || startsAt >= Math.min(endsAt, closedAt)) continue;
      begins.set(memberId, Math.min(begins.get(memberId) ?? startsAt, startsAt));
    }
    return begins;
  }

  spend(days: Days): [members: number, before: number, after: number] {
    const old = [...this.begins()].filter(([, at]) => this.within(at + 90 * DAY, days));
    const spent = (id: Id, from: DayNumber, to: DayNumber) => {
      const told = this.events.filter(({ memberId, at }) => memberId === id && this.within(at, { from, to }));
      return sum(told.map(({ type, amount }) => (type === 'RETURN' ? -amount : amount)));
    };
    const day = (at: Instant) => this.time.dayNumber(at);
    return [
      old.length,
      sum(old.map(([id, at]) => spent(id, day(at) - 90, day(at) - 1))),
      sum(old.map(([id, at]) => spent(id, day(at), day(at) + 89))),
    ];
  }

  /** Of those whose first membership began in these days: how many there are, and how many hold one months later. */
  retention(days: Days, months: number): [members: number, kept: number] {
    const cohort = [...this.begins()].filter(([, at]) => this.within(at, days));
    const kept = cohort.filter(([id, at]) =>
      this.holds(id, this.time.addMonths(at, months), ({ isMembership }) => isMembership),
    );
    return [cohort.length, kept.length];
  }
}
