// Appended contra rows: whoever reads balances refuses one that was damaged, and nothing of it is folded.

import { eachDatabase } from '../../test/support/lanes';
import { applied, contraAccount, enforcedAccount, granting, ledgerOn } from '../../test/support/ledger-fixtures';
import { verifyLedger } from './verify';

const STARTED = { creditsPosted: 0, creditsPending: 0, debitsPosted: 7, debitsPending: 0 };

eachDatabase((lane) => {
  const deltas = () => lane.database.read.arrays('SELECT id, moved FROM ledger_contra_delta ORDER BY id');
  const damage = (statement: string) => lane.database.transaction((tx) => tx.run(statement));

  /** A ledger on which 7 were granted out of a contra account, folded; and 5 more, appended. */
  const granted = async () => {
    const [ledger, contra] = [ledgerOn(lane.database), contraAccount()];
    await applied(ledger, granting(enforcedAccount(), 7, contra));
    while ((await ledger.foldContra()) > 0);
    expect(await ledger.contraSumsOf(contra.slice(0, 32))).toEqual(new Map([[contra, STARTED]]));
    await applied(ledger, granting(enforcedAccount(), 5, contra));
    return { ledger, contra };
  };
  afterEach(() => damage('DELETE FROM ledger_contra_delta'));

  test.each([
    ['is no JSON', `moved = 'nothing that anybody wrote'`, /nothing that anybody wrote is no list of accounts in JSON/],
    ['lost its end', `moved = REPLACE(moved, ']]', '')`, /is no list of accounts in JSON/],
    ['is empty', `moved = '[]'`, /it is empty/],
    ['has an amount with a fraction', `moved = REPLACE(moved, ',5,', ',5.5,')`, /an amount that is no safe integer/],
  ])('one that %s ends every reading, under its id', async (_, change, why) => {
    // Given a damaged row.
    const { ledger, contra } = await granted();
    await damage(`UPDATE ledger_contra_delta SET ${change}`);
    const before = await deltas();
    const refusal = {
      name: 'InvariantError',
      message: expect.stringMatching(`^appended contra row ${before[0]![0]} `),
    };
    // When balances are read, or the row is to be folded, then that is refused.
    await expect(ledger.contraSums()).rejects.toMatchObject(refusal);
    await expect(ledger.contraSumsOf(contra.slice(0, 32))).rejects.toMatchObject(refusal);
    await expect(ledger.foldContra()).rejects.toMatchObject(refusal);
    await expect(ledger.foldContra()).rejects.toThrow(why);
    expect(await deltas()).toEqual(before);
  });

  test('one that names nobody any more ends the reading of every holder', async () => {
    const { ledger } = await granted();
    await damage(`UPDATE ledger_contra_delta SET moved = 'x'`);
    await expect(ledger.contraSumsOf(contraAccount().slice(0, 32))).rejects.toThrow(/x is no list of accounts in JSON/);
  });

  test('damaged ones are told by the verification, each under its id, with words that stay short', async () => {
    const { ledger, contra } = await granted();
    await applied(ledger, granting(enforcedAccount(), 3, contra));
    const ids = (await deltas()).map(([id]) => id);
    await damage(`UPDATE ledger_contra_delta SET moved = '[["${'x'.repeat(500)}",1,2,3,4]]'`);
    const { clean, checks } = await verifyLedger(lane.database);
    expect(clean).toBe(false);
    const told = checks.find(({ name }) => name === 'each appended contra row can be read');
    expect(told).toMatchObject({ rows: 2, violations: 2 });
    expect(told!.examples).toEqual(
      ids.map((id) => expect.stringMatching(`^appended contra row ${id} is damaged: entry 1, .{1,130}…, has no key`)),
    );
  });
});
