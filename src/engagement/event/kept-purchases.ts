// What a member kept of what it bought: its purchases, less what was returned of their orders.
import type { Instant } from '../../kernel/clock';
import type { Purchase } from '../../members/sale/saved-estimate';

export interface Trade {
  readonly type: 'PURCHASE' | 'RETURN';
  readonly occurredAt: Instant;
  /** In the minor unit of the program's currency; a return without one is of the whole order, if it names an order. */
  readonly amount?: number;
  readonly orderId?: string;
}

/**
 * Both oldest first. A part that was returned is taken off the order's purchases, the latest first, and a purchase of
 * which nothing is left is none.
 */
export function keptPurchases(trades: readonly Trade[]): Purchase[] {
  const returned = new Map<string, number>();
  for (const { type, orderId, amount = Number.POSITIVE_INFINITY } of trades) {
    if (type === 'RETURN' && orderId !== undefined) returned.set(orderId, (returned.get(orderId) ?? 0) + amount);
  }
  const kept: Purchase[] = [];
  for (const { type, occurredAt, amount = 0, orderId } of trades.toReversed()) {
    if (type === 'RETURN') continue;
    const open = orderId === undefined ? 0 : (returned.get(orderId) ?? 0);
    const back = Math.min(amount, open);
    if (orderId !== undefined) returned.set(orderId, open - back);
    if (back === 0 || back < amount) kept.push({ occurredAt, amount: amount - back });
  }
  return kept.reverse();
}
