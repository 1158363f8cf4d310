// Agreements of exchange between operator and partners, with all that they ever said.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Agreements1764000000018 implements MigrationInterface {
  readonly name = 'Agreements1764000000018';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'agreement',
      columns: {
        id: `${types.id} NOT NULL`,
        partner_id: `${types.id} NOT NULL`,
        code: `${types.text(64)} NOT NULL`,
        owner: `${types.text(128)} NOT NULL`,
        number: types.integer,
        state: `${types.text(16)} NOT NULL`,
        revision: types.integer,
        last_revision: `${types.integer} NOT NULL`,
        currency: `${types.text(3)} NOT NULL`,
        starts_at: `${types.amount} NOT NULL`,
        ends_at: `${types.amount} NOT NULL`,
        created_at: `${types.amount} NOT NULL`,
        created_by: `${types.text(128)} NOT NULL`,
        closed_at: types.amount,
        closed_by: types.text(128),
        reason: types.text(500),
      },
      primaryKey: ['id'],
      unique: { agreement_code: ['code'], agreement_number: ['number'] },
      indexes: {
        agreement_partner: ['partner_id', 'id'],
        agreement_owner: ['owner', 'id'],
        agreement_state: ['state', 'starts_at'],
      },
    }));
    await createTable(runner, (types) => ({
      name: 'agreement_revision',
      columns: {
        agreement_id: `${types.id} NOT NULL`,
        number: `${types.integer} NOT NULL`,
        terms: `${types.longText} NOT NULL`,
        created_at: `${types.amount} NOT NULL`,
        created_by: `${types.text(128)} NOT NULL`,
        operator_at: types.amount,
        operator_by: types.text(128),
        partner_at: types.amount,
        partner_by: types.text(128),
      },
      primaryKey: ['agreement_id', 'number'],
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['agreement_revision', 'agreement']);
  }
}
