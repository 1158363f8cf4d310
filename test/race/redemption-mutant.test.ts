// The checks on redemptions are checks that can fail: a cap looked at before it is locked, and a code taken without its
// stock, are found out.
import type { Database } from '../../src/database/database';
import { kindOf } from '../../src/ledger/account';
import { ACCOUNT_KINDS } from '../../src/ledger/chart';
import { describeAccount } from '../../src/ledger/describe';
import type { LedgerService } from '../../src/ledger/ledger.service';
import { verifyLedger } from '../../src/ledger/verify';
import { cardCapAccount } from '../../src/members/member-accounts';
import { holdCheck } from '../../src/redemption/hold.check';
import { poolCheck } from '../../src/redemption/pool.check';
import { CheckThenActDatabase } from '../support/check-then-act';
import { expectBooks, type House, openHouse } from '../support/house';
import { eachDatabase } from '../support/lanes';

async function faultsOf(database: Database): Promise<string[]> {
  const { checks } = await verifyLedger(database, [holdCheck, poolCheck]);
  return checks.flatMap(({ examples }) => examples);
}

/** Claims go to the ledger without the transfer that takes them from the stock, and so without its lock. */
function withoutStock(ledger: LedgerService): void {
  const submit = ledger.submit.bind(ledger);
  jest.spyOn(ledger, 'submit').mockImplementation((chain, companions) => {
    const transfers = chain.transfers.filter(
      (transfer) => !('debit' in transfer) || kindOf(transfer.debit) !== ACCOUNT_KINDS.STOCK,
    );
    return submit({ ...chain, transfers }, companions);
  });
}

describe('a cap that is checked before it is locked', () => {
  eachDatabase((lane) => {
    test('is overdrawn, and both the rows and the books show it', async () => {
      // Given a card with room for one more, and a mutant that is overtaken between its look and its deed.
      const honest = await openHouse(lane.database);
      const { memberId, card } = await honest.holder();
      for (let time = 1; time <= 9; time += 1) await honest.claim(memberId, 'plain');
      await expectBooks(lane.database);
      const overtaken = async () => void (await honest.claim(memberId, 'plain'));
      const ledgerDoor = new CheckThenActDatabase(lane.database, overtaken);
      const mutant = await openHouse(lane.database, { program: null, clock: honest.clock, ledgerDoor });
      // When it claims.
      await mutant.claim(memberId, 'plain');
      // Then the card costs more than its cap,
      const spent = (await honest.wallet(memberId)).reduce((sum, { cost }) => sum + cost, 0);
      expect([card.terms[0]!.costCap, spent]).toEqual([1_000, 1_100]);
      // and the verification names its account.
      const { words } = describeAccount(cardCapAccount({ memberId, termId: card.terms[0]!.id, currency: 'CNY' }));
      expect((await faultsOf(lane.database)).join('\n')).toContain(words);
    });
  });
});

describe('a code that is taken without the lock of its stock', () => {
  eachDatabase((lane) => {
    let honest: House;
    let mutant: House;
    let overtakes = 0;
    beforeAll(async () => {
      honest = await openHouse(lane.database);
      await honest.fillPool('latte', 10);
      const overtaken = async () => {
        if (overtakes-- <= 0) return;
        const { memberId } = await honest.holder();
        await honest.claim(memberId, 'latte');
      };
      const ledgerDoor = new CheckThenActDatabase(lane.database, overtaken);
      mutant = await openHouse(lane.database, { program: null, clock: honest.clock, ledgerDoor });
      await expectBooks(lane.database);
      withoutStock(mutant.ledger);
    });

    test('is another one in the end, since no two redemptions may have one; the stock shows it', async () => {
      const { memberId } = await honest.holder();
      overtakes = 1;
      // The first code went to the honest one, so the mutant was turned away, and took the next when it tried again.
      expect(await mutant.claim(memberId, 'latte')).toMatchObject({ poolSeq: 2 });
      expect((await faultsOf(lane.database)).join('\n')).toMatch(/has a stock of \d+, its pool has \d+ codes left/);
    });

    test('is handed out twice where nothing else stands in its way, and that is found', async () => {
      const { name } = lane.database.dialect;
      const table = name === 'mysql' ? ' ON redemption' : '';
      await lane.database.transaction((tx) => tx.run(`DROP INDEX redemption_pool_code${table}`));
      const { memberId } = await honest.holder();
      overtakes = 1;
      await mutant.claim(memberId, 'latte');
      expect((await faultsOf(lane.database)).join('\n')).toContain('handed a code out twice');
    });
  });
});
