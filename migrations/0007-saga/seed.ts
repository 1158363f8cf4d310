// A coupon that a partner issued, and one that the partner knows otherwise, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, CARD, ITEM, LOST_REDEMPTION, MEMBER, OFFER, PARTNER, TERM, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const claim = {
    id: bytes(LOST_REDEMPTION),
    member_id: bytes(MEMBER),
    item_kind: 'OFFER',
    item_id: bytes(OFFER),
    partner_id: bytes(PARTNER),
    card_id: bytes(CARD),
    term_id: bytes(TERM),
    status: 'FAILED',
    cost_basis: 'USE',
    currency: 'CNY',
    cost: 30,
    co_pay: 0,
    face_value: 0,
    points: 0,
    claimed_at: TIME,
    expires_at: TIME + 86_400_000,
    ended_at: TIME + 80_000_000,
    item_version: 1,
    offer_ref: 'latte',
    partner_ref: 'p-1',
    code_hash: Buffer.alloc(16, 5),
    attempts: 3,
    step_no: 9,
  };
  await tx.insertMany('redemption', Object.keys(claim), [Object.values(claim)]);
  const item = {
    id: bytes(ITEM),
    redemption_id: bytes(LOST_REDEMPTION),
    partner_id: bytes(PARTNER),
    kind: 'USED_AFTER_VOID',
    detail: 'The partner says that it was used.',
    found_at: TIME,
  };
  await tx.insertMany('reconciliation_item', Object.keys(item), [Object.values(item)]);
}
