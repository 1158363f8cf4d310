// The operator's configuration: its items, its versions, and the counter that tells other processes to read again.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Program1764000000002 implements MigrationInterface {
  readonly name = 'Program1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'program_item',
      columns: {
        id: `${types.id} NOT NULL`,
        kind: `${types.text(16)} NOT NULL`,
        code: `${types.text(64)} NOT NULL`,
        number: `${types.integer} NOT NULL`,
        definition: `${types.longText} NOT NULL`,
        version: `${types.integer} NOT NULL`,
        retired: `${types.integer} NOT NULL`,
      },
      primaryKey: ['id'],
      unique: { program_item_code: ['kind', 'code'], program_item_number: ['number'] },
    }));
    await createTable(runner, (types) => ({
      name: 'program_version',
      columns: {
        version: `${types.integer} NOT NULL`,
        applied_at: `${types.amount} NOT NULL`,
        applied_by: `${types.text(128)} NOT NULL`,
        hash: `${types.text(64)} NOT NULL`,
        definition: `${types.longText} NOT NULL`,
      },
      primaryKey: ['version'],
    }));
    await createTable(runner, (types) => ({
      name: 'catalogue_version',
      columns: { id: `${types.integer} NOT NULL`, version: `${types.amount} NOT NULL` },
      primaryKey: ['id'],
    }));
    await runner.query('INSERT INTO catalogue_version (id, version) VALUES (1, 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['catalogue_version', 'program_version', 'program_item']);
  }
}
