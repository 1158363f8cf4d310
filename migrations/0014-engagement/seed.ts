// A reward that was given, as it was before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, MEMBER, REDEMPTION, TIME } from '../seed-ids';

const OCCASION = '019b8c0a000070008000000000014100';

export async function seed(tx: Sql): Promise<void> {
  const given = {
    occasion: bytes(OCCASION),
    member_id: bytes(MEMBER),
    reason: 'task first-order',
    points: 0,
    growth: 0,
    stored_value: 0,
    redemptions: JSON.stringify([REDEMPTION]),
    missed: '[]',
    given_at: TIME,
  };
  await tx.insertMany('reward_given', Object.keys(given), [Object.values(given)]);
}
