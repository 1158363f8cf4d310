// What is remembered of a member's level, the history of levels, and which gifts of levels were taken.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

export class Levels1764000000012 implements MigrationInterface {
  readonly name = 'Levels1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    const columns = {
      level_at: types.amount,
      growth_unbooked: `${types.amount} NOT NULL DEFAULT 0`,
      level_id: types.id,
      level_since: types.amount,
      level_shown_id: types.id,
      level_kept_until: types.amount,
      level_falls_at: types.amount,
      level_manual_id: types.id,
      level_manual_until: types.amount,
      level_due_at: types.amount,
    };
    for (const [column, type] of Object.entries(columns)) {
      await runner.query(`ALTER TABLE member ADD COLUMN ${column} ${type}`);
    }
    await runner.query('CREATE INDEX member_level_due ON member (level_due_at, id)');
    await createTable(runner, () => ({
      name: 'level_history',
      columns: {
        seq: types.autoId,
        member_id: `${types.id} NOT NULL`,
        from_id: types.id,
        to_id: types.id,
        why: `${types.text(16)} NOT NULL`,
        at: `${types.amount} NOT NULL`,
        program_version: `${types.integer} NOT NULL`,
        noted_by: types.text(190),
        reason: types.text(500),
      },
      indexes: { level_history_member: ['member_id', 'seq'] },
    }));
    await createTable(runner, () => ({
      name: 'level_gift',
      columns: {
        member_id: `${types.id} NOT NULL`,
        level_id: `${types.id} NOT NULL`,
        code: `${types.text(64)} NOT NULL`,
        state: `${types.text(8)} NOT NULL`,
        program_version: `${types.integer} NOT NULL`,
        reward: `${types.longText} NOT NULL`,
        due_at: `${types.amount} NOT NULL`,
        given_at: types.amount,
      },
      primaryKey: ['member_id', 'level_id', 'code'],
      indexes: { level_gift_due: ['state', 'due_at', 'member_id'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['level_gift', 'level_history']);
    const { name } = dialectOf(runner);
    await runner.query(`DROP INDEX member_level_due${name === 'mysql' ? ' ON member' : ''}`);
    const columns = [
      'level_due_at',
      'level_manual_until',
      'level_manual_id',
      'level_falls_at',
      'level_kept_until',
      'level_shown_id',
      'level_since',
      'level_id',
      'growth_unbooked',
      'level_at',
    ];
    for (const column of columns) await runner.query(`ALTER TABLE member DROP COLUMN ${column}`);
  }
}
