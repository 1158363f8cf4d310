// A term on its way into the table: at which price it is sold, how long it lasts, what it may cost, what it promises.
import type { Instant } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { isRefusal, type Refusal } from '../../kernel/refusal';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { CataloguePrice } from '../../program/catalogue-sale';
import type { Reward } from '../../program/reward';
import type { Judging } from '../level';
import type { TermRow } from '../member.store';
import { listPriceOf, namedPrice, priceFor, type Sale, saleFaults } from './sale';
import { termEnd } from './term-end';
import type { TermGift } from './term-gift.store';

export interface SoldAt {
  /** The plan's own where the sale is refused. */
  readonly price: CataloguePrice;
  readonly fault?: Refusal;
}

/** The price of this code, or of the member's quote, and what stands in the way of the sale. */
export function soldAt(sale: Sale, priceCode: string | undefined): SoldAt {
  const [fault] = saleFaults(sale);
  const price = priceCode === undefined ? priceFor(sale) : namedPrice(sale, priceCode);
  if (isRefusal(price)) return { price: listPriceOf(sale.plan), fault: fault ?? price };
  return { price, fault };
}

export interface NewTerm {
  readonly cardId: Id;
  readonly memberId: Id;
  readonly parentCardId?: Id;
  readonly orderId: string;
  readonly startsAt: Instant;
  readonly isNew: boolean;
}

export function newTerm(judging: Judging, plan: CataloguePlan, price: CataloguePrice, term: NewTerm): TermRow {
  const { rows, catalogue, now } = judging;
  const { startsAt } = term;
  return {
    ...term,
    termId: newId(now),
    planId: plan.id,
    programVersion: plan.version,
    endsAt: termEnd(catalogue.time, startsAt, price.term),
    price: price.price.amount,
    priceCode: price.code,
    costCap: price.costCap,
    currency: catalogue.settings.currency,
    termsBefore: plan.prices.length > 0 ? rows.cards.flatMap(({ terms }) => terms).length : undefined,
  };
}

/** What the term promises: something for renewing, and something that comes with its price. */
export function giftsOf(row: TermRow, plan: CataloguePlan, price: CataloguePrice): TermGift[] {
  const { termId, memberId } = row;
  const gift = (what: string, reason: string, reward: Reward | undefined): TermGift[] =>
    reward ? [{ id: namedId(what, termId), memberId, termId, reason, reward }] : [];
  return [
    ...gift('renewal-gift', `renewal of ${plan.code}`, row.isNew ? undefined : plan.renewal?.gift),
    ...gift('price-gift', `price ${price.code} of ${plan.code}`, price.gift),
  ];
}
