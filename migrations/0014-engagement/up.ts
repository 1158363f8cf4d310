// Engagement: what members were given for what they did.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Engagement1764000000014 implements MigrationInterface {
  readonly name = 'Engagement1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, (types) => ({
      name: 'reward_given',
      columns: {
        occasion: `${types.id} NOT NULL`,
        member_id: `${types.id} NOT NULL`,
        reason: `${types.text(200)} NOT NULL`,
        points: `${types.amount} NOT NULL`,
        growth: `${types.amount} NOT NULL`,
        stored_value: `${types.amount} NOT NULL`,
        redemptions: `${types.longText} NOT NULL`,
        missed: `${types.longText} NOT NULL`,
        given_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['occasion'],
      indexes: { reward_given_member: ['member_id', 'given_at'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['reward_given']);
  }
}
