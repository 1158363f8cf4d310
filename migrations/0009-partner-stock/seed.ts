// What a partner told of the stock of an offer, as it was before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, PARTNER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const row = {
    partner_id: bytes(PARTNER),
    offer_ref: 'latte-small',
    available: 1,
    left_count: 12,
    told_at: TIME,
    changed_at: TIME,
  };
  await tx.insertMany('partner_stock', Object.keys(row), [Object.values(row)]);
}
