// What tracking asks of redemptions: level, plan and source as they were at the claim; and how often offers were shown.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

const INDEXES = {
  redemption_level: 'level_id, id',
  redemption_plan: 'plan_id, id',
  redemption_source: 'source, id',
  redemption_status: 'status, id',
  redemption_used: 'used_at',
} as const;

export class Tracking1764000000021 implements MigrationInterface {
  readonly name = 'Tracking1764000000021';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    const columns = { level_id: types.id, plan_id: types.id, source: types.text(190) };
    for (const [column, type] of Object.entries(columns)) {
      await runner.query(`ALTER TABLE redemption ADD COLUMN ${column} ${type}`);
    }
    // A card keeps its plan for good, so what is written here is what a claim would have written.
    await runner.query(
      `UPDATE redemption SET plan_id = (SELECT c.plan_id FROM card c WHERE c.id = redemption.card_id)
       WHERE card_id IS NOT NULL`,
    );
    for (const [name, on] of Object.entries(INDEXES)) await runner.query(`CREATE INDEX ${name} ON redemption (${on})`);
    await createTable(runner, () => ({
      name: 'impression',
      columns: {
        day: `${types.integer} NOT NULL`,
        offer_id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        shown: `${types.amount} NOT NULL`,
      },
      primaryKey: ['day', 'offer_id'],
    }));
    await createTable(runner, () => ({
      name: 'impression_batch',
      columns: {
        id: `${types.id} NOT NULL`,
        fingerprint: `${types.id} NOT NULL`,
        recorded_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['id'],
      indexes: { impression_batch_recorded: ['recorded_at'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['impression_batch', 'impression']);
    const on = dialectOf(runner).name === 'mysql' ? ' ON redemption' : '';
    for (const name of Object.keys(INDEXES).toReversed()) await runner.query(`DROP INDEX ${name}${on}`);
    for (const column of ['source', 'plan_id', 'level_id']) {
      await runner.query(`ALTER TABLE redemption DROP COLUMN ${column}`);
    }
  }
}
