// The outbox of what partners are to be told.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class PartnerEvents1764000000004 implements MigrationInterface {
  readonly name = 'PartnerEvents1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'partner_event',
      columns: {
        id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        subject_id: `${types.id} NOT NULL`,
        type: `${types.text(32)} NOT NULL`,
        happened_at: `${types.amount} NOT NULL`,
        data: `${types.longText} NOT NULL`,
      },
      primaryKey: ['id'],
      indexes: { partner_event_partner: ['partner_id', 'id'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['partner_event']);
  }
}
