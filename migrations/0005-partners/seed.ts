// A partner that registered itself, with a key and a connector, as they were before the next migration.
import type { Sql } from '../../src/database/sql';
import { bytes, REGISTERED_PARTNER, TIME } from '../seed-ids';

const BY = 'bd:seed';

export async function seed(tx: Sql): Promise<void> {
  const partnerId = bytes(REGISTERED_PARTNER);
  const partner = {
    id: partnerId,
    code: 'bakery',
    taken_code: 'bakery',
    number: 1_000,
    name: 'The Bakery',
    contact: 'bakery@example.com',
    website: null,
    description: '',
    state: 'APPROVED',
    version: 2,
    claim_hash: Buffer.alloc(32, 5),
    applied_at: TIME,
    applied_by: 'anonymous:itself',
    changed_at: TIME,
    changed_by: BY,
    reason: '',
  };
  await tx.insertMany('partner', Object.keys(partner), [Object.values(partner)]);
  const credential = {
    id: partnerId,
    partner_id: partnerId,
    key_prefix: '0123456789abcdef',
    key_hash: Buffer.alloc(32, 6),
    label: 'first',
    scopes: 'OFFERS_READ',
    created_at: TIME,
    created_by: BY,
    ends_at: TIME + 86_400_000,
    last_used_at: null,
    replaced_by: null,
    revoked_at: null,
    revoked_by: null,
  };
  await tx.insertMany('partner_credential', Object.keys(credential), [Object.values(credential)]);
  await tx.insertMany(
    'partner_change',
    ['partner_id', 'seq', 'kind', 'made_at', 'made_by', 'reason'],
    [[partnerId, 1, 'APPROVED', TIME, BY, '']],
  );
  await tx.insertMany(
    'partner_connector',
    ['partner_id', 'version', 'kind', 'manifest', 'set_at', 'set_by'],
    [[partnerId, 1, 'NONE', '', TIME, BY]],
  );
  await tx.insertMany(
    'partner_secret',
    ['partner_id', 'name', 'cipher', 'changed_at', 'changed_by'],
    [[partnerId, 'token', Buffer.alloc(40, 7), TIME, BY]],
  );
}
