// How cards are sold: the price of a term by its code, applications, gifts of terms that are due, and refunds.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

export class Sales1764000000013 implements MigrationInterface {
  readonly name = 'Sales1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE card_term ADD COLUMN price_code ${dialectOf(runner).types.text(64)}`);
    await createTable(runner, (types) => ({
      name: 'plan_application',
      columns: {
        id: `${types.id} NOT NULL`,
        member_id: `${types.id} NOT NULL`,
        plan_id: `${types.id} NOT NULL`,
        program_version: `${types.integer} NOT NULL`,
        request_key: `${types.id} NOT NULL`,
        fingerprint: `${types.id} NOT NULL`,
        fields: `${types.longText} NOT NULL`,
        evidence: `${types.longText} NOT NULL`,
        state: `${types.text(16)} NOT NULL`,
        open_key: types.id,
        applied_at: `${types.amount} NOT NULL`,
        reviewed_at: types.amount,
        reviewed_by: types.text(128),
        reason: types.text(500),
      },
      primaryKey: ['id'],
      unique: { plan_application_request: ['request_key'], plan_application_open: ['open_key'] },
      indexes: { plan_application_member: ['member_id', 'id'], plan_application_state: ['state', 'id'] },
    }));
    await createTable(runner, (types) => ({
      name: 'term_gift',
      columns: {
        id: `${types.id} NOT NULL`,
        member_id: `${types.id} NOT NULL`,
        term_id: `${types.id} NOT NULL`,
        reason: `${types.text(160)} NOT NULL`,
        reward: `${types.longText} NOT NULL`,
        due_at: types.amount,
      },
      primaryKey: ['id'],
      indexes: { term_gift_due: ['due_at', 'id'], term_gift_term: ['term_id'] },
    }));
    await createTable(runner, (types) => ({
      name: 'card_refund',
      columns: {
        id: `${types.id} NOT NULL`,
        request_key: `${types.id} NOT NULL`,
        fingerprint: `${types.id} NOT NULL`,
        member_id: `${types.id} NOT NULL`,
        card_id: `${types.id} NOT NULL`,
        plan_id: `${types.id} NOT NULL`,
        term_id: `${types.id} NOT NULL`,
        order_id: `${types.text(128)} NOT NULL`,
        currency: `${types.text(3)} NOT NULL`,
        price: `${types.amount} NOT NULL`,
        asked: types.amount,
        less_used: `${types.integer} NOT NULL`,
        amount: types.amount,
        used_value: types.amount,
        voided: `${types.integer} NOT NULL`,
        used: `${types.integer} NOT NULL`,
        requested_by: `${types.text(128)} NOT NULL`,
        requested_at: `${types.amount} NOT NULL`,
        settled_at: types.amount,
        due_at: types.amount,
      },
      primaryKey: ['id'],
      unique: { card_refund_request: ['request_key'], card_refund_term: ['term_id'] },
      indexes: { card_refund_due: ['due_at', 'id'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['card_refund', 'term_gift', 'plan_application']);
    await runner.query('ALTER TABLE card_term DROP COLUMN price_code');
  }
}
