// An application that waits, a gift that is due, and a refund that was settled, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, CARD, MEMBER, PLAN, TERM, TIME } from '../seed-ids';

const id = (digits: string) => bytes(`019b8c0a0000700080000000000013${digits}`);

export async function seed(tx: Sql): Promise<void> {
  const application = {
    id: id('10'),
    member_id: bytes(MEMBER),
    plan_id: bytes(PLAN),
    program_version: 1,
    request_key: id('11'),
    fingerprint: id('12'),
    fields: '{"companyAgeYears":3}',
    evidence: '["https://evidence.example/licence"]',
    state: 'PENDING',
    open_key: id('13'),
    applied_at: TIME,
    reviewed_at: null,
    reviewed_by: null,
    reason: null,
  };
  await tx.insertMany('plan_application', Object.keys(application), [Object.values(application)]);
  const gift = {
    id: id('20'),
    member_id: bytes(MEMBER),
    term_id: bytes(TERM),
    reason: 'renewal of plus',
    reward: '{"points":100}',
    due_at: null,
  };
  await tx.insertMany('term_gift', Object.keys(gift), [Object.values(gift)]);
  const refund = {
    id: id('30'),
    request_key: id('31'),
    fingerprint: id('32'),
    member_id: bytes(MEMBER),
    card_id: bytes(CARD),
    plan_id: bytes(PLAN),
    term_id: id('33'),
    order_id: 'an order of long ago',
    currency: 'CNY',
    price: 10_900,
    asked: null,
    less_used: 1,
    amount: 10_400,
    used_value: 500,
    voided: 2,
    used: 1,
    requested_by: 'server:shop',
    requested_at: TIME,
    settled_at: TIME,
    due_at: null,
  };
  await tx.insertMany('card_refund', Object.keys(refund), [Object.values(refund)]);
}
