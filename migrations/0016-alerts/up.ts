// Alerts that staff should see, each once while it lasts; and how members stood at each level, day by day.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Alerts1764000000016 implements MigrationInterface {
  readonly name = 'Alerts1764000000016';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'alert',
      columns: {
        id: `${types.id} NOT NULL`,
        kind: `${types.text(32)} NOT NULL`,
        subject: `${types.text(128)} NOT NULL`,
        open_key: types.text(161),
        message: `${types.text(1000)} NOT NULL`,
        details: `${types.longText} NOT NULL`,
        raised_at: `${types.amount} NOT NULL`,
        seen_at: `${types.amount} NOT NULL`,
        resolved_at: types.amount,
      },
      primaryKey: ['id'],
      unique: { alert_open: ['open_key'] },
      indexes: { alert_kind: ['kind', 'id'] },
    }));
    await createTable(runner, (types) => ({
      name: 'level_census',
      columns: {
        day: `${types.integer} NOT NULL`,
        taken_at: `${types.amount} NOT NULL`,
        members: `${types.integer} NOT NULL`,
        levels: `${types.longText} NOT NULL`,
      },
      primaryKey: ['day'],
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['level_census', 'alert']);
  }
}
