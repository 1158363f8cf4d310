// Partners that register themselves, their keys, and how their APIs are reached.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Partners1764000000005 implements MigrationInterface {
  readonly name = 'Partners1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await createPartnerTables(runner);
    await createConnectorTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'partner_secret',
      'partner_connector',
      'partner_change',
      'partner_credential',
      'partner',
    ]);
  }
}

async function createPartnerTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'partner',
    columns: {
      id: `${types.id} NOT NULL`,
      code: `${types.text(64)} NOT NULL`,
      taken_code: types.text(64),
      number: types.integer,
      name: `${types.text(128)} NOT NULL`,
      contact: `${types.text(254)} NOT NULL`,
      website: types.text(512),
      description: `${types.text(2000)} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      version: `${types.integer} NOT NULL`,
      claim_hash: types.bytes(32),
      applied_at: `${types.amount} NOT NULL`,
      applied_by: `${types.text(128)} NOT NULL`,
      changed_at: `${types.amount} NOT NULL`,
      changed_by: `${types.text(128)} NOT NULL`,
      reason: `${types.text(500)} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { partner_taken_code: ['taken_code'], partner_number: ['number'] },
    indexes: { partner_state: ['state', 'id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'partner_credential',
    columns: {
      id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      key_prefix: `${types.text(16)} NOT NULL`,
      key_hash: `${types.bytes(32)} NOT NULL`,
      label: `${types.text(128)} NOT NULL`,
      scopes: `${types.text(255)} NOT NULL`,
      created_at: `${types.amount} NOT NULL`,
      created_by: `${types.text(128)} NOT NULL`,
      ends_at: `${types.amount} NOT NULL`,
      last_used_at: types.amount,
      replaced_by: types.id,
      revoked_at: types.amount,
      revoked_by: types.text(128),
    },
    primaryKey: ['id'],
    unique: { partner_credential_prefix: ['key_prefix'] },
    indexes: { partner_credential_partner: ['partner_id', 'id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'partner_change',
    columns: {
      partner_id: `${types.id} NOT NULL`,
      seq: `${types.integer} NOT NULL`,
      kind: `${types.text(32)} NOT NULL`,
      made_at: `${types.amount} NOT NULL`,
      made_by: `${types.text(128)} NOT NULL`,
      reason: `${types.text(500)} NOT NULL`,
    },
    primaryKey: ['partner_id', 'seq'],
  }));
}

async function createConnectorTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'partner_connector',
    columns: {
      partner_id: `${types.id} NOT NULL`,
      version: `${types.integer} NOT NULL`,
      kind: `${types.text(32)} NOT NULL`,
      manifest: `${types.longText} NOT NULL`,
      set_at: `${types.amount} NOT NULL`,
      set_by: `${types.text(128)} NOT NULL`,
    },
    primaryKey: ['partner_id', 'version'],
  }));
  await createTable(runner, (types) => ({
    name: 'partner_secret',
    columns: {
      partner_id: `${types.id} NOT NULL`,
      name: `${types.text(64)} NOT NULL`,
      cipher: `${types.blob} NOT NULL`,
      changed_at: `${types.amount} NOT NULL`,
      changed_by: `${types.text(128)} NOT NULL`,
    },
    primaryKey: ['partner_id', 'name'],
  }));
}
