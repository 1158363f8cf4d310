// What members did day by day, the stage and the grade that follow, and campaigns with what they gave.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

const INDEXES = {
  member_lifecycle_due: 'lifecycle_due_at, id',
  member_stage: 'stage, id',
  member_grade: 'grade, id',
  member_birth_day: 'birth_day, id',
};

export class Lifecycle1764000000015 implements MigrationInterface {
  readonly name = 'Lifecycle1764000000015';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    const columns = {
      stage: types.text(16),
      grade: types.text(64),
      stage_day: types.integer,
      stage_changes: `${types.integer} NOT NULL DEFAULT 0`,
      counted_day: types.integer,
      settled_day: types.integer,
      lifecycle_due_at: `${types.amount} NOT NULL DEFAULT 0`,
      birth_day: types.integer,
    };
    for (const [column, type] of Object.entries(columns)) {
      await runner.query(`ALTER TABLE member ADD COLUMN ${column} ${type}`);
    }
    // `YYYY-MM-DD`; both databases turn the digits of a text into their number when they are added to.
    const [month, day] = ['SUBSTR(birthday, -5, 2)', 'SUBSTR(birthday, -2, 2)'];
    await runner.query(`UPDATE member SET birth_day = ${month} * 100 + ${day} WHERE birthday IS NOT NULL`);
    for (const [index, on] of Object.entries(INDEXES)) await runner.query(`CREATE INDEX ${index} ON member (${on})`);
    await runner.query('CREATE INDEX card_opened ON card (opened_at, id)');
    await createDayTables(runner);
    await createCampaignTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['campaign_gift', 'campaign_trigger', 'campaign_run', 'stage_change', 'member_rfm', 'member_day'];
    await dropTables(runner, tables);
    const on = (table: string) => (dialectOf(runner).name === 'mysql' ? ` ON ${table}` : '');
    await runner.query(`DROP INDEX card_opened${on('card')}`);
    for (const index of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${index}${on('member')}`);
    const columns = [
      'birth_day',
      'lifecycle_due_at',
      'settled_day',
      'counted_day',
      'stage_changes',
      'stage_day',
      'grade',
      'stage',
    ];
    for (const column of columns) await runner.query(`ALTER TABLE member DROP COLUMN ${column}`);
  }
}

async function createDayTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'member_day',
    columns: {
      member_id: `${types.id} NOT NULL`,
      day: `${types.integer} NOT NULL`,
      activities: `${types.integer} NOT NULL`,
      purchases: `${types.integer} NOT NULL`,
      amount: `${types.amount} NOT NULL`,
      returned: `${types.amount} NOT NULL`,
    },
    primaryKey: ['member_id', 'day'],
  }));
  await createTable(runner, (types) => ({
    name: 'member_rfm',
    columns: {
      member_id: `${types.id} NOT NULL`,
      last_day: types.integer,
      frequency: `${types.integer} NOT NULL`,
      monetary: `${types.amount} NOT NULL`,
      r: `${types.integer} NOT NULL`,
      f: `${types.integer} NOT NULL`,
      m: `${types.integer} NOT NULL`,
    },
    primaryKey: ['member_id'],
    indexes: { member_rfm_last: ['last_day'], member_rfm_often: ['frequency'], member_rfm_much: ['monetary'] },
  }));
  await createTable(runner, (types) => ({
    name: 'stage_change',
    columns: {
      member_id: `${types.id} NOT NULL`,
      id: `${types.id} NOT NULL`,
      from_stage: types.text(16),
      to_stage: `${types.text(16)} NOT NULL`,
      day: `${types.integer} NOT NULL`,
      program_version: `${types.integer} NOT NULL`,
      recorded_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['member_id', 'id'],
  }));
}

async function createCampaignTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'campaign_run',
    columns: {
      campaign_id: `${types.id} NOT NULL`,
      occasion: `${types.text(64)} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      position: types.id,
      looked: `${types.integer} NOT NULL`,
      given: `${types.integer} NOT NULL`,
      due_at: `${types.amount} NOT NULL`,
      started_at: `${types.amount} NOT NULL`,
      finished_at: types.amount,
    },
    primaryKey: ['campaign_id', 'occasion'],
    indexes: { campaign_run_open: ['state', 'due_at'] },
  }));
  await createTable(runner, (types) => ({
    name: 'campaign_trigger',
    columns: {
      campaign_id: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      occasion: `${types.text(64)} NOT NULL`,
      due_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['campaign_id', 'member_id', 'occasion'],
    indexes: { campaign_trigger_due: ['due_at', 'member_id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'campaign_gift',
    columns: {
      id: `${types.id} NOT NULL`,
      campaign_id: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      occasion: `${types.text(64)} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      cost: `${types.amount} NOT NULL`,
      program_version: `${types.integer} NOT NULL`,
      decided_at: `${types.amount} NOT NULL`,
      given_at: types.amount,
      reward: `${types.longText} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { campaign_gift_once: ['campaign_id', 'occasion', 'member_id'] },
    indexes: {
      campaign_gift_due: ['state', 'id'],
      campaign_gift_member: ['member_id', 'decided_at'],
      campaign_gift_list: ['campaign_id', 'id'],
    },
  }));
}
