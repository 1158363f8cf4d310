// A purchase that earned something, as it was before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, MEMBER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const event = {
    member_id: bytes(MEMBER),
    occurred_at: TIME,
    id: bytes('019b8c0a00007000800000000000e100'),
    source: 'shop',
    event_id: 'order-1',
    type: 0,
    name: null,
    amount: 10_000,
    quantity: 1,
    order_id: 'order-1',
    attributes: '{"channel":"app"}',
    earnings: null,
    program_version: 1,
    recorded_at: TIME,
  };
  await tx.insertMany('member_event', Object.keys(event), [Object.values(event)]);
  const returned = {
    id: bytes('019b8c0a00007000800000000000e200'),
    member_id: bytes(MEMBER),
    order_id: 'order-2',
    amount: null,
    state: 'WAITING',
    due_at: TIME,
    recorded_at: TIME,
    points: 0,
    growth: 0,
    stored_value: 0,
  };
  await tx.insertMany('event_return', Object.keys(returned), [Object.values(returned)]);
  await tx.insertMany('points_lot_due', ['day', 'member_id'], [[20_300_101, bytes(MEMBER)]]);
}
