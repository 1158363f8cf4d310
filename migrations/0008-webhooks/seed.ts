// A partner that listens, what it was told and what it told, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, PARTNER, REDEMPTION, TIME } from '../seed-ids';

const SECRET = '019b8c0a00007000800000000000f100';
const EVENT = '019b8c0a00007000800000000000f200';

export async function seed(tx: Sql): Promise<void> {
  const endpoint = {
    partner_id: bytes(PARTNER),
    url: 'https://brewer.example/webhooks',
    event_types: '[]',
    state: 'ACTIVE',
    disabled_reason: null,
    failing_since: null,
    resume_at: null,
    changed_at: TIME,
  };
  await tx.insertMany('webhook_endpoint', Object.keys(endpoint), [Object.values(endpoint)]);
  await tx.insertMany(
    'webhook_secret',
    ['partner_id', 'direction', 'id', 'sealed', 'created_at', 'ends_at'],
    [[bytes(PARTNER), 'OUTGOING', bytes(SECRET), Buffer.alloc(60, 5), TIME, null]],
  );
  const delivery = {
    event_id: bytes(EVENT),
    partner_id: bytes(PARTNER),
    subject_id: bytes(REDEMPTION),
    type: 'redemption.issued',
    happened_at: TIME,
    data: '{}',
    state: 'DELIVERED',
    attempts: 1,
    due_at: TIME,
    last_status: 204,
    last_fault: null,
    ended_at: TIME,
  };
  await tx.insertMany('webhook_delivery', Object.keys(delivery), [Object.values(delivery)]);
  await tx.insertMany(
    'webhook_received',
    ['partner_id', 'message_hash', 'received_at'],
    [[bytes(PARTNER), Buffer.alloc(32, 3), TIME]],
  );
}
