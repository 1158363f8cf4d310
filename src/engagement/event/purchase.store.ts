// Members' purchases out of their events, for estimates of what a plan would have saved.
import type { Sql } from '../../database/sql';
import type { Instant } from '../../kernel/clock';
import { type Id, idToBytes } from '../../kernel/id';
import type { Purchase, PurchaseHistory } from '../../members/sale/saved-estimate';
import { EVENT_TYPES } from '../../program/event-type';

const PURCHASES_MAX = 1_000;

export class PurchaseStore implements PurchaseHistory {
  constructor(private readonly sql: Sql) {}

  async purchasesSince(memberId: Id, since: Instant): Promise<readonly Purchase[]> {
    const rows = await this.sql.arrays(
      `SELECT occurred_at, amount FROM member_event WHERE member_id = ? AND occurred_at >= ? AND type = ?
       AND amount IS NOT NULL ORDER BY occurred_at DESC, id DESC LIMIT ${PURCHASES_MAX}`,
      [idToBytes(memberId), since, EVENT_TYPES.indexOf('PURCHASE')],
    );
    return rows.map((row) => ({ occurredAt: Number(row[0]), amount: Number(row[1]) })).reverse();
  }
}
