// The audit: entries that are only ever appended, and the head of their chain of hashes.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Audit1764000000017 implements MigrationInterface {
  readonly name = 'Audit1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'audit_entry',
      columns: {
        number: `${types.amount} NOT NULL`,
        kind: `${types.text(16)} NOT NULL`,
        made_at: `${types.amount} NOT NULL`,
        role: `${types.text(16)} NOT NULL`,
        actor: `${types.text(160)} NOT NULL`,
        request_id: `${types.text(64)} NOT NULL`,
        action: `${types.text(64)} NOT NULL`,
        subject_type: `${types.text(32)} NOT NULL`,
        subject_key: `${types.text(160)} NOT NULL`,
        asked: types.amount,
        outcome: types.text(16),
        detail: `${types.longText} NOT NULL`,
        hash: `${types.text(64)} NOT NULL`,
      },
      primaryKey: ['number'],
      unique: { audit_entry_answer: ['asked'] },
      indexes: {
        audit_entry_subject: ['subject_type', 'subject_key', 'number'],
        audit_entry_actor: ['actor', 'number'],
        audit_entry_action: ['action', 'number'],
        audit_entry_made: ['made_at'],
      },
    }));
    await createTable(runner, (types) => ({
      name: 'audit_head',
      columns: {
        one: `${types.integer} NOT NULL`,
        number: `${types.amount} NOT NULL`,
        hash: `${types.text(64)} NOT NULL`,
      },
      primaryKey: ['one'],
      checks: { audit_head_one: 'one = 1' },
    }));
    await runner.query(`INSERT INTO audit_head (one, number, hash) VALUES (1, 0, '${'0'.repeat(64)}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['audit_head', 'audit_entry']);
  }
}
