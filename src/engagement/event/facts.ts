// What conditions are told of an event, and of the member and the card that it happened to.
import type { Instant } from '../../kernel/clock';
import { factsOf } from '../../members/facts';
import type { Judging } from '../../members/level';
import { cardStatusAt, shownTerm, type Term } from '../../members/member';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { EventFacts, Facts } from '../../program/condition';
import type { MemberEvent } from './event';

export interface RunningCard {
  readonly plan: CataloguePlan;
  readonly term: Term;
}

/** The cards that ran when the event occurred, memberships before privilege cards, the latest opened first. */
export function runningCards({ rows, catalogue, now }: Judging): RunningCard[] {
  if (rows.cards.length === 0) return [];
  const running = rows.cards.flatMap((card) => {
    const plan = cardStatusAt(card, now) === 'ACTIVE' ? catalogue.plan(card.planId) : undefined;
    return plan ? [{ plan, term: shownTerm(card, now) }] : [];
  });
  const rank = ({ plan }: RunningCard) => (plan.kind === 'MEMBERSHIP' ? 0 : 1);
  return running.reverse().sort((left, right) => rank(left) - rank(right));
}

// Rules, tasks, referrals and campaigns ask of the same event, each with conditions of its own.
const known = new WeakMap<Judging, { readonly event: MemberEvent; readonly facts: Facts & EventFacts }>();

/** `judging.now` is when the event occurred; the card is the first of `runningCards`. */
export function eventFactsOf(event: MemberEvent, judging: Judging): Facts & EventFacts {
  const last = known.get(judging);
  if (last?.event === event) return last.facts;
  const facts = { ...factsOf(judging, runningCards(judging)[0]), event: eventPart(event, judging) };
  known.set(judging, { event, facts });
  return facts;
}

function eventPart(event: MemberEvent, { catalogue }: Judging): EventFacts['event'] {
  const { type, source, name = '', orderId = '', amount = 0, quantity, occurredAt } = event;
  const { hour, weekday } = clockOf(catalogue.time.minuteOfWeek(occurredAt));
  const attributes: Record<string, string | bigint | number | boolean> = {};
  for (const [key, value] of Object.entries(event.attributes)) {
    attributes[key] = Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  return { type, source, name, orderId, amount: BigInt(amount), quantity: BigInt(quantity), hour, weekday, attributes };
}

function clockOf(minuteOfWeek: number): { hour: bigint; weekday: bigint } {
  const minute = Math.floor(minuteOfWeek);
  return { hour: BigInt(Math.floor(minute / 60) % 24), weekday: BigInt(Math.floor(minute / (24 * 60)) + 1) };
}

/** The instant by which rules and periods go. */
export function judgingOf(rows: Judging['rows'], catalogue: Judging['catalogue'], occurredAt: Instant): Judging {
  return { rows, catalogue, now: occurredAt };
}
