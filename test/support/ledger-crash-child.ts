// A process that is about to be killed: it commits one batch and stops for good at the point it is told to.
//
// Arguments: the URL of the database, the number of the statement before which to stop. Reads the chains as one line of
// JSON; says `before <statement>` when it has stopped there, or `committed` when the batch ended before.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MIGRATIONS } from '../../migrations/all';
import { openDatabase } from '../../src/database/database';
import type { Sql } from '../../src/database/sql';
import type { Id } from '../../src/kernel/id';
import { type CompanionRow, type CompanionWriter, companion } from '../../src/ledger/batch';
import type { Chain } from '../../src/ledger/transfer';
import { ledgerOn } from './ledger-fixtures';
import { TappedDatabase } from './tapped-database';

/** Writes one row a chain into a table of the test. */
export const crashProbe: CompanionWriter<Id> = {
  order: 1,
  async write(tx: Sql, rows: readonly CompanionRow<Id>[]): Promise<void> {
    await tx.insertMany(
      'probe',
      ['chain_key'],
      rows.map(({ row }) => [row]),
    );
  },
};

async function stopForGood(at: string): Promise<never> {
  process.stdout.write(`${at}\n`);
  // The timer keeps the process alive until it is killed.
  return new Promise(() => setInterval(() => {}, 60_000));
}

async function main(url: string, stopAt: number): Promise<void> {
  const database = await openDatabase({ url, migrations: MIGRATIONS, entities: [] });
  const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
  let statements = 0;
  const tap = async (statement: string): Promise<void> => {
    statements += 1;
    if (statements === stopAt) await stopForGood(`before ${statement.replace(/\s+/g, ' ').slice(0, 60)}`);
  };
  const ledger = ledgerOn(new TappedDatabase(database, tap, () => stopForGood('committed')));
  const chains = JSON.parse(line) as Chain[];
  await Promise.all(chains.map((chain) => ledger.submit(chain, [companion(crashProbe, chain.key)])));
}

if (require.main === module) void main(process.argv[2]!, Number(process.argv[3]));
