// One thing that a partner was to be told, as it was before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, EVENT, PARTNER, REDEMPTION, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany(
    'partner_event',
    ['id', 'partner_id', 'subject_id', 'type', 'happened_at', 'data'],
    [[bytes(EVENT), bytes(PARTNER), bytes(REDEMPTION), 'redemption.issued', TIME, '{}']],
  );
}
