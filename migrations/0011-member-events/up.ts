// What happened to members outside of the gateway, and the amounts of groups in the chains that booked it.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dialectOf, dropTables } from '../../src/database/table';

export class MemberEvents1764000000011 implements MigrationInterface {
  readonly name = 'MemberEvents1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    const { types } = dialectOf(runner);
    await runner.query(`ALTER TABLE ledger_chain ADD COLUMN group_amounts ${types.longText}`);
    await createTable(runner, () => ({
      name: 'member_event',
      columns: {
        member_id: `${types.id} NOT NULL`,
        occurred_at: `${types.amount} NOT NULL`,
        id: `${types.id} NOT NULL`,
        source: `${types.text(128)} NOT NULL`,
        event_id: `${types.text(128)} NOT NULL`,
        type: `${types.integer} NOT NULL`,
        name: types.text(128),
        amount: types.amount,
        quantity: `${types.amount} NOT NULL`,
        order_id: types.text(128),
        attributes: types.longText,
        earnings: types.longText,
        program_version: `${types.integer} NOT NULL`,
        recorded_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['member_id', 'occurred_at', 'id'],
      indexes: { member_event_order: ['member_id', 'order_id'] },
    }));
    await createTable(runner, () => ({
      name: 'event_return',
      columns: {
        id: `${types.id} NOT NULL`,
        member_id: `${types.id} NOT NULL`,
        order_id: `${types.text(128)} NOT NULL`,
        amount: types.amount,
        state: `${types.text(8)} NOT NULL`,
        due_at: `${types.amount} NOT NULL`,
        recorded_at: `${types.amount} NOT NULL`,
        points: `${types.amount} NOT NULL`,
        growth: `${types.amount} NOT NULL`,
        stored_value: `${types.amount} NOT NULL`,
      },
      primaryKey: ['id'],
      indexes: {
        event_return_due: ['state', 'due_at', 'id'],
        event_return_order: ['member_id', 'order_id', 'state'],
      },
    }));
    await createTable(runner, () => ({
      name: 'points_lot_due',
      columns: { day: `${types.integer} NOT NULL`, member_id: `${types.id} NOT NULL` },
      primaryKey: ['day', 'member_id'],
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['points_lot_due', 'event_return', 'member_event']);
    await runner.query('ALTER TABLE ledger_chain DROP COLUMN group_amounts');
  }
}
