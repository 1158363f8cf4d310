// A member, its card with a term, and the coupon that is held on it, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, CARD, MEMBER, OFFER, PARTNER, PLAN, REDEMPTION, TERM, TIME } from '../seed-ids';

const TERM_COLUMNS = [
  'id',
  'card_id',
  'member_id',
  'order_id',
  'program_version',
  'starts_at',
  'ends_at',
  'price',
  'cost_cap',
  'withdrawn',
  'currency',
  'broke_even_at',
];

const YEAR = 365 * 86_400_000;

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany(
    'member',
    ['id', 'external_id', 'nickname', 'birthday', 'tags', 'joined_at'],
    [[bytes(MEMBER), 'seed-1', '林小满', '1992-04-18', '["pets"]', TIME]],
  );
  await tx.insertMany(
    'card',
    ['id', 'member_id', 'plan_id', 'parent_card_id', 'status', 'opened_at', 'closed_at'],
    [[bytes(CARD), bytes(MEMBER), bytes(PLAN), null, 'ACTIVE', TIME, null]],
  );
  const term = [
    bytes(TERM),
    bytes(CARD),
    bytes(MEMBER),
    'order-1',
    1,
    TIME,
    TIME + YEAR,
    10_900,
    9_083,
    0,
    'CNY',
    null,
  ];
  await tx.insertMany('card_term', TERM_COLUMNS, [term]);
  await seedRedemption(tx);
  await tx.insertMany('work_progress', ['name', 'position', 'detail', 'updated_at'], [['seed', 7, '{}', TIME]]);
  await tx.insertMany('job_lease', ['name', 'owner', 'until'], [['seed-job', 'seed-owner', TIME]]);
}

async function seedRedemption(tx: Sql): Promise<void> {
  const code = Buffer.alloc(40, 9);
  await tx.insertMany('code_pool', ['offer_id', 'loaded', 'issued'], [[bytes(OFFER), 2, 1]]);
  await tx.insertMany(
    'pool_code',
    ['offer_id', 'seq', 'code_hash', 'code_cipher'],
    [1, 2].map((seq) => [bytes(OFFER), seq, Buffer.alloc(16, seq), code]),
  );
  const claim = {
    id: bytes(REDEMPTION),
    member_id: bytes(MEMBER),
    item_kind: 'OFFER',
    item_id: bytes(OFFER),
    partner_id: bytes(PARTNER),
    card_id: bytes(CARD),
    term_id: bytes(TERM),
    status: 'ISSUED',
    cost_basis: 'USE',
    currency: 'CNY',
    cost: 30,
    co_pay: 0,
    face_value: 0,
    points: 0,
    pool_seq: 1,
    code_cipher: code,
    claimed_at: TIME,
    expires_at: TIME + 86_400_000,
    used_at: null,
    ended_at: null,
    due_at: TIME + 86_400_000,
    due_step: 'EXPIRE',
  };
  await tx.insertMany('redemption', Object.keys(claim), [Object.values(claim)]);
}
