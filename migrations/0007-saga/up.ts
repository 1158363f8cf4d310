// What the saga of a partner's coupon keeps in the redemption, and the items that staff must reconcile.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

export class Saga1764000000007 implements MigrationInterface {
  readonly name = 'Saga1764000000007';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    const columns = {
      item_version: types.integer,
      offer_ref: types.text(128),
      partner_ref: types.text(190),
      link_cipher: types.blob,
      code_hash: types.bytes(16),
      attempts: `${types.integer} NOT NULL DEFAULT 0`,
      step_no: `${types.integer} NOT NULL DEFAULT 0`,
    };
    for (const [column, type] of Object.entries(columns)) {
      await runner.query(`ALTER TABLE redemption ADD COLUMN ${column} ${type}`);
    }
    await runner.query('CREATE UNIQUE INDEX redemption_partner_code ON redemption (partner_id, code_hash)');
    await createTable(runner, () => ({
      name: 'reconciliation_item',
      columns: {
        id: `${types.id} NOT NULL`,
        redemption_id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        kind: `${types.text(32)} NOT NULL`,
        detail: `${types.longText} NOT NULL`,
        found_at: `${types.amount} NOT NULL`,
        resolved_at: types.amount,
        resolved_by: types.text(190),
      },
      primaryKey: ['id'],
      unique: { reconciliation_item_of: ['redemption_id', 'kind'] },
      indexes: { reconciliation_item_partner: ['partner_id', 'id'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['reconciliation_item']);
    const { name } = dialectOf(runner);
    await runner.query(`DROP INDEX redemption_partner_code${name === 'mysql' ? ' ON redemption' : ''}`);
    const columns = ['step_no', 'attempts', 'code_hash', 'link_cipher', 'partner_ref', 'offer_ref', 'item_version'];
    for (const column of columns) await runner.query(`ALTER TABLE redemption DROP COLUMN ${column}`);
  }
}
