// What a member has had of a plan until now, as prices ask for it.
import { DAY, type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { HistoryFacts } from '../../program/sale-condition';
import type { Judging } from '../level';
import { type Card, isLive, type Term } from '../member';

export function historyOf({ rows, catalogue, now }: Judging, planId: Id): HistoryFacts {
  const ofPlan = rows.cards.filter((card) => card.planId === planId);
  const held = ofPlan.flatMap((card) => begun(card, now));
  const running = ofPlan.some((card) => isRunning(card, now));
  // Of a card that was closed early it is not known here when, so the end of its term counts.
  const ended = held.map(({ endsAt }) => endsAt).filter((end) => end <= now);
  const last = ended.length > 0 && !running ? Math.max(...ended) : now;
  const memberships = rows.cards.filter((card) => catalogue.plan(card.planId)?.kind === 'MEMBERSHIP');
  return {
    everHeld: held.length > 0,
    timesHeld: BigInt(held.length),
    running,
    daysSinceEnded: BigInt(Math.floor((now - last) / DAY)),
    membershipsHeld: BigInt(memberships.flatMap((card) => begun(card, now)).length),
  };
}

/** Terms that began. */
function begun(card: Card, now: Instant): readonly Term[] {
  return card.terms.filter((term) => term.startsAt <= now && isLive(term));
}

/** Whether a term of the card runs or is to come. */
export function isRunning(card: Card, now: Instant): boolean {
  return card.status === 'ACTIVE' && card.terms.some((term) => term.endsAt > now && isLive(term));
}
