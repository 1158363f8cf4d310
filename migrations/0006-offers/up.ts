// Offers that partners register, and their revisions.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Offers1764000000006 implements MigrationInterface {
  readonly name = 'Offers1764000000006';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'offer',
      columns: {
        id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        code: `${types.text(64)} NOT NULL`,
        number: types.integer,
        state: `${types.text(16)} NOT NULL`,
        live_revision: types.integer,
        open_revision: types.integer,
        last_revision: `${types.integer} NOT NULL`,
        paused_by: types.text(16),
        waiting_since: types.amount,
        created_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['id'],
      unique: { offer_code: ['partner_id', 'code'], offer_number: ['number'] },
      indexes: { offer_partner: ['partner_id', 'id'], offer_waiting: ['waiting_since', 'id'] },
    }));
    await createTable(runner, (types) => ({
      name: 'offer_revision',
      columns: {
        offer_id: `${types.id} NOT NULL`,
        number: `${types.integer} NOT NULL`,
        state: `${types.text(16)} NOT NULL`,
        definition: `${types.longText} NOT NULL`,
        created_at: `${types.amount} NOT NULL`,
        submitted_at: types.amount,
        reviewed_at: types.amount,
        reviewed_by: types.text(160),
        reason: types.text(500),
      },
      primaryKey: ['offer_id', 'number'],
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['offer_revision', 'offer']);
  }
}
