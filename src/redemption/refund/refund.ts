// A refund: a term that is taken back, with what was used of it and what the operator pays back.

import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import type { BusinessTime } from '../../kernel/period';
import { type Refusal, refuse } from '../../kernel/refusal';
import { type Card, isLive, type Term } from '../../members/member';
import { addDays } from '../../members/sale/term-end';
import type { CataloguePlan } from '../../program/catalogue-item';

export interface Refund {
  readonly id: Id;
  readonly memberId: Id;
  readonly cardId: Id;
  readonly planId: Id;
  readonly termId: Id;
  readonly orderId: string;
  readonly currency: Unit;
  /** What the term was sold for. */
  readonly price: number;
  /** What the caller wants to pay back at most; absent: as much as the policy allows. */
  readonly asked?: number;
  readonly lessUsed: boolean;
  /** What is paid back; absent until every coupon of the term has ended. */
  readonly amount?: number;
  /** The face value of what was used, and of codes that were handed out. */
  readonly usedValue?: number;
  /** How many coupons were cancelled, and how many had been used or handed out. */
  readonly voided: number;
  readonly used: number;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly settledAt?: Instant;
}

/** The most that is paid back of a term, given the face value of what was used of it. In the minor unit. */
export function refundable({ price, lessUsed }: Pick<Refund, 'price' | 'lessUsed'>, usedValue: number): number {
  return lessUsed ? Math.max(0, price - usedValue) : price;
}

/** Why the term is not refunded: its plan, its place among the terms of the card, or its time. */
export function refundFault(
  plan: CataloguePlan,
  card: Card,
  term: Term,
  at: { readonly time: BusinessTime; readonly now: Instant },
): Refusal | undefined {
  const { time, now } = at;
  const not = (message: string) => refuse('NOT_REFUNDABLE', message, 'card');
  if (!plan.refund) return not(`The plan ${plan.code} has no refunds.`);
  if (card.status === 'CLOSED') return not('The card was closed already.');
  if (!isLive(term)) return not('The term was refunded already.');
  if (term !== card.terms.findLast(isLive)) return not('A later term of the card was sold. Refund that one first.');
  if (term.endsAt <= now) return not(`The term ended on ${time.isoDate(term.endsAt)}.`);
  const { withinDays } = plan.refund;
  const until = withinDays === undefined ? term.endsAt : addDays(time, term.startsAt, withinDays);
  if (now < until) return undefined;
  return not(`The term could be refunded until ${time.isoDate(until)}.`);
}
