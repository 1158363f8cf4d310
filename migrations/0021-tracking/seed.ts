// A day on which an offer was shown, and the batch that told, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, OFFER, PARTNER, REDEMPTION, TIME } from '../seed-ids';

export async function seed(tx: Sql): Promise<void> {
  const columns = ['day', 'offer_id', 'partner_id', 'shown'];
  await tx.insertMany('impression', columns, [[20260105, bytes(OFFER), bytes(PARTNER), 120]]);
  const batch = [bytes('019b8c0a00007000800000000000f900'), Buffer.alloc(16, 6), TIME];
  await tx.insertMany('impression_batch', ['id', 'fingerprint', 'recorded_at'], [batch]);
  await tx.run('UPDATE redemption SET source = ? WHERE id = ?', ['campaign birthday', bytes(REDEMPTION)]);
}
