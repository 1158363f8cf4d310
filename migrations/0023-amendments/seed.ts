// An alert that concerns a partner, and a revision that took effect with a day, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, PARTNER, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  await tx.run('UPDATE agreement_revision SET effective_at = ?', [TIME]);
  await tx.run('UPDATE agreement SET next_at = ?', [TIME]);
  const columns = ['id', 'kind', 'subject', 'message', 'details', 'raised_at', 'seen_at', 'partner_id'];
  const row = [bytes('019b8c0a00007000800000000000fa00'), 'AGREEMENT_ENDING', 'cups', 'It ends.', '{}', TIME, TIME];
  await tx.insertMany('alert', columns, [[...row, bytes(PARTNER)]]);
}
