// A registered offer that waits for review, and one that is live, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, LIVE_OFFER, PARTNER, TIME, WAITING_OFFER } from '../seed-ids';

const DEFINITION = JSON.stringify({
  code: 'mug',
  title: 'A mug',
  kind: 'GIFT',
  partner: 'brewer',
  unitCost: 1,
  faceValue: 9,
  fulfilment: 'INTERNAL',
  funding: 'OPERATOR',
  card: 'NONE',
});

export async function seed(tx: Sql): Promise<void> {
  await tx.insertMany(
    'offer',
    ['id', 'partner_id', 'code', 'number', 'state', 'live_revision', 'open_revision', 'last_revision', 'created_at'],
    [
      [bytes(WAITING_OFFER), bytes(PARTNER), 'cup', null, 'IN_REVIEW', null, 1, 1, TIME],
      [bytes(LIVE_OFFER), bytes(PARTNER), 'mug', 100, 'LIVE', 1, null, 1, TIME],
    ],
  );
  await tx.run('UPDATE offer SET waiting_since = ? WHERE id = ?', [TIME, bytes(WAITING_OFFER)]);
  await tx.insertMany(
    'offer_revision',
    ['offer_id', 'number', 'state', 'definition', 'created_at', 'submitted_at', 'reviewed_at', 'reviewed_by'],
    [
      [bytes(WAITING_OFFER), 1, 'IN_REVIEW', DEFINITION, TIME, TIME, null, null],
      [bytes(LIVE_OFFER), 1, 'APPROVED', DEFINITION, TIME, TIME, TIME, 'bd:bea'],
    ],
  );
}
