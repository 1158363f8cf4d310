// A member at a level that is kept, how it got there, and a gift of that level, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, LEVEL, MEMBER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const state = 'level_at = ?, level_id = ?, level_since = ?, level_shown_id = ?, level_kept_until = ?';
  const values = [TIME, bytes(LEVEL), TIME, bytes(LEVEL), TIME + 1_000_000];
  await tx.run(`UPDATE member SET ${state} WHERE id = ?`, [...values, bytes(MEMBER)]);
  const change = {
    member_id: bytes(MEMBER),
    from_id: null,
    to_id: bytes(LEVEL),
    why: 'RISEN',
    at: TIME,
    program_version: 1,
    noted_by: null,
    reason: null,
  };
  await tx.insertMany('level_history', Object.keys(change), [Object.values(change)]);
  const gift = {
    member_id: bytes(MEMBER),
    level_id: bytes(LEVEL),
    code: 'welcome',
    state: 'GIVEN',
    program_version: 1,
    reward: '{"points":1}',
    due_at: TIME,
    given_at: TIME,
  };
  await tx.insertMany('level_gift', Object.keys(gift), [Object.values(gift)]);
}
