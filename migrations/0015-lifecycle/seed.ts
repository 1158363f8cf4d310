// A member with a stage, a grade and a gift, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, MEMBER, TIME } from '../seed-ids';

const CAMPAIGN = bytes('019b8c0a00007000800000000015f100');
const DAY_NUMBER = 20_458;

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany(
    'member_day',
    ['member_id', 'day', 'activities', 'purchases', 'amount', 'returned'],
    [[bytes(MEMBER), DAY_NUMBER, 2, 1, 9_900, 0]],
  );
  await tx.insertMany(
    'member_rfm',
    ['member_id', 'last_day', 'frequency', 'monetary', 'r', 'f', 'm'],
    [[bytes(MEMBER), DAY_NUMBER, 1, 9_900, 5, 1, 3]],
  );
  await tx.insertMany(
    'stage_change',
    ['member_id', 'id', 'from_stage', 'to_stage', 'day', 'program_version', 'recorded_at'],
    [[bytes(MEMBER), bytes('019b8c0a00007000800000000015f200'), null, 'ACTIVE', DAY_NUMBER, 1, TIME]],
  );
  const run = { state: 'DONE', position: bytes(MEMBER), looked: 1, given: 1, due_at: TIME, started_at: TIME };
  await tx.insertMany(
    'campaign_run',
    ['campaign_id', 'occasion', ...Object.keys(run), 'finished_at'],
    [[CAMPAIGN, '2026-01-05', ...Object.values(run), TIME]],
  );
  await tx.insertMany(
    'campaign_trigger',
    ['campaign_id', 'member_id', 'occasion', 'due_at'],
    [[CAMPAIGN, bytes(MEMBER), 'ACTIVE 2026-01-05', TIME]],
  );
  const decided = { state: 'GIVEN', cost: 500, program_version: 1, decided_at: TIME };
  const gift = { ...decided, given_at: TIME, reward: '{"points":5}' };
  await tx.insertMany(
    'campaign_gift',
    ['id', 'campaign_id', 'member_id', 'occasion', ...Object.keys(gift)],
    [[bytes('019b8c0a00007000800000000015f300'), CAMPAIGN, bytes(MEMBER), '2026-01-05', ...Object.values(gift)]],
  );
}
