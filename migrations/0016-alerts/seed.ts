// An open alert, a resolved one, and the census that they come from, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, TIME } from '../seed-ids';

const COLUMNS = ['id', 'kind', 'subject', 'open_key', 'message', 'details', 'raised_at', 'seen_at', 'resolved_at'];

export async function seed(tx: Sql): Promise<void> {
  const open = bytes('019b8c0a00007000800000000000f600');
  const resolved = bytes('019b8c0a00007000800000000000f700');
  const key = 'LEVEL_CROWDED registered';
  await tx.insertMany('alert', COLUMNS, [
    [open, 'LEVEL_CROWDED', 'registered', key, 'Crowded.', '{}', TIME, TIME, null],
    [resolved, 'LEVEL_CROWDED', 'gold', null, 'Crowded.', '{}', TIME, TIME, TIME + 1],
  ]);
  const levels = JSON.stringify([{ level: 'registered', members: 1, users: 0, climbers: 0 }]);
  await tx.insertMany('level_census', ['day', 'taken_at', 'members', 'levels'], [[20260105, TIME, 1, levels]]);
}
