// The cards of a simulated member over the horizon: which run when, and what their terms earn as they begin.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { CoveringCard } from '../../members/level/coverage';
import { termEnd } from '../../members/sale/term-end';
import type { Catalogue } from '../../program/catalogue';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { Absence } from '../../program/level-design';
import type { Horizon } from './horizon';
import type { TermGrowth } from './person';

export interface CardCourse {
  readonly cards: readonly CoveringCard[];
  /** In the order of time. */
  readonly terms: readonly TermGrowth[];
}

/** A card of the plan from the first week on, renewed at the end of each term, but for the weeks of a lapse. */
export function profileCards(
  catalogue: Catalogue,
  plan: CataloguePlan,
  horizon: Horizon,
  lapse: Absence | undefined,
): CardCourse {
  const cards: CoveringCard[] = [];
  const begins: Instant[] = [];
  const hold = (from: Instant, until: Instant): void => {
    let end = from;
    for (; end < until; end = termEnd(catalogue.time, end, plan.term)) begins.push(end);
    // The last term of all runs on; one that lapses does not.
    const endsAt = until === horizon.end ? end : until;
    if (from < until) cards.push(cardOf(plan.id, from, endsAt));
  };
  hold(horizon.begin, lapse ? horizon.startOf(lapse.fromWeek) : horizon.end);
  if (lapse?.untilWeek !== undefined) hold(horizon.startOf(lapse.untilWeek + 1), horizon.end);
  const growth = catalogue.levelPolicy.activation.get(plan.id) ?? 0;
  return { cards, terms: begins.map((at) => ({ at, growth })) };
}

function cardOf(planId: Id, startsAt: Instant, endsAt: Instant): CoveringCard {
  return { planId, openedAt: startsAt, status: 'ACTIVE', terms: [{ startsAt, endsAt }] };
}

/** Cards of the database: whenever the last term of one that runs ends, `renews` says whether another follows it. */
export function renewedCards(
  catalogue: Catalogue,
  cards: readonly CoveringCard[],
  horizon: Horizon,
  renews: () => boolean,
): CardCourse {
  const grown: TermGrowth[] = [];
  const held = cards.map((card): CoveringCard => {
    const plan = catalogue.plan(card.planId);
    const last = card.terms.at(-1)?.endsAt ?? horizon.begin;
    if (!plan || plan.retired || card.status === 'CLOSED' || last <= horizon.begin) return card;
    const growth = catalogue.levelPolicy.activation.get(plan.id) ?? 0;
    let end = last;
    while (end < horizon.end && renews()) {
      grown.push({ at: end, growth });
      end = termEnd(catalogue.time, end, plan.term);
    }
    return end === last ? card : { ...card, terms: [...card.terms, { startsAt: last, endsAt: end }] };
  });
  return { cards: held, terms: grown.toSorted((left, right) => left.at - right.at) };
}
