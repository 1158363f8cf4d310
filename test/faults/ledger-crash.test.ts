// The process is killed between any two statements of a batch: it is done as a whole or not at all, and asking again
// does it once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { companion } from '../../src/ledger/batch';
import type { Chain } from '../../src/ledger/transfer';
import { eachDatabase } from '../support/lanes';
import { crashProbe } from '../support/ledger-crash-child';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  expectClean,
  granting,
  hold,
  ledgerOn,
  move,
  openingOf,
  outcomes,
  post,
  transferId,
  voiding,
} from '../support/ledger-fixtures';

const CHILD = join(__dirname, '../../dist/test/support/ledger-crash-child.js');
/** More than a batch has; the loop over them ends earlier. */
const STATEMENTS_AT_MOST = 40;

/** Runs the batch in a process of its own, kills it where it stops, and answers where that was. */
async function crash(url: string, chains: readonly Chain[], stopAt: number): Promise<string> {
  const child = spawn(process.execPath, [CHILD, url, String(stopAt)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  child.stdin.write(`${JSON.stringify(chains)}\n`);
  const stopped = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const first = await Promise.race([stopped, exited]);
  child.kill('SIGKILL');
  const [code, signal] = await exited;
  if (signal !== 'SIGKILL') throw new Error(`the child ended by itself with ${code}`);
  return String(first[0]);
}

eachDatabase((lane) => {
  beforeAll(async () => {
    if (!existsSync(CHILD)) throw new Error(`${CHILD} is missing: run npm run build first`);
    const { types } = lane.database.dialect;
    await lane.database.transaction((tx) => tx.run(`CREATE TABLE probe (chain_key ${types.text(32)} NOT NULL)`));
  });

  /** Chains of all sorts: openings, transfers, holds, a post, a void, a refusal, two for the last piece. */
  const prepare = async (): Promise<Chain[]> => {
    const [account, late, contra] = [enforcedAccount(), enforcedAccount(), contraAccount()];
    const ledger = ledgerOn(lane.database);
    const [alone, held] = [[5], [7, 1]].map((amounts) =>
      chainOf({ transfers: amounts.map((amount) => hold(account, contra, amount)) }),
    );
    await applied(ledger, granting(account, 20, contra));
    await applied(ledger, alone!);
    await applied(ledger, held!);
    return [
      chainOf({ transfers: [post(transferId(alone!), 3)] }),
      chainOf({ transfers: [voiding(transferId(held!))] }),
      chainOf({ openings: [openingOf(late, 9, contra)], transfers: [hold(late, contra, 4), move(account, contra, 2)] }),
      chainOf({ transfers: [move(account, contra, 1), hold(account, late, 1)] }),
      chainOf({ transfers: [move(account, contra, 1_000)] }),
      chainOf({ transfers: [hold(account, contra, 12)] }),
      chainOf({ transfers: [hold(account, contra, 12)] }),
    ];
  };

  const transfersOf = async (chains: readonly Chain[]): Promise<number[]> => {
    const ledger = ledgerOn(lane.database);
    const lists = await Promise.all(chains.map(({ id }) => ledger.transfersOf(id)));
    return lists.map((transfers) => transfers.length);
  };

  const rowsOf = async (chains: readonly Chain[]): Promise<number> => {
    const keys = chains.map(({ key }) => `'${key}'`).join(', ');
    const rows = await lane.database.read.arrays(`SELECT chain_key FROM probe WHERE chain_key IN (${keys})`);
    return rows.length;
  };

  const ALL_DONE = [1, 1, 3, 2, 0, 1, 0];
  const NOTHING = ALL_DONE.map(() => 0);

  test('killed between any two statements', async () => {
    const points: string[] = [];
    for (let at = 1; at < STATEMENTS_AT_MOST && points.at(-1) !== 'committed'; at += 1) {
      const chains = await prepare();
      const point = await crash(lane.url, chains, at);
      points.push(point);
      // Then a fresh process finds all of it or nothing, and the books in order.
      const fresh = await lane.openAnother();
      const done = point === 'committed';
      expect([point, await transfersOf(chains)]).toEqual([point, done ? ALL_DONE : NOTHING]);
      expect([point, await rowsOf(chains)]).toEqual([point, done ? 5 : 0]);
      await expectClean(fresh);
      // And asked again, each chain is done once, with its row.
      const ledger = ledgerOn(fresh);
      const again = await Promise.all(chains.map((chain) => ledger.submit(chain, [companion(crashProbe, chain.key)])));
      const replay = done ? 'replay ' : '';
      expect([point, outcomes(again)]).toEqual([point, { [`${replay}applied`]: 5, [`${replay}INSUFFICIENT`]: 2 }]);
      expect([point, await transfersOf(chains)]).toEqual([point, ALL_DONE]);
      expect([point, await rowsOf(chains)]).toEqual([point, 5]);
      await expectClean(fresh);
      await fresh.close();
    }
    // It was killed before each write that a batch makes, and after its commit.
    const written = ['account', 'transfer', 'hold', 'contra_delta', 'chain'].map(
      (name) => `before INSERT INTO ledger_${name}`,
    );
    expect(points).toEqual(expect.arrayContaining([...written, 'before INSERT INTO probe', 'committed']));
    expect(points).toContainEqual(expect.stringContaining('before DELETE FROM ledger_hold'));
  }, 240_000);
});
