// Rewards, a task, a check-in, a draw and a referral, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, MEMBER, REDEMPTION, TIME } from '../seed-ids';

const id = (digits: string) => bytes(`019b8c0a0000700080000000${digits.padStart(6, '0')}00`);
const NOBODY = bytes('0'.repeat(32));
const DAY = 20_260_105;

export async function seed(tx: Sql): Promise<void> {
  const add = (table: string, row: Record<string, string | number | Buffer | null>) =>
    tx.insertMany(table, Object.keys(row), [Object.values(row)]);
  const member = { member_id: bytes(MEMBER) };
  await add('reward_given', {
    occasion: id('141'),
    ...member,
    reason: 'task first-order',
    program_version: 1,
    points: 0,
    growth: 0,
    stored_value: 0,
    chances: '{}',
    redemptions: JSON.stringify([REDEMPTION]),
    missed: '[]',
    given_at: TIME,
  });
  // Due far from now, so that it is still there after the next one.
  await add('reward_due', {
    occasion: id('142'),
    ...member,
    reason: 'check-in',
    program_version: 1,
    reward: '{"points":5}',
    due_at: TIME * 2,
  });
  await add('task_completion', {
    ...member,
    task_id: id('143'),
    assignment: NOBODY,
    period: 0,
    program_version: 1,
    completed_at: TIME,
    event_id: id('144'),
    recorded_at: TIME,
  });
  await add('task_day', { ...member, task_id: id('143'), day: DAY, streak_end: null });
  await add('check_in', { ...member, day: DAY, made_up: 0, streak: 1, rewarded: 1, made_at: TIME });
  await add('draw_seed', { draw_id: id('145'), day: DAY, seed: Buffer.alloc(32, 9) });
  await add('draw_odds', { draw_id: id('145'), version: 1, odds: '{"prizes":[],"nothing":1}' });
  await add('drawing', {
    id: id('146'),
    ticket: id('147'),
    ...member,
    draw_id: id('145'),
    version: 1,
    day: DAY,
    roll: 0,
    landed: null,
    prize: null,
    points: 0,
    drawn_at: TIME,
  });
  await add('referral', {
    invitee_id: id('148'),
    inviter_id: bytes(MEMBER),
    accepted_at: TIME,
    expires_at: TIME,
    earned_at: null,
    event_id: null,
  });
}
