// An agreement in force and a draft, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, OFFER, PARTNER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const [active, draft] = ['019b8c0a00007000800000000018a100', '019b8c0a00007000800000000018a200'].map(bytes);
  const row = (id: Buffer, code: string, rest: object) => ({
    id,
    partner_id: bytes(PARTNER),
    code,
    owner: 'bea',
    number: null,
    state: 'DRAFT',
    revision: null,
    last_revision: 1,
    currency: 'CNY',
    starts_at: TIME,
    ends_at: TIME + 1,
    created_at: TIME,
    created_by: 'bd:bea',
    closed_at: null,
    closed_by: null,
    reason: null,
    ...rest,
  });
  const rows = [row(active!, 'one', { number: 901, state: 'ACTIVE', revision: 1 }), row(draft!, 'two', {})];
  await tx.insertMany('agreement', Object.keys(rows[0]!), rows.map(Object.values));
  const item = { number: 1, code: 'cups', side: 'PARTNER', kind: 'PERK_REDEMPTION', unit: 'cup', unitValue: 500 };
  const terms = JSON.stringify({
    title: 'Cups for screens',
    startsOn: '2026-01-05',
    endsBefore: '2027-01-05',
    settlement: 'MONTHLY',
    allowedImbalance: {},
    items: [{ ...item, offers: [OFFER], countsAt: 'ISSUE', atCeiling: 'PAUSE' }],
  });
  const columns = ['agreement_id', 'number', 'terms', 'created_at', 'created_by'];
  const confirmed = ['operator_at', 'operator_by', 'partner_at', 'partner_by'];
  await tx.insertMany(
    'agreement_revision',
    [...columns, ...confirmed],
    [
      [active!, 1, terms, TIME, 'bd:bea', TIME, 'bd:bea', TIME, 'partner:brewer'],
      [draft!, 1, terms, TIME, 'bd:bea', TIME, 'bd:bea', null, null],
    ],
  );
}
