// Engagement: rewards, tasks, check-ins, draws and referrals, as far as they are rows and not accounts.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

export class Engagement1764000000014 implements MigrationInterface {
  readonly name = 'Engagement1764000000014';

  async up(runner: QueryRunner): Promise<void> {
    await createRewardTables(runner);
    await createTaskTables(runner);
    await createDrawTables(runner);
    await createTable(runner, (types) => ({
      name: 'check_in',
      columns: {
        member_id: `${types.id} NOT NULL`,
        day: `${types.integer} NOT NULL`,
        made_up: `${types.integer} NOT NULL`,
        streak: `${types.integer} NOT NULL`,
        rewarded: `${types.integer} NOT NULL`,
        made_at: `${types.amount} NOT NULL`,
      },
      primaryKey: ['member_id', 'day'],
    }));
    await createTable(runner, (types) => ({
      name: 'referral',
      columns: {
        invitee_id: `${types.id} NOT NULL`,
        inviter_id: `${types.id} NOT NULL`,
        accepted_at: `${types.amount} NOT NULL`,
        expires_at: `${types.amount} NOT NULL`,
        earned_at: types.amount,
        event_id: types.id,
      },
      primaryKey: ['invitee_id'],
      indexes: { referral_inviter: ['inviter_id', 'accepted_at', 'invitee_id'] },
    }));
  }

  async down(runner: QueryRunner): Promise<void> {
    const tasks = ['task_day', 'task_completion'];
    const draws = ['drawing', 'draw_odds', 'draw_seed'];
    await dropTables(runner, ['referral', 'check_in', ...draws, ...tasks, 'reward_due', 'reward_given']);
  }
}

async function createRewardTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'reward_given',
    columns: {
      occasion: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      reason: `${types.text(200)} NOT NULL`,
      program_version: types.integer,
      points: `${types.amount} NOT NULL`,
      growth: `${types.amount} NOT NULL`,
      stored_value: `${types.amount} NOT NULL`,
      chances: `${types.longText} NOT NULL`,
      redemptions: `${types.longText} NOT NULL`,
      missed: `${types.longText} NOT NULL`,
      given_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['occasion'],
    indexes: { reward_given_member: ['member_id', 'given_at'] },
  }));
  await createTable(runner, (types) => ({
    name: 'reward_due',
    columns: {
      occasion: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      reason: `${types.text(200)} NOT NULL`,
      program_version: types.integer,
      reward: `${types.longText} NOT NULL`,
      due_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['occasion'],
    indexes: { reward_due_member: ['member_id'], reward_due_at: ['due_at'] },
  }));
}

async function createTaskTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'task_completion',
    columns: {
      member_id: `${types.id} NOT NULL`,
      task_id: `${types.id} NOT NULL`,
      assignment: `${types.id} NOT NULL`,
      period: `${types.amount} NOT NULL`,
      program_version: `${types.integer} NOT NULL`,
      completed_at: `${types.amount} NOT NULL`,
      event_id: `${types.id} NOT NULL`,
      recorded_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['member_id', 'task_id', 'assignment', 'period'],
    indexes: { task_completion_task: ['task_id', 'completed_at'] },
  }));
  await createTable(runner, (types) => ({
    name: 'task_day',
    columns: {
      member_id: `${types.id} NOT NULL`,
      task_id: `${types.id} NOT NULL`,
      day: `${types.integer} NOT NULL`,
      streak_end: types.integer,
    },
    primaryKey: ['member_id', 'task_id', 'day'],
  }));
}

async function createDrawTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'draw_seed',
    columns: {
      draw_id: `${types.id} NOT NULL`,
      day: `${types.integer} NOT NULL`,
      seed: `${types.bytes(32)} NOT NULL`,
    },
    primaryKey: ['draw_id', 'day'],
  }));
  await createTable(runner, (types) => ({
    name: 'draw_odds',
    columns: {
      draw_id: `${types.id} NOT NULL`,
      version: `${types.integer} NOT NULL`,
      odds: `${types.longText} NOT NULL`,
    },
    primaryKey: ['draw_id', 'version'],
  }));
  await createTable(runner, (types) => ({
    name: 'drawing',
    columns: {
      id: `${types.id} NOT NULL`,
      ticket: `${types.id} NOT NULL`,
      member_id: `${types.id} NOT NULL`,
      draw_id: `${types.id} NOT NULL`,
      version: `${types.integer} NOT NULL`,
      day: `${types.integer} NOT NULL`,
      roll: `${types.amount} NOT NULL`,
      landed: types.text(64),
      prize: types.text(64),
      points: `${types.amount} NOT NULL`,
      drawn_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { drawing_ticket: ['ticket'] },
    indexes: { drawing_member: ['member_id', 'id'], drawing_draw: ['draw_id', 'id'] },
  }));
}
