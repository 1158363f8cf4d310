// The facts that figures are made of: what is known of a member, and of one redemption.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import { type BusinessTime, type DayNumber, dayOfDate, dayText, type PeriodNumber } from '../../kernel/period';
import type { EventType } from '../../program/event-type';
import type { Stage } from '../../program/lifecycle';
import type { RedemptionStatus } from '../../redemption/redemption';

export interface TermFact {
  readonly id: Id;
  readonly planId: Id;
  readonly isMembership: boolean;
  readonly startsAt: Instant;
  /** Exclusive; a refund brings it forward. */
  readonly endsAt: Instant;
  /** When its card was closed for good. */
  readonly closedAt?: Instant;
  readonly price: number;
  readonly costCap: number;
  /** What of the cap is used. */
  readonly capUsed: number;
  readonly currency: Unit;
  /** The term was taken back; the amount is there once that is settled. */
  readonly refund?: { readonly amount: number; readonly settledAt?: Instant };
}

export interface MemberFacts {
  readonly id: Id;
  readonly joinedAt: Instant;
  /** In the order in which they were sold. */
  readonly terms: readonly TermFact[];
  readonly levels: readonly { readonly from?: Id; readonly to?: Id; readonly at: Instant }[];
  readonly stages: readonly { readonly from?: Stage; readonly to: Stage; readonly day: DayNumber }[];
  readonly events: readonly EventFact[];
}

/** What the operator's systems told. */
export interface EventFact {
  readonly id: Id;
  readonly type: EventType;
  readonly at: Instant;
  /** Of a purchase or a return; a return without one takes back all that is left of its order. */
  readonly amount?: number;
  readonly orderId?: string;
}

export interface RedemptionFact {
  readonly id: Id;
  readonly memberId: Id;
  readonly itemId: Id;
  readonly planId?: Id;
  readonly termId?: Id;
  readonly status: RedemptionStatus;
  readonly costBasis: 'ISSUE' | 'USE';
  readonly currency: Unit;
  readonly cost: number;
  readonly coPay: number;
  readonly faceValue: number;
  /** A code out of a pool, which stays spent when it is given back. */
  readonly fromPool: boolean;
  readonly claimedAt: Instant;
  readonly usedAt?: Instant;
}

/** How facts are brought to days. */
export interface Calendar {
  readonly time: BusinessTime;
  /** In which purchases are told. */
  readonly currency: Unit;
}

export function dayAt({ time }: Calendar, instant: Instant): PeriodNumber {
  return time.periodAt('DAY', instant);
}

export function dayNumbered(day: DayNumber): PeriodNumber {
  return dayOfDate(dayText(day))!;
}

/** When a term was sold: its id is made at the sale, and begins with the time. */
export function soldAt(termId: Id): Instant {
  return Number.parseInt(termId.slice(0, 12), 16);
}

/** A span of time, its end excluded. */
export interface Span {
  readonly from: number;
  readonly before: number;
}

/** When a term truly ran; `undefined` when it never did. */
export function ranIn({ startsAt, endsAt, closedAt = endsAt }: TermFact): Span | undefined {
  const before = Math.min(endsAt, closedAt);
  return startsAt < before ? { from: startsAt, before } : undefined;
}

/** The same time in as few spans as can be, the first one first. */
export function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.from - right.from)) {
    const last = joined.at(-1);
    if (last && span.from <= last.before) {
      joined[joined.length - 1] = { from: last.from, before: Math.max(last.before, span.before) };
    } else {
      joined.push(span);
    }
  }
  return joined;
}
