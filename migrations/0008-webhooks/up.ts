// Webhooks: where partners are told things, the secrets of both ways, what is to be delivered, and what was received.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Webhooks1764000000008 implements MigrationInterface {
  readonly name = 'Webhooks1764000000008';

  async up(runner: QueryRunner): Promise<void> {
    await createEndpointTables(runner);
    await createTable(runner, (types) => ({
      name: 'webhook_delivery',
      columns: {
        seq: types.autoId,
        event_id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        subject_id: `${types.id} NOT NULL`,
        type: `${types.text(32)} NOT NULL`,
        happened_at: `${types.amount} NOT NULL`,
        data: `${types.longText} NOT NULL`,
        state: `${types.text(16)} NOT NULL`,
        attempts: `${types.integer} NOT NULL`,
        due_at: `${types.amount} NOT NULL`,
        last_status: types.integer,
        last_fault: types.text(500),
        ended_at: types.amount,
      },
      unique: { webhook_delivery_event: ['event_id'] },
      indexes: {
        webhook_delivery_due: ['state', 'partner_id', 'due_at', 'seq'],
        webhook_delivery_subject: ['partner_id', 'subject_id', 'seq'],
        webhook_delivery_partner: ['partner_id', 'event_id'],
        webhook_delivery_ended: ['state', 'ended_at'],
      },
    }));
    await createTable(runner, (types) => ({
      name: 'webhook_received',
      columns: {
        partner_id: `${types.id} NOT NULL`,
        message_hash: `${types.bytes(32)} NOT NULL`,
        received_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['partner_id', 'message_hash'],
      indexes: { webhook_received_at: ['received_at'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['webhook_received', 'webhook_delivery', 'webhook_secret', 'webhook_endpoint']);
  }
}

async function createEndpointTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'webhook_endpoint',
    columns: {
      partner_id: `${types.id} NOT NULL`,
      url: `${types.text(2048)} NOT NULL`,
      event_types: `${types.longText} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      disabled_reason: types.text(500),
      failing_since: types.amount,
      resume_at: types.amount,
      changed_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['partner_id'],
  }));
  await createTable(runner, (types) => ({
    name: 'webhook_secret',
    columns: {
      partner_id: `${types.id} NOT NULL`,
      direction: `${types.text(8)} NOT NULL`,
      id: `${types.id} NOT NULL`,
      sealed: `${types.blob} NOT NULL`,
      created_at: `${types.amount} NOT NULL`,
      ends_at: types.amount,
    },
    primaryKey: ['partner_id', 'direction', 'id'],
  }));
}
