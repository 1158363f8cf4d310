// What members kept of their purchases, out of their events, for estimates of what a plan would have saved.
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { Purchase, PurchaseHistory } from '../../members/sale/saved-estimate';
import { EVENT_TYPES } from '../../program/event-type';
import { keptPurchases } from './kept-purchases';

const TRADES_MAX = 1_000;
const PURCHASE = EVENT_TYPES.indexOf('PURCHASE');
const RETURN = EVENT_TYPES.indexOf('RETURN');

export class PurchaseStore implements PurchaseHistory {
  constructor(private readonly sql: Sql) {}

  async purchasesSince(memberId: Id, since: Instant): Promise<readonly Purchase[]> {
    // What came back came back after it was bought, so that its return lies in the same span.
    const rows = await this.sql.arrays(
      `SELECT occurred_at, amount, type, order_id FROM member_event WHERE member_id = ? AND occurred_at >= ?
       AND type IN (?, ?) ORDER BY occurred_at DESC, id DESC LIMIT ${TRADES_MAX}`,
      [idToBytes(memberId), since, PURCHASE, RETURN],
    );
    const trades = rows.map(([occurredAt, amount, type, orderId]) => ({
      type: Number(type) === RETURN ? ('RETURN' as const) : ('PURCHASE' as const),
      occurredAt: Number(occurredAt),
      amount: amount === null ? undefined : Number(amount),
      orderId: orderId === null ? undefined : String(orderId),
    }));
    return keptPurchases(trades.reverse());
  }
}
