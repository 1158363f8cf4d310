// Ways to damage the small ledger of ledger-scene.ts, each with what the verification must say of it.
import type { Database } from '../../src/database/database';
import type { SqlValue } from '../../src/database/sql';
import { type Id, idToBytes } from '../../src/kernel/id';
import { COUNT } from '../../src/kernel/money';
import { contraAccount, enforcedAccount, freshId, transferId } from './ledger-fixtures';
import type { Scene } from './ledger-scene';

const ENFORCED = 'each enforced balance equals its transfers';
export const CONTRA = 'each contra sum equals its transfers';
export const UNITS = 'debits equal credits in each unit';
const COVERED = 'no enforced account is below zero';
const TRANSFERS = 'each transfer is sound and keeps its unit';
const RESOLUTIONS = 'each post and void fits its hold';
export const HOLDS = 'open holds and hold rows agree';
const CHAINS = 'each chain has its transfers and each transfer its chain';

export interface LedgerMutant {
  readonly what: string;
  tamper(database: Database, scene: Scene): Promise<void>;
  /** The checks that find it, all of them, with words of what they say. */
  readonly found: Record<string, RegExp>;
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

export function statement(text: string, values: (scene: Scene) => SqlValue[]): LedgerMutant['tamper'] {
  return async (database, scene) => {
    const changed = await database.transaction((tx) => tx.run(text, values(scene)));
    if (changed === 0) throw new Error(`nothing was damaged by ${text}`);
  };
}

function onTransfer(change: string, id: (scene: Scene) => Id, ...values: ((scene: Scene) => SqlValue)[]) {
  return statement(`UPDATE ledger_transfer SET ${change} WHERE id = ?`, (scene) => [
    ...values.map((value) => value(scene)),
    idToBytes(id(scene)),
  ]);
}

/** The database's own CHECK stands in the way of an overdrawn account. */
async function liftChecks(database: Database): Promise<void> {
  const lift = {
    mysql: 'ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_covered',
    sqlite: 'PRAGMA ignore_check_constraints = ON',
  }[database.dialect.name];
  await database.transaction((tx) => tx.run(lift));
}

export const ledgerMutants: LedgerMutant[] = [
  {
    what: 'a balance that was changed',
    tamper: statement('UPDATE ledger_account SET debits_posted = 33 WHERE account = ?', ({ cap }) => [bytes(cap)]),
    found: {
      [ENFORCED]: /cost cap of a card.*stored.*debits 33 .*say.*debits 34 /,
      [UNITS]: /unit CNY.*credits 134 .*debits 133/,
    },
  },
  {
    what: 'a balance that was removed',
    tamper: statement('DELETE FROM ledger_account WHERE account = ?', ({ cap }) => [bytes(cap)]),
    found: { [ENFORCED]: /it has transfers but no balance/, [UNITS]: /unit CNY/ },
  },
  {
    what: 'a balance out of nothing',
    tamper: statement('INSERT INTO ledger_account VALUES (?, 5, 0, 0, 0)', () => [bytes(enforcedAccount())]),
    found: { [ENFORCED]: /stored credits 5 .*say credits 0 /, [UNITS]: /unit CNY/ },
  },
  {
    what: 'a contra account among the enforced ones',
    tamper: statement('INSERT INTO ledger_account VALUES (?, 0, 0, 0, 0)', () => [bytes(contraAccount())]),
    found: { [CONTRA]: /it is a contra account but has an enforced balance/ },
  },
  {
    what: 'an overdrawn account',
    tamper: async (database, scene) => {
      await liftChecks(database);
      await statement('UPDATE ledger_account SET debits_posted = 8 WHERE account = ?', ({ stock }) => [bytes(stock)])(
        database,
        scene,
      );
    },
    found: { [ENFORCED]: /stock of an offer/, [COVERED]: /stock of an offer.*-1 available/, [UNITS]: /unit #COUNT/ },
  },
  {
    what: 'a contra sum that was changed',
    tamper: statement('UPDATE ledger_contra SET credits_posted = 31 WHERE account = ?', ({ cost }) => [bytes(cost)]),
    found: { [CONTRA]: /cost of redemptions.*stored credits 35 .*say credits 34 /, [UNITS]: /unit CNY/ },
  },
  {
    what: 'an appended contra row that was removed',
    tamper: statement('DELETE FROM ledger_contra_delta WHERE moved LIKE ?', () => ['%",4,%']),
    found: { [CONTRA]: /stored credits 30 .*say credits 34 /, [UNITS]: /unit CNY/ },
  },
  {
    what: 'a contra sum of an enforced account',
    tamper: statement('INSERT INTO ledger_contra VALUES (?, 0, 0, 0, 0)', ({ cap }) => [bytes(cap)]),
    found: { [ENFORCED]: /it is enforced but has contra sums/ },
  },
  {
    what: 'a transfer that was removed',
    tamper: statement('DELETE FROM ledger_transfer WHERE id = ?', ({ moved }) => [idToBytes(transferId(moved))]),
    found: { [ENFORCED]: /debits 4 /, [CONTRA]: /say credits 4 /, [CHAINS]: /1 transfers are recorded, 0 are there/ },
  },
  {
    what: 'a transfer that nobody asked for',
    tamper: statement(
      `INSERT INTO ledger_transfer SELECT ?, kind, debit, credit, amount, released, NULL, code, created_at
       FROM ledger_transfer WHERE id = ?`,
      ({ moved }) => [idToBytes(`${freshId().slice(0, 30)}01`), idToBytes(transferId(moved))],
    ),
    found: {
      [ENFORCED]: /debits 64 /,
      [CONTRA]: /say credits 64 /,
      [CHAINS]: /1 transfers are there, but it is not recorded/,
    },
  },
  {
    what: 'an amount that was changed',
    tamper: onTransfer('amount = 31', ({ moved }) => transferId(moved)),
    found: { [ENFORCED]: /debits 35 /, [CONTRA]: /say credits 35 / },
  },
  {
    what: 'an amount of nothing',
    tamper: onTransfer('amount = 0', ({ moved }) => transferId(moved)),
    found: { [ENFORCED]: /debits 4 /, [CONTRA]: /say credits 4 /, [TRANSFERS]: /its amount is not above zero/ },
  },
  {
    what: 'a transfer to another account of the unit',
    tamper: onTransfer(
      'credit = ?',
      ({ moved }) => transferId(moved),
      () => bytes(contraAccount()),
    ),
    found: { [CONTRA]: /say credits 30 / },
  },
  {
    what: 'a transfer to an account of another unit',
    tamper: onTransfer(
      'credit = ?',
      ({ moved }) => transferId(moved),
      () => bytes(contraAccount({ unit: COUNT })),
    ),
    found: {
      [CONTRA]: /in times: stored credits 0 .*say credits 30 /,
      [TRANSFERS]: /the accounts count different units/,
    },
  },
  {
    what: 'a transfer to the account itself',
    tamper: onTransfer('credit = debit', ({ moved }) => transferId(moved)),
    found: { [ENFORCED]: /say credits 130 /, [CONTRA]: /say credits 4 /, [TRANSFERS]: /both accounts are the same/ },
  },
  {
    what: 'a kind that there is not',
    tamper: onTransfer('kind = 9', ({ moved }) => transferId(moved)),
    found: { [TRANSFERS]: /its kind is 9/ },
  },
  {
    what: 'a transfer that releases',
    tamper: onTransfer('released = 1', ({ moved }) => transferId(moved)),
    found: {
      [ENFORCED]: /debits 34 \+ 19 pending/,
      [CONTRA]: /19 pending/,
      [TRANSFERS]: /it releases 1, but its kind releases nothing/,
    },
  },
  {
    what: 'a post that releases less than was held',
    tamper: onTransfer('released = 9', ({ posted }) => transferId(posted)),
    found: { [ENFORCED]: /21 pending/, [CONTRA]: /21 pending/, [RESOLUTIONS]: /it releases 9, but 10 were held/ },
  },
  {
    what: 'a post of more than was held',
    tamper: onTransfer('amount = 11', ({ posted }) => transferId(posted)),
    found: {
      [ENFORCED]: /debits 41 /,
      [CONTRA]: /credits 41 /,
      [RESOLUTIONS]: /it moves more than the 10 that were held/,
    },
  },
  {
    what: 'a void that moves',
    tamper: onTransfer('amount = 1', ({ voided }) => transferId(voided)),
    found: {
      [ENFORCED]: /debits 35 /,
      [CONTRA]: /credits 35 /,
      [RESOLUTIONS]: /it voids the hold but moves an amount/,
    },
  },
  {
    what: 'a post to another account than was held for',
    tamper: onTransfer(
      'credit = ?',
      ({ posted }) => transferId(posted),
      () => bytes(contraAccount()),
    ),
    found: { [CONTRA]: /say credits 4 \+ -10 pending/, [RESOLUTIONS]: /its accounts are not those of the hold/ },
  },
  {
    what: 'a post of a hold that is not there',
    tamper: onTransfer(
      'pending_id = ?',
      ({ posted }) => transferId(posted),
      () => idToBytes(freshId()),
    ),
    found: {
      [RESOLUTIONS]: /that it ends is not there/,
      [HOLDS]: /its hold row says 1 open; its transfers say 2 open/,
    },
  },
  {
    what: 'a post of what is no hold',
    tamper: onTransfer(
      'pending_id = ?',
      ({ posted }) => transferId(posted),
      ({ moved }) => idToBytes(transferId(moved)),
    ),
    found: { [RESOLUTIONS]: /is no hold/, [HOLDS]: /its transfers say 2 open/ },
  },
  {
    what: 'a post of nothing',
    tamper: onTransfer('pending_id = NULL', ({ posted }) => transferId(posted)),
    found: { [RESOLUTIONS]: /it ends no hold/, [HOLDS]: /its transfers say 2 open/ },
  },
  {
    what: 'a hold row that was removed',
    tamper: statement('DELETE FROM ledger_hold WHERE chain = ?', ({ held }) => [idToBytes(held.id)]),
    found: { [HOLDS]: /it has no hold row; its transfers say 1 open/ },
  },
  {
    what: 'a hold row that counts wrong',
    tamper: statement('UPDATE ledger_hold SET open = 2 WHERE chain = ?', ({ held }) => [idToBytes(held.id)]),
    found: { [HOLDS]: /its hold row says 2 open; its transfers say 1 open/ },
  },
  {
    what: 'a hold row of a chain without open holds',
    tamper: statement('INSERT INTO ledger_hold VALUES (?, 1, 1)', ({ moved }) => [idToBytes(moved.id)]),
    found: { [HOLDS]: /its hold row says 1 open; its transfers say 0 open/ },
  },
  {
    what: 'a hold row of a chain that is not there',
    tamper: statement('INSERT INTO ledger_hold VALUES (?, 1, 1)', () => [idToBytes(freshId())]),
    found: { [HOLDS]: /its transfers say 0 open/ },
  },
  {
    what: 'a chain that was forgotten',
    tamper: statement('DELETE FROM ledger_chain WHERE chain_key = ?', ({ moved }) => [idToBytes(moved.key)]),
    found: { [CHAINS]: /1 transfers are there, but it is not recorded as applied/ },
  },
  {
    what: 'a chain that counts wrong',
    tamper: statement('UPDATE ledger_chain SET transfers = 4 WHERE chain_key = ?', ({ held }) => [idToBytes(held.key)]),
    found: { [CHAINS]: /4 transfers are recorded, 3 are there/ },
  },
  {
    what: 'a chain that claims to be refused',
    tamper: statement('UPDATE ledger_chain SET status = 11, transfers = 0 WHERE chain_key = ?', ({ moved }) => [
      idToBytes(moved.key),
    ]),
    found: { [CHAINS]: /1 transfers are there, but it is not recorded as applied/ },
  },
  {
    what: 'a refused chain that claims transfers',
    tamper: statement('UPDATE ledger_chain SET transfers = 1 WHERE chain_key = ?', ({ refused }) => [
      idToBytes(refused.key),
    ]),
    found: { [CHAINS]: /it was refused, but 1 transfers are recorded/ },
  },
  {
    what: 'two chains that claim the same transfers',
    tamper: statement('UPDATE ledger_chain SET id = ? WHERE chain_key = ?', ({ moved, grant }) => [
      idToBytes(grant.id),
      idToBytes(moved.key),
    ]),
    found: { [CHAINS]: /1 transfers are recorded, 0 are there\n.*not recorded as applied/ },
  },
];
