// The accounts of what there is to give: stock of an offer, stock of a day, money set aside for an offer or a group.
import type { Id } from '../kernel/id';
import { COUNT, type Unit } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type AccountKey, accountKey } from '../ledger/account';
import { ACCOUNT_KINDS } from '../ledger/chart';
import type { CatalogueOffer } from '../program/catalogue-item';

export function hasStock(offer: Pick<CatalogueOffer, 'stock' | 'fulfilment'>): boolean {
  return offer.stock !== undefined || offer.fulfilment === 'CODE_POOL';
}

export function stockAccountOf(offerId: Id): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK, unit: COUNT });
}

export function stockGrantedOf(offerId: Id): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK_GRANTED, unit: COUNT });
}

/** Opens with the first claim of the day. */
export function dailyStockAccountOf(offerId: Id, day: PeriodNumber): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.DAILY_STOCK, period: day, unit: COUNT });
}

export function budgetAccountOf(offerId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.BUDGET, unit: currency });
}

export function budgetGrantedOf(offerId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.BUDGET_GRANTED, unit: currency });
}

/** Opens with the first claim of the period that counts on it. */
export function groupBudgetAccountOf(budgetId: Id, period: PeriodNumber, currency: Unit): AccountKey {
  return accountKey({ holder: budgetId, kind: ACCOUNT_KINDS.GROUP_BUDGET, period, unit: currency });
}

/** One for each period, so that its sum tells what was granted for that one. */
export function groupBudgetGrantedOf(budgetId: Id, period: PeriodNumber, currency: Unit): AccountKey {
  return accountKey({ holder: budgetId, kind: ACCOUNT_KINDS.GROUP_BUDGET_GRANTED, period, unit: currency });
}
