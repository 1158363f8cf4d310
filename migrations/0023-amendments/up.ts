// Amendments of agreements, the agreement that paid for a redemption, and the partner that an alert concerns.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../../src/database/table';

export class Amendments1764000000023 implements MigrationInterface {
  readonly name = 'Amendments1764000000023';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    await runner.query(`ALTER TABLE agreement ADD COLUMN next_at ${types.amount}`);
    await runner.query(`ALTER TABLE agreement_revision ADD COLUMN effective_at ${types.amount}`);
    await runner.query(`ALTER TABLE redemption ADD COLUMN agreement_id ${types.id}`);
    await runner.query(`ALTER TABLE alert ADD COLUMN partner_id ${types.id}`);
    await runner.query('CREATE INDEX alert_partner ON alert (partner_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    const on = dialectOf(runner).name === 'mysql' ? ' ON alert' : '';
    await runner.query(`DROP INDEX alert_partner${on}`);
    await runner.query('ALTER TABLE alert DROP COLUMN partner_id');
    await runner.query('ALTER TABLE redemption DROP COLUMN agreement_id');
    await runner.query('ALTER TABLE agreement_revision DROP COLUMN effective_at');
    await runner.query('ALTER TABLE agreement DROP COLUMN next_at');
  }
}
