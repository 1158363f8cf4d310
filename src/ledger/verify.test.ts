// The proof of the books, and the proof that it can fail: each row of tampering is found, by the checks that it breaks.

import { contraRowMutants } from '../../test/support/contra-row-tampering';
import { eachDatabase } from '../../test/support/lanes';
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
  post,
  transferId,
} from '../../test/support/ledger-fixtures';
import { type Scene, setScene } from '../../test/support/ledger-scene';
import { ledgerMutants } from '../../test/support/ledger-tampering';
import { freshEachTest } from '../../test/support/saved-tables';
import { TappedDatabase, tapped } from '../../test/support/tapped-database';
import { verifyLedger } from './verify';
import { renderVerifyReport } from './verify-tally';

eachDatabase((lane) => {
  freshEachTest(lane);
  describe('on a ledger with a bit of everything', () => {
    let scene: Scene;

    beforeEach(async () => {
      scene = await setScene(lane.database);
    });

    test('nothing is wrong, and every row was looked at', async () => {
      const report = await verifyLedger(lane.database);
      expect(report.checks.map(({ rows, violations }) => [rows, violations])).toEqual([
        [2, 0],
        [3, 0],
        [2, 0],
        [2, 0],
        [8, 0],
        [2, 0],
        [1, 0],
        [7, 0],
        [3, 0],
      ]);
      expect(renderVerifyReport(report)).toMatch(/each transfer is sound and keeps its unit +8 +0\n[\s\S]*clean/);
    });

    test.each([...ledgerMutants, ...contraRowMutants])('$what is found', async ({ tamper, found }) => {
      await tamper(lane.database, scene);
      const report = await verifyLedger(lane.database);
      const failed = report.checks.filter(({ violations }) => violations > 0);
      expect(Object.fromEntries(failed.map(({ name, examples }) => [name, examples.join('\n')]))).toEqual(
        Object.fromEntries(Object.entries(found).map(([name, words]) => [name, expect.stringMatching(words)])),
      );
      expect(report.clean).toBe(false);
      expect(renderVerifyReport(report)).toContain('NOT CLEAN');
    });
  });

  test('more rows than a page holds are all looked at, chains across the edge of a page too', async () => {
    const [account, contra] = [enforcedAccount(), contraAccount()];
    const ledger = ledgerOn(lane.database);
    await applied(ledger, granting(account, 10_000, contra));
    const before = await verifyLedger(lane.database);
    const many = Array.from({ length: 30 }, () =>
      chainOf({ transfers: Array.from({ length: 199 }, () => hold(account, contra, 1)) }),
    );
    await Promise.all(many.map((chain) => applied(ledger, chain)));
    const ends = many.map((chain) =>
      chainOf({ transfers: Array.from({ length: 150 }, (_, at) => post(transferId(chain, at + 1))) }),
    );
    await Promise.all(ends.map((chain) => applied(ledger, chain)));
    const after = await verifyLedger(lane.database);
    const rows = (report: typeof after) => report.checks.map((check) => check.rows ?? 0);
    const [appended, ...others] = rows(after)
      .map((count, at) => count - rows(before)[at]!)
      .reverse();
    expect(others.reverse()).toEqual([0, 0, 0, 0, 30 * 349, 30 * 150, 30, 60]);
    // As many as there were batches.
    expect(appended).toBeGreaterThan(0);
    expect(after.clean).toBe(true);
    await lane.database.transaction((tx) => tx.run('UPDATE ledger_hold SET open = 48 WHERE open = 49'));
    const tampered = await verifyLedger(lane.database);
    expect(tampered.checks.map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0, 0, 30, 0, 0]);
    expect(tampered.checks[6]!.examples).toHaveLength(20);
    expect(renderVerifyReport(tampered)).toContain('… and 10 more');
  });

  test('chains that commit between its statements raise no false alarm', async () => {
    // Given a verification before each statement of which a chain of every sort is committed.
    const other = ledgerOn(await lane.openAnother());
    const [account, contra] = [enforcedAccount(), contraAccount()];
    await applied(other, granting(account, 1_000, contra));
    let committed = 0;
    const commit = async () => {
      const own = enforcedAccount();
      const held = chainOf({ openings: [openingOf(own, 2, contra)], transfers: [hold(account, contra, 2)] });
      await applied(other, held);
      await applied(other, chainOf({ transfers: [post(transferId(held, 2), 1), move(own, contra, 1)] }));
      await other.foldContra();
      committed += 1;
    };
    class BusyDatabase extends TappedDatabase {
      override snapshot: TappedDatabase['snapshot'] = (work) =>
        lane.database.snapshot((sql) => work(tapped(sql, commit)));
    }
    // When it runs, then what it looks at is one state.
    await expectClean(new BusyDatabase(lane.database, () => {}));
    expect(committed).toBeGreaterThan(10);
    await expectClean(lane.database);
  });

  test('the checks of other rooms run in the same snapshot and count as its own', async () => {
    const ledger = ledgerOn(lane.database);
    await applied(ledger, chainOf({ transfers: [move(contraAccount(), contraAccount(), 1)] }));
    const transfers = `SELECT COUNT(*) FROM ledger_transfer`;
    const check = {
      name: 'nothing moves meanwhile',
      run: async (sql: { arrays: (statement: string) => Promise<unknown> }) => {
        const before = await sql.arrays(transfers);
        await applied(ledger, chainOf({ transfers: [move(contraAccount(), contraAccount(), 1)] }));
        expect(await sql.arrays(transfers)).toEqual(before);
        return ['one thing is wrong'];
      },
    };
    const steps: string[] = [];
    const report = await verifyLedger(lane.database, [check], ({ step, done, total }) =>
      steps.push(`${step} ${done === total}`),
    );
    expect(report.clean).toBe(false);
    expect(report.checks.at(-1)).toEqual({ name: check.name, violations: 1, examples: ['one thing is wrong'] });
    expect(steps).toEqual(expect.arrayContaining(['transfers true', 'chains true', 'other checks true']));
  });
});
