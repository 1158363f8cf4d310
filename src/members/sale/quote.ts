// What each plan would cost a member now, and why one is not open to it. Pure, from the same judgement as a sale.
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { CataloguePrice } from '../../program/catalogue-sale';
import type { Judging } from '../level';
import { type Card, cardStatusAt } from '../member';
import type { PlanApplication } from './application';
import { isRunning } from './history';
import { priceFor, renewalWindow, type Sale, saleFaults } from './sale';

export interface PlanQuote {
  readonly plan: CataloguePlan;
  readonly price: CataloguePrice;
  /** The card that would get a further term; absent when a new one would be opened. */
  readonly renews?: Card;
  /** Empty when the plan can be bought now. In order of precedence. */
  readonly reasons: readonly Refusal[];
  readonly application?: PlanApplication;
  /** Whether the plan is made for people like the member: a tag is among its professions. */
  readonly suits: boolean;
}

/** `applications`: the last one for each plan. Live plans, in the order of the program. */
export function quotesOf(judging: Judging, applications: ReadonlyMap<Id, PlanApplication>): PlanQuote[] {
  return judging.catalogue.plans.map((plan) => quoteOf(judging, plan, applications.get(plan.id)));
}

function quoteOf(judging: Judging, plan: CataloguePlan, application: PlanApplication | undefined): PlanQuote {
  const renews = cardToRenew(judging, plan);
  const parent = renews ? undefined : parentFor(judging, plan);
  const sale: Sale = { judging, plan, renewed: renews, parent, application };
  const orphan = !renews && plan.parentPlans.size > 0 && !parent ? [needsParent(judging, plan)] : [];
  const { tags } = judging.rows.member;
  return {
    plan,
    price: priceFor(sale),
    renews,
    reasons: [...orphan, ...saleFaults(sale)],
    application,
    suits: plan.professions.some((profession) => tags.includes(profession)),
  };
}

/** The last card of the plan that still runs, or that has ended and may still be renewed. */
function cardToRenew(judging: Judging, plan: CataloguePlan): Card | undefined {
  const cards = judging.rows.cards.filter(({ planId, status }) => planId === plan.id && status === 'ACTIVE');
  const last = cards.toSorted((left, right) => left.terms.at(-1)!.endsAt - right.terms.at(-1)!.endsAt).at(-1);
  if (!last || isRunning(last, judging.now)) return last;
  const window = renewalWindow(judging, plan, last);
  return !window || judging.now < window.until ? last : undefined;
}

function parentFor({ rows, now }: Judging, plan: CataloguePlan): Card | undefined {
  return rows.cards.find((card) => plan.parentPlans.has(card.planId) && cardStatusAt(card, now) === 'ACTIVE');
}

function needsParent({ catalogue }: Judging, plan: CataloguePlan): Refusal {
  const parents = [...plan.parentPlans].flatMap((id) => catalogue.plan(id)?.name ?? []);
  return refuse('CARD_NOT_ACTIVE', `A card of ${plan.name} needs an active card of ${parents.join(' or ')}.`);
}
