// Members with their cards and terms; redemptions with their code pools; progress of long work; leases of jobs.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class MembersAndRedemptions1764000000003 implements MigrationInterface {
  readonly name = 'MembersAndRedemptions1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await createMemberTables(runner);
    await createRedemptionTables(runner);
    await createTable(runner, (types) => ({
      name: 'work_progress',
      columns: {
        name: `${types.text(190)} NOT NULL`,
        position: `${types.amount} NOT NULL`,
        detail: `${types.longText} NOT NULL`,
        updated_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['name'],
    }));
    await createTable(runner, (types) => ({
      name: 'job_lease',
      columns: {
        name: `${types.text(64)} NOT NULL`,
        owner: `${types.text(64)} NOT NULL`,
        until: `${types.amount} NOT NULL`,
      },
      primaryKey: ['name'],
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'job_lease',
      'work_progress',
      'pool_code',
      'code_pool',
      'redemption',
      'card_term',
      'card',
      'member',
    ]);
  }
}

async function createMemberTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'member',
    columns: {
      id: `${types.id} NOT NULL`,
      external_id: `${types.text(128)} NOT NULL`,
      nickname: `${types.text(128)} NOT NULL`,
      birthday: types.text(10),
      tags: `${types.longText} NOT NULL`,
      joined_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { member_external_id: ['external_id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'card',
    columns: {
      id: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      plan_id: `${types.id} NOT NULL`,
      parent_card_id: types.id,
      status: `${types.text(16)} NOT NULL`,
      opened_at: `${types.amount} NOT NULL`,
      closed_at: types.amount,
    },
    primaryKey: ['id'],
    indexes: { card_member: ['member_id', 'id'], card_plan: ['plan_id', 'id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'card_term',
    columns: {
      id: `${types.id} NOT NULL`,
      card_id: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      order_id: `${types.text(128)} NOT NULL`,
      program_version: `${types.integer} NOT NULL`,
      starts_at: `${types.amount} NOT NULL`,
      ends_at: `${types.amount} NOT NULL`,
      price: `${types.amount} NOT NULL`,
      cost_cap: `${types.amount} NOT NULL`,
      withdrawn: `${types.amount} NOT NULL`,
      currency: `${types.text(3)} NOT NULL`,
      broke_even_at: types.amount,
    },
    primaryKey: ['id'],
    unique: { card_term_order: ['order_id'] },
    indexes: { card_term_member: ['member_id', 'starts_at'], card_term_card: ['card_id', 'starts_at'] },
  }));
}

async function createRedemptionTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'redemption',
    columns: {
      id: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      item_kind: `${types.text(8)} NOT NULL`,
      item_id: `${types.id} NOT NULL`,
      partner_id: types.id,
      card_id: types.id,
      term_id: types.id,
      status: `${types.text(16)} NOT NULL`,
      cost_basis: `${types.text(8)} NOT NULL`,
      currency: `${types.text(3)} NOT NULL`,
      cost: `${types.amount} NOT NULL`,
      co_pay: `${types.amount} NOT NULL`,
      face_value: `${types.amount} NOT NULL`,
      points: `${types.amount} NOT NULL`,
      pool_seq: types.integer,
      code_cipher: types.blob,
      claimed_at: `${types.amount} NOT NULL`,
      expires_at: `${types.amount} NOT NULL`,
      used_at: types.amount,
      ended_at: types.amount,
      due_at: types.amount,
      due_step: types.text(16),
    },
    primaryKey: ['id'],
    unique: { redemption_pool_code: ['item_id', 'pool_seq'] },
    indexes: {
      redemption_member: ['member_id', 'id'],
      redemption_item: ['item_id', 'id'],
      redemption_partner: ['partner_id', 'id'],
      redemption_due: ['due_at', 'id'],
    },
  }));
  await createTable(runner, (types) => ({
    name: 'code_pool',
    columns: {
      offer_id: `${types.id} NOT NULL`,
      loaded: `${types.integer} NOT NULL`,
      issued: `${types.integer} NOT NULL`,
    },
    primaryKey: ['offer_id'],
    checks: { code_pool_issued: 'issued >= 0 AND issued <= loaded' },
  }));
  await createTable(runner, (types) => ({
    name: 'pool_code',
    columns: {
      offer_id: `${types.id} NOT NULL`,
      seq: `${types.integer} NOT NULL`,
      code_hash: `${types.bytes(16)} NOT NULL`,
      code_cipher: `${types.blob} NOT NULL`,
    },
    primaryKey: ['offer_id', 'seq'],
    unique: { pool_code_hash: ['offer_id', 'code_hash'] },
  }));
}
