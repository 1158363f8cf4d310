// The connection breaks at COMMIT, so that nobody knows whether it happened: the ledger answers right all the same.

import { openDatabase } from '../../src/database/database';
import type { Sql } from '../../src/database/sql';
import type { AccountKey } from '../../src/ledger/account';
import { type CompanionRow, companion } from '../../src/ledger/batch';
import type { LedgerService } from '../../src/ledger/ledger.service';
import type { Chain, ChainResult } from '../../src/ledger/transfer';
import { CommitCutter } from '../support/commit-cutter';
import { eachDatabase, TEST_ENTITIES, TEST_MIGRATIONS } from '../support/lanes';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  expectClean,
  granting,
  ledgerOn,
  move,
  outcomes,
} from '../support/ledger-fixtures';
import { TappedDatabase } from '../support/tapped-database';

/** What the drivers throw when a commit was done, but its answer lost, or when it should run again. */
const BROKEN = {
  mysql: Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }),
  sqlite: Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }),
};

const probe = {
  order: 1,
  async write(tx: Sql, rows: readonly CompanionRow<string>[]): Promise<void> {
    await tx.insertMany(
      'probe',
      ['chain', 'label'],
      rows.map(({ row, chain }) => [chain.id, row]),
    );
  },
};

/** Asks for six pieces at once where there is room for five, each with a row of its own. */
async function askSix(
  ledger: LedgerService,
  account: AccountKey,
): Promise<{ chains: Chain[]; results: ChainResult[] }> {
  const chains = [0, 1, 2, 3, 4, 5].map(() => chainOf({ transfers: [move(account, contraAccount(), 1)] }));
  const asked = chains.map((chain, at) => ledger.submit(chain, [companion(probe, `row ${at}`)]));
  return { chains, results: await Promise.all(asked) };
}

eachDatabase((lane) => {
  beforeAll(async () => {
    const { types } = lane.database.dialect;
    await lane.database.transaction((tx) =>
      tx.run(`CREATE TABLE probe (chain ${types.text(32)} NOT NULL, label ${types.text(32)} NOT NULL)`),
    );
  });

  /** Five are done, whoever was told so; none twice, and the books are right. */
  const expectFive = async (account: AccountKey, chains: readonly Chain[], results: readonly ChainResult[]) => {
    expect(results.map((result) => result.applied)).toEqual([true, true, true, true, true, false]);
    const ids = chains.map(({ id }) => `'${id}'`).join(', ');
    const rows = await lane.database.read.arrays(`SELECT label FROM probe WHERE chain IN (${ids}) ORDER BY label`);
    expect(rows.flat()).toEqual(['row 0', 'row 1', 'row 2', 'row 3', 'row 4']);
    const balances = await ledgerOn(lane.database).balancesOf(account.slice(0, 32));
    expect(balances.get(account)).toMatchObject({ creditsPosted: 5, debitsPosted: 5 });
    await expectClean(lane.database);
  };

  const roomForFive = async (): Promise<AccountKey> => {
    const account = enforcedAccount();
    await applied(ledgerOn(lane.database), granting(account, 5, contraAccount()));
    return account;
  };

  test('a batch that committed, though its answer was lost, is answered as it was done, and done once', async () => {
    const account = await roomForFive();
    const loseFirst = jest.fn().mockImplementationOnce(() => {
      throw BROKEN[lane.name];
    });
    const ledger = ledgerOn(new TappedDatabase(lane.database, () => {}, loseFirst));
    const { chains, results } = await askSix(ledger, account);
    expect(outcomes(results)).toEqual({ 'replay applied': 5, 'replay INSUFFICIENT': 1 });
    await expectFive(account, chains, results);
  });

  // SQLite has no wire.
  if (lane.name === 'sqlite') return;

  describe('the wire is cut at COMMIT', () => {
    test.each([
      ['before the server has it: the batch is done on another wire', 'before', ['applied', 'INSUFFICIENT']],
      ['when the server has done it: the answer is a replay', 'after', ['replay applied', 'replay INSUFFICIENT']],
    ] as const)('%s', async (_title, cut, [done, refused]) => {
      const account = await roomForFive();
      const wire = await CommitCutter.open(lane.url);
      const database = await openDatabase({ url: wire.url, migrations: TEST_MIGRATIONS, entities: TEST_ENTITIES });
      try {
        wire.arm(cut);
        const { chains, results } = await askSix(ledgerOn(database), account);
        expect(wire.cuts).toBe(1);
        expect(outcomes(results)).toEqual({ [done]: 5, [refused]: 1 });
        await expectFive(account, chains, results);
      } finally {
        await database.close();
        await wire.close();
      }
    });
  });
});
