// Accounts, transfers, chains and holds of the ledger.
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTables } from '../../src/database/table';

const SAFE = 9_007_199_254_740_991;

export class Ledger1764000000001 implements MigrationInterface {
  readonly name = 'Ledger1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await createAccountsAndTransfers(runner);
    await createChainsAndHolds(runner);
    await createContraTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, [
      'ledger_contra_delta',
      'ledger_contra',
      'ledger_hold',
      'ledger_chain',
      'ledger_transfer',
      'ledger_account',
    ]);
  }
}

async function createAccountsAndTransfers(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'ledger_account',
    columns: {
      account: `${types.bytes(44)} NOT NULL`,
      credits_posted: `${types.amount} NOT NULL`,
      credits_pending: `${types.amount} NOT NULL`,
      debits_posted: `${types.amount} NOT NULL`,
      debits_pending: `${types.amount} NOT NULL`,
    },
    primaryKey: ['account'],
    checks: {
      ledger_account_not_negative:
        'credits_posted >= 0 AND credits_pending >= 0 AND debits_posted >= 0 AND debits_pending >= 0',
      ledger_account_covered: 'credits_posted - debits_posted - debits_pending >= 0',
      ledger_account_safe: `credits_posted <= ${SAFE} AND credits_pending <= ${SAFE}`,
    },
  }));
  await createTable(runner, (types) => ({
    name: 'ledger_transfer',
    columns: {
      id: `${types.id} NOT NULL`,
      kind: `${types.integer} NOT NULL`,
      debit: `${types.bytes(44)} NOT NULL`,
      credit: `${types.bytes(44)} NOT NULL`,
      amount: `${types.amount} NOT NULL`,
      released: `${types.amount} NOT NULL`,
      pending_id: types.id,
      code: `${types.integer} NOT NULL`,
      created_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['id'],
    unique: { ledger_transfer_pending: ['pending_id'] },
    indexes: { ledger_transfer_debit: ['debit', 'id'], ledger_transfer_credit: ['credit', 'id'] },
    checks: { ledger_transfer_amount: `amount >= 0 AND amount <= ${SAFE} AND released >= 0` },
  }));
}

async function createChainsAndHolds(runner: QueryRunner): Promise<void> {
  await createTable(runner, (types) => ({
    name: 'ledger_chain',
    columns: {
      chain_key: `${types.id} NOT NULL`,
      id: `${types.id} NOT NULL`,
      fingerprint: `${types.id} NOT NULL`,
      status: `${types.integer} NOT NULL`,
      refused_at: types.integer,
      refusal: types.text(1024),
      available: types.amount,
      flexible_amount: types.amount,
      transfers: `${types.integer} NOT NULL`,
      created_at: `${types.amount} NOT NULL`,
    },
    primaryKey: ['chain_key'],
  }));
  await createTable(runner, (types) => ({
    name: 'ledger_hold',
    columns: {
      chain: `${types.id} NOT NULL`,
      expires_at: `${types.amount} NOT NULL`,
      open: `${types.integer} NOT NULL`,
    },
    primaryKey: ['chain'],
    indexes: { ledger_hold_expiry: ['expires_at', 'chain'] },
    checks: { ledger_hold_open: 'open > 0' },
  }));
}

async function createContraTables(runner: QueryRunner): Promise<void> {
  const balance = (amount: string) => ({
    credits_posted: `${amount} NOT NULL`,
    credits_pending: `${amount} NOT NULL`,
    debits_posted: `${amount} NOT NULL`,
    debits_pending: `${amount} NOT NULL`,
  });
  await createTable(runner, (types) => ({
    name: 'ledger_contra',
    columns: { account: `${types.bytes(44)} NOT NULL`, ...balance(types.amount) },
    primaryKey: ['account'],
  }));
  await createTable(runner, (types) => ({
    name: 'ledger_contra_delta',
    columns: { id: types.autoId, account: `${types.bytes(44)} NOT NULL`, ...balance(types.amount) },
  }));
}
