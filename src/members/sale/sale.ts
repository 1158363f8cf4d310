// One sale, judged: whether the plan is open to the member now, and at which price. Pure; quotes and sales ask this.
import type { Instant } from '../../kernel/clock';
import { byPrecedence, type Refusal, refuse } from '../../kernel/refusal';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { CataloguePrice } from '../../program/catalogue-sale';
import { LIST_PRICE } from '../../program/plan-sale';
import type { Code } from '../../program/program';
import type { SaleFacts } from '../../program/sale-condition';
import { factsOf } from '../facts';
import { shown } from '../input-checks';
import type { Judging } from '../level';
import { type Card, currentTerm, shownTerm } from '../member';
import { applicationFault, type PlanApplication } from './application';
import { historyOf } from './history';
import { addDays } from './term-end';

export interface Sale {
  readonly judging: Judging;
  readonly plan: CataloguePlan;
  /** The card that gets a further term; absent when a card is opened. */
  readonly renewed?: Card;
  /** The card that a new privilege card is to hang on. */
  readonly parent?: Card;
  /** The last one of the member for this plan. */
  readonly application?: PlanApplication;
}

/** What stands in the way of the sale at whatever price, the first in precedence first. */
export function saleFaults(sale: Sale): Refusal[] {
  const { judging, plan, renewed, application } = sale;
  const faults: (Refusal | undefined)[] = [
    plan.opens && !plan.opens.when(saleFacts(sale)) ? refuse('NOT_ELIGIBLE', plan.opens.otherwise, 'plan') : undefined,
    renewed && windowFault(judging, plan, renewed),
    plan.application && !renewed ? applicationFault(judging, plan.application, application) : undefined,
  ];
  return faults.filter((fault) => fault !== undefined).sort(byPrecedence);
}

/** From when until when the card may be renewed; `undefined` at any time. `until` is exclusive. */
export function renewalWindow(
  { catalogue }: Pick<Judging, 'catalogue'>,
  plan: CataloguePlan,
  card: Card,
): { from: Instant; until: Instant } | undefined {
  if (!plan.renewal) return undefined;
  const { endsAt } = card.terms.at(-1)!;
  const { daysBefore, daysAfter } = plan.renewal;
  return { from: addDays(catalogue.time, endsAt, -daysBefore), until: addDays(catalogue.time, endsAt, daysAfter) };
}

function windowFault(judging: Judging, plan: CataloguePlan, card: Card): Refusal | undefined {
  const window = renewalWindow(judging, plan, card);
  if (!window) return undefined;
  const { catalogue, now } = judging;
  const day = (instant: Instant) => catalogue.time.isoDate(instant);
  if (now < window.from) {
    return refuse('RENEWAL_NOT_OPEN', `The card can be renewed from ${day(window.from)} on.`, 'card');
  }
  if (now < window.until) return undefined;
  const message = `The card could be renewed until ${day(window.until)}. Open a new one instead.`;
  return refuse('RENEWAL_NOT_OPEN', message, 'card');
}

/** The price of the plan itself, which is open whenever the plan is. */
export function listPriceOf({ price, term, costCap }: CataloguePlan): CataloguePrice {
  return { code: LIST_PRICE, kind: 'REGULAR', price, term, costCap, oncePerMember: false };
}

/** The first price that is open to the member, else the plan's own. */
export function priceFor(sale: Sale): CataloguePrice {
  const { prices } = sale.plan;
  if (prices.length === 0) return listPriceOf(sale.plan);
  const facts = saleFacts(sale);
  return prices.find((price) => isOpenAt(sale, facts, price)) ?? listPriceOf(sale.plan);
}

/** The price of this code, if it is open to the member; it need not be the one that a quote names. */
export function namedPrice(sale: Sale, code: Code): CataloguePrice | Refusal {
  const { plan } = sale;
  if (code === LIST_PRICE) return listPriceOf(plan);
  const price = plan.prices.find((one) => one.code === code);
  if (!price) {
    const known = [LIST_PRICE, ...plan.prices.map((one) => one.code)].join(', ');
    return refuse('NOT_FOUND', `The plan ${plan.code} has no price ${shown(code)}; it has ${known}.`, 'priceCode');
  }
  if (isOpenAt(sale, saleFacts(sale), price)) return price;
  const better = priceFor(sale).code;
  return refuse('NOT_ELIGIBLE', `The price ${code} is not open to the member, whose price is ${better}.`, 'priceCode');
}

function isOpenAt({ judging, plan, renewed }: Sale, facts: SaleFacts, price: CataloguePrice): boolean {
  const { code, kind, when, oncePerMember } = price;
  const { everHeld, running } = facts.history;
  if (kind === 'TRIAL' && (renewed || everHeld)) return false;
  if (kind === 'RENEWAL' && !renewed) return false;
  if (kind === 'WIN_BACK' && (!everHeld || running)) return false;
  const boughtAt = judging.rows.cards.filter(({ planId }) => planId === plan.id).flatMap(({ terms }) => terms);
  if (oncePerMember && boughtAt.some((term) => term.priceCode === code)) return false;
  return !when || when(facts);
}

function saleFacts({ judging, plan, renewed, parent }: Sale): SaleFacts {
  const card = renewed ?? parent ?? runningMembership(judging);
  const planOfCard = card && judging.catalogue.plan(card.planId);
  const meant = card && planOfCard && { plan: planOfCard, term: shownTerm(card, judging.now) };
  return { ...factsOf(judging, meant), history: historyOf(judging, plan.id) };
}

function runningMembership({ rows, catalogue, now }: Judging): Card | undefined {
  return rows.cards.find(
    (card) => card.status === 'ACTIVE' && catalogue.plan(card.planId)?.kind === 'MEMBERSHIP' && currentTerm(card, now),
  );
}
