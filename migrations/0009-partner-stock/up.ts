// What partners told of the stock of their offers.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class PartnerStock1764000000009 implements MigrationInterface {
  readonly name = 'PartnerStock1764000000009';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'partner_stock',
      columns: {
        partner_id: `${types.id} NOT NULL`,
        offer_ref: `${types.text(128)} NOT NULL`,
        available: `${types.integer} NOT NULL`,
        left_count: types.amount,
        told_at: `${types.amount} NOT NULL`,
        changed_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['partner_id', 'offer_ref'],
      indexes: { partner_stock_changed: ['changed_at'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['partner_stock']);
  }
}
