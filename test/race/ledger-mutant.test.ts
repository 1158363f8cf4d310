// The race checks are checks that can fail: a ledger that decides before it locks is caught by them.
import { verifyLedger } from '../../src/ledger/verify';
import { CheckThenActDatabase } from '../support/check-then-act';
import { eachDatabase } from '../support/lanes';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  expectClean,
  granting,
  hold,
  ledgerOn,
  outcomes,
} from '../support/ledger-fixtures';

eachDatabase((lane) => {
  test('a ledger that reads without a lock gives away more than there is, and is found out', async () => {
    // Given room for one, and a gateway that is overtaken by an honest one between its look and its deed.
    const [account, contra] = [enforcedAccount(), contraAccount()];
    const honest = ledgerOn(lane.database);
    await applied(honest, granting(account, 1, contra));
    await expectClean(lane.database);
    const take = () => chainOf({ transfers: [hold(account, contra, 1)] });
    const overtaken = async () => void (await applied(honest, take()));
    const mutant = ledgerOn(new CheckThenActDatabase(lane.database, overtaken));
    // When it asks for the last piece, which the honest one has taken by then.
    const result = await mutant.submit(take());
    // Then it gets it, and the books show it.
    expect(outcomes([result])).toEqual({ applied: 1 });
    const { checks } = await verifyLedger(lane.database);
    expect(checks.filter(({ violations }) => violations > 0).map(({ name }) => name)).toEqual([
      'each enforced balance equals its transfers',
      'debits equal credits in each unit',
    ]);
  });
});
