// A delivery in dispute, an adjustment and a signed statement, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, PARTNER, TIME } from '../seed-ids';

const id = (digits: string) => bytes(`019b8c0a000070008000${digits.padStart(10, '0')}00`);

export async function seed(tx: Sql): Promise<void> {
  const agreement = bytes('019b8c0a00007000800000000018a100');
  const [delivery, adjustment, statement] = [id('19a1'), id('19a2'), id('19a3')];
  const insert = (table: string, row: Record<string, string | number | Buffer | null>) =>
    tx.insertMany(table, Object.keys(row), [Object.values(row)]);
  const about = { agreement_id: agreement, partner_id: bytes(PARTNER) };
  await insert('delivery', {
    id: delivery,
    ...about,
    item: 1,
    side: 'PARTNER',
    source: 'till',
    external_id: '1',
    quantity: 3,
    value: 1_500,
    counted_quantity: 3,
    counted_value: 1_500,
    delivered_at: TIME,
    recorded_at: TIME,
    recorded_by: 'partner:brewer',
    evidence: '[]',
    note: null,
    fingerprint: delivery,
    state: 'DISPUTED',
    disputes: 1,
  });
  const opened = { reason: 'Two came.', opened_at: TIME, opened_by: 'bd:bea' };
  await insert('delivery_dispute', { delivery_id: delivery, number: 1, ...opened });
  await insert('settlement_adjustment', {
    id: adjustment,
    ...about,
    item: 1,
    side: 'PARTNER',
    quantity: -1,
    value: -500,
    reason: 'Counted twice.',
    source_kind: 'by-hand',
    source_id: '1',
    happened_at: TIME,
    made_at: TIME,
    made_by: 'bd:bea',
  });
  const signed = { operator_at: TIME, operator_by: 'bd:bea', partner_at: TIME, partner_by: 'partner:brewer' };
  await insert('statement', {
    id: statement,
    ...about,
    number: 1,
    starts_at: TIME,
    ends_at: TIME + 1,
    state: 'ISSUED',
    making_until: null,
    line_count: 1,
    hash: '0'.repeat(64),
    body: '{"items":[]}',
    issued_at: TIME,
    issued_by: 'bd:bea',
    ...signed,
  });
  await insert('statement_line', {
    statement_id: statement,
    booked_at: TIME,
    chain: delivery,
    item: 1,
    kind: 'DELIVERY',
    month: 20260100,
    quantity: 3,
    value: 1_500,
    reference: 'till:1',
  });
}
