// A feed with one line, the run that compared it, and an item under dispute, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, PARTNER, REDEMPTION, TIME } from '../seed-ids';

const FEED = bytes('019b8c0a00007000800000000020f100');
const RUN = bytes('019b8c0a00007000800000000020a100');
const KEY = Buffer.alloc(16, 9);

const TERMS = { basis: 'USED', matchBy: 'CODE', amountIs: 'COST', timeZone: 'Asia/Shanghai' };

async function insert(tx: Sql, table: string, row: Record<string, string | number | Buffer | null>): Promise<void> {
  await tx.insertMany(table, Object.keys(row), [Object.values(row)]);
}

export async function seed(tx: Sql): Promise<void> {
  await insert(tx, 'feed', {
    id: FEED,
    partner_id: bytes(PARTNER),
    name: '2026-01',
    terms: JSON.stringify(TERMS),
    period_from: TIME,
    period_before: TIME + 1,
    state: 'CLOSED',
    opened_at: TIME,
    opened_by: 'partner:brewer',
    closed_at: TIME,
    closed_by: 'partner:brewer',
    line_count: 1,
  });
  await insert(tx, 'feed_line', {
    feed_id: FEED,
    match_key: KEY,
    line: 2,
    content: Buffer.alloc(16, 8),
    code_cipher: Buffer.alloc(40, 7),
    offer_id: null,
    amount: 500,
    happened_at: TIME,
    day: null,
    state: 'USED',
  });
  await insert(tx, 'reconciliation_run', {
    id: RUN,
    feed_id: FEED,
    partner_id: bytes(PARTNER),
    tolerance: JSON.stringify({ amount: 0, minutes: 5, days: 0 }),
    state: 'DONE',
    step_no: 4,
    position: '{}',
    totals: JSON.stringify({ ONLY_OURS: { count: 1, ours: 500, theirs: 0 } }),
    done: 1,
    total: 1,
    started_at: TIME,
    started_by: 'bd:bea',
    ended_at: TIME,
  });
  const ours = { run_id: RUN, match_key: KEY, redemption_id: bytes(REDEMPTION) };
  await insert(tx, 'reconciliation_ours', { ...ours, due: 1, amount: 500, happened_at: TIME, status: 'USED' });
  await insert(tx, 'reconciliation_match', { run_id: RUN, line: 2, redemption_id: bytes(REDEMPTION) });
  await tx.run('UPDATE reconciliation_item SET decision = ?, reason = ?, decided_at = ?, decided_by = ?', [
    'DISPUTED',
    'Look at your till.',
    TIME,
    'bd:bea',
  ]);
}
