// Feeds of partners, the runs that compare them with our redemptions, and what staff decide on the items found.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

const TABLES = ['feed', 'feed_line', 'reconciliation_run', 'reconciliation_ours', 'reconciliation_match'] as const;
const ITEM_INDEXES = {
  reconciliation_item_run: 'run_id, kind, id',
  reconciliation_item_open: 'resolved_at, id',
} as const;
const ONE_OF_A_KIND = 'reconciliation_item_of';

export class Reconciliation1764000000020 implements MigrationInterface {
  readonly name = 'Reconciliation1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await createFeedTables(runner);
    await createRunTables(runner);
    const { types } = dialectOf(runner);
    const columns = {
      origin: `${types.text(64)} NOT NULL DEFAULT 'saga'`,
      run_id: types.id,
      line: types.integer,
      differs: types.text(64),
      sides: types.longText,
      decision: types.text(16),
      reason: types.longText,
      decided_at: types.amount,
      decided_by: types.text(190),
      adjustment: types.longText,
      answer: types.text(16),
      answer_text: types.longText,
      answered_at: types.amount,
      answered_by: types.text(190),
    };
    for (const [column, type] of Object.entries(columns)) {
      await runner.query(`ALTER TABLE reconciliation_item ADD COLUMN ${column} ${type}`);
    }
    await this.dropIndex(runner, ONE_OF_A_KIND);
    await runner.query(`CREATE UNIQUE INDEX ${ONE_OF_A_KIND} ON reconciliation_item (redemption_id, kind, origin)`);
    for (const [name, on] of Object.entries(ITEM_INDEXES)) {
      await runner.query(`CREATE INDEX ${name} ON reconciliation_item (${on})`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    // What runs found goes with them: the table of before has no place for it.
    await runner.query(`DELETE FROM reconciliation_item WHERE origin <> 'saga'`);
    for (const name of [...Object.keys(ITEM_INDEXES), ONE_OF_A_KIND]) await this.dropIndex(runner, name);
    await runner.query(`CREATE UNIQUE INDEX ${ONE_OF_A_KIND} ON reconciliation_item (redemption_id, kind)`);
    const answers = ['answered_by', 'answered_at', 'answer_text', 'answer'];
    const decisions = ['adjustment', 'decided_by', 'decided_at', 'reason', 'decision'];
    for (const column of [...answers, ...decisions, 'sides', 'differs', 'line', 'run_id', 'origin']) {
      await runner.query(`ALTER TABLE reconciliation_item DROP COLUMN ${column}`);
    }
    await dropTables(runner, TABLES.toReversed());
  }

  private async dropIndex(runner: QueryRunner, name: string): Promise<void> {
    const on = dialectOf(runner).name === 'mysql' ? ' ON reconciliation_item' : '';
    await runner.query(`DROP INDEX ${name}${on}`);
  }
}

async function createFeedTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'feed',
    columns: {
      id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      name: `${types.text(128)} NOT NULL`,
      terms: `${types.longText} NOT NULL`,
      period_from: `${types.amount} NOT NULL`,
      period_before: `${types.amount} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      opened_at: `${types.amount} NOT NULL`,
      opened_by: `${types.text(190)} NOT NULL`,
      closed_at: types.amount,
      closed_by: types.text(190),
      line_count: `${types.amount} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { feed_name: ['partner_id', 'name'] },
    indexes: { feed_partner: ['partner_id', 'id'] },
  }));
  await createTable(runner, (types) => ({
    name: 'feed_line',
    columns: {
      feed_id: `${types.id} NOT NULL`,
      match_key: `${types.bytes(16)} NOT NULL`,
      line: `${types.integer} NOT NULL`,
      content: `${types.bytes(16)} NOT NULL`,
      code_cipher: types.blob,
      offer_id: types.id,
      amount: types.amount,
      happened_at: types.amount,
      day: types.integer,
      state: types.text(16),
    },
    // In the order in which runs read them: that of the keys.
    primaryKey: ['feed_id', 'match_key', 'line'],
    unique: { feed_line_number: ['feed_id', 'line'] },
  }));
}

async function createRunTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'reconciliation_run',
    columns: {
      id: `${types.id} NOT NULL`,
      feed_id: `${types.id} NOT NULL`,
      partner_id: `${types.id} NOT NULL`,
      tolerance: `${types.longText} NOT NULL`,
      state: `${types.text(16)} NOT NULL`,
      step_no: `${types.integer} NOT NULL`,
      position: `${types.longText} NOT NULL`,
      totals: `${types.longText} NOT NULL`,
      done: `${types.amount} NOT NULL`,
      total: `${types.amount} NOT NULL`,
      started_at: `${types.amount} NOT NULL`,
      started_by: `${types.text(190)} NOT NULL`,
      ended_at: types.amount,
    },
    primaryKey: ['id'],
    indexes: {
      reconciliation_run_partner: ['partner_id', 'id'],
      reconciliation_run_feed: ['feed_id', 'id'],
      reconciliation_run_state: ['state', 'id'],
    },
  }));
  await createTable(runner, (types) => ({
    name: 'reconciliation_ours',
    columns: {
      run_id: `${types.id} NOT NULL`,
      match_key: `${types.bytes(16)} NOT NULL`,
      redemption_id: `${types.id} NOT NULL`,
      due: `${types.integer} NOT NULL`,
      amount: `${types.amount} NOT NULL`,
      happened_at: types.amount,
      status: `${types.text(16)} NOT NULL`,
    },
    primaryKey: ['run_id', 'match_key', 'redemption_id'],
  }));
  await createTable(runner, (types) => ({
    name: 'reconciliation_match',
    columns: {
      run_id: `${types.id} NOT NULL`,
      line: `${types.integer} NOT NULL`,
      redemption_id: `${types.id} NOT NULL`,
    },
    primaryKey: ['run_id', 'line'],
  }));
}
