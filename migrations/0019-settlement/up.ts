// Deliveries with their disputes, adjustments, and statements with their lines.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Settlement1764000000019 implements MigrationInterface {
  readonly name = 'Settlement1764000000019';

  async up(runner: QueryRunner): Promise<void> {
    await createDeliveries(runner);
    await createAdjustments(runner);
    await createStatements(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'stated_account',
      'statement_line',
      'statement',
      'settlement_adjustment',
      'delivery_dispute',
      'delivery',
    ]);
  }
}

async function createDeliveries(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'delivery',
    columns: {
      id: `${types.id} NOT NULL`,
      agreement_id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      item: `${types.integer} NOT NULL`,
      side: `${types.text(16)} NOT NULL`,
      source: `${types.text(64)} NOT NULL`,
      external_id: `${types.text(128)} NOT NULL`,
      quantity: `${types.amount} NOT NULL`,
      value: `${types.amount} NOT NULL`,
      counted_quantity: `${types.amount} NOT NULL`,
      counted_value: `${types.amount} NOT NULL`,
      delivered_at: `${types.amount} NOT NULL`,
      recorded_at: `${types.amount} NOT NULL`,
      recorded_by: `${types.text(128)} NOT NULL`,
      evidence: `${types.longText} NOT NULL`,
      note: types.text(500),
      fingerprint: `${types.id} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      disputes: `${types.integer} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { delivery_source: ['agreement_id', 'side', 'source', 'external_id'] },
    indexes: {
      delivery_agreement: ['agreement_id', 'id'],
      delivery_agreement_state: ['agreement_id', 'state', 'id'],
      delivery_partner: ['partner_id', 'id'],
      delivery_state: ['state', 'id'],
    },
  }));
  await createTable(runner, (types) => ({
    name: 'delivery_dispute',
    columns: {
      delivery_id: `${types.id} NOT NULL`,
      number: `${types.integer} NOT NULL`,
      reason: `${types.text(500)} NOT NULL`,
      opened_at: `${types.amount} NOT NULL`,
      opened_by: `${types.text(128)} NOT NULL`,
      resolution: types.text(16),
      quantity: types.amount,
      resolved_at: types.amount,
      resolved_by: types.text(128),
      resolved_reason: types.text(500),
    },
    primaryKey: ['delivery_id', 'number'],
  }));
}

async function createAdjustments(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'settlement_adjustment',
    columns: {
      id: `${types.id} NOT NULL`,
      agreement_id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      item: `${types.integer} NOT NULL`,
      side: `${types.text(16)} NOT NULL`,
      quantity: `${types.amount} NOT NULL`,
      value: `${types.amount} NOT NULL`,
      reason: `${types.text(500)} NOT NULL`,
      source_kind: `${types.text(64)} NOT NULL`,
      source_id: `${types.text(128)} NOT NULL`,
      happened_at: `${types.amount} NOT NULL`,
      made_at: `${types.amount} NOT NULL`,
      made_by: `${types.text(128)} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { settlement_adjustment_source: ['agreement_id', 'source_kind', 'source_id'] },
    indexes: {
      settlement_adjustment_agreement: ['agreement_id', 'id'],
      settlement_adjustment_partner: ['partner_id', 'id'],
    },
  }));
}

async function createStatements(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'statement',
    columns: {
      id: `${types.id} NOT NULL`,
      agreement_id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      number: `${types.integer} NOT NULL`,
      starts_at: `${types.amount} NOT NULL`,
      ends_at: `${types.amount} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      making_until: types.amount,
      line_count: `${types.amount} NOT NULL`,
      hash: types.text(64),
      body: types.longText,
      issued_at: types.amount,
      issued_by: types.text(128),
      operator_at: types.amount,
      operator_by: types.text(128),
      partner_at: types.amount,
      partner_by: types.text(128),
    },
    primaryKey: ['id'],
    unique: { statement_number: ['agreement_id', 'number'] },
    indexes: { statement_partner: ['partner_id', 'state', 'id'], statement_state: ['state', 'id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'statement_line',
    columns: {
      statement_id: `${types.id} NOT NULL`,
      booked_at: `${types.amount} NOT NULL`,
      chain: `${types.id} NOT NULL`,
      item: `${types.integer} NOT NULL`,
      kind: `${types.text(16)} NOT NULL`,
      month: `${types.integer} NOT NULL`,
      quantity: `${types.amount} NOT NULL`,
      value: `${types.amount} NOT NULL`,
      reference: types.text(200),
    },
    primaryKey: ['statement_id', 'booked_at', 'chain', 'item'],
    unique: { statement_line_chain: ['chain', 'item'] },
  }));
  await createTable(runner, (types) => ({
    name: 'stated_account',
    columns: {
      account: `${types.bytes(44)} NOT NULL`,
      credits: `${types.amount} NOT NULL`,
      debits: `${types.amount} NOT NULL`,
    },
    primaryKey: ['account'],
  }));
}
