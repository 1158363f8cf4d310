// The ledger's two passes: holds past their time end once, and contra sums stay exact while they are folded.

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
  NOW,
  openingOf,
  post,
  transferId,
} from '../../test/support/ledger-fixtures';
import { DAY, ManualClock } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { type AccountKey, available } from './account';
import { ExpireHoldsJob, type HoldOwner } from './expire-holds.job';
import { FoldContraJob } from './fold-contra.job';
import { LedgerService } from './ledger.service';
import type { Chain } from './transfer';

eachDatabase((lane) => {
  const leftOn = async (account: AccountKey): Promise<number> =>
    available((await ledgerOn(lane.database).balancesOf(account.slice(0, 32))).get(account)!);

  describe('holds past their time', () => {
    const gateway = (instant: number, owners: readonly HoldOwner[] = []) => {
      const clock = new ManualClock(instant);
      const ledger = new LedgerService(lane.database, clock);
      return { ledger, job: new ExpireHoldsJob(ledger, clock, owners) };
    };
    /** Ends whatever other tests left, so that each test begins with nothing expired. */
    beforeEach(async () => {
      const { job } = gateway(NOW + 100 * DAY);
      while ((await job.run()) > 0);
    });

    const holdUntil = async (
      account: AccountKey,
      amounts: readonly number[],
      holdExpiresAt: number,
    ): Promise<Chain> => {
      const contra = contraAccount();
      const chain = chainOf({ transfers: amounts.map((amount) => hold(account, contra, amount)), holdExpiresAt });
      await applied(ledgerOn(lane.database), chain);
      return chain;
    };
    const openAccount = async (): Promise<AccountKey> => {
      const account = enforcedAccount();
      await applied(ledgerOn(lane.database), granting(account, 100, contraAccount()));
      return account;
    };

    test('are voided, what of them is open; others stand', async () => {
      const account = await openAccount();
      const mixed = await holdUntil(account, [10, 20], NOW + DAY);
      await holdUntil(account, [5], NOW + DAY + 1);
      await applied(ledgerOn(lane.database), chainOf({ transfers: [post(transferId(mixed, 1))] }));
      const { job } = gateway(NOW + DAY);
      expect(await job.run()).toBe(1);
      expect(await leftOn(account)).toBe(85);
      expect(await job.run()).toBe(0);
      await expectClean(lane.database);
    });

    test('are offered to their owners first', async () => {
      const account = await openAccount();
      const chains = [await holdUntil(account, [1, 2], NOW + DAY), await holdUntil(account, [4], NOW + DAY)];
      const seen: [Id, number[]][] = [];
      const owner: HoldOwner = async (chain, open) => {
        seen.push([chain, open.map(({ amount }) => amount)]);
        return chain === chains[0]!.id;
      };
      await gateway(NOW + DAY, [async () => false, owner]).job.run();
      expect(seen.sort()).toEqual(
        [
          [chains[0]!.id, [1, 2]],
          [chains[1]!.id, [4]],
        ].sort(),
      );
      expect(await leftOn(account)).toBe(97);
    });

    test('of an owner that fails do not keep the others from ending', async () => {
      const account = await openAccount();
      const bad = await holdUntil(account, [1], NOW + DAY);
      await holdUntil(account, [2], NOW + DAY);
      const owner: HoldOwner = async (chain) => {
        if (chain === bad.id) throw new Error('the partner is away');
        return false;
      };
      await expect(gateway(NOW + DAY, [owner]).job.run()).rejects.toThrow('the partner is away');
      expect(await leftOn(account)).toBe(99);
    });

    test('that their owners keep never stand in the way of the others', async () => {
      // Given more kept holds than a pass looks at, all older than the one that nobody owns.
      const account = await openAccount();
      const kept = enforcedAccount();
      const ledger = ledgerOn(lane.database);
      await applied(ledger, granting(kept, 1_000, contraAccount()));
      const keptChains = await Promise.all(Array.from({ length: 230 }, () => holdUntil(kept, [1], NOW + DAY)));
      await holdUntil(account, [7], NOW + DAY + 1);
      const ids = new Set(keptChains.map(({ id }) => id));
      const { job } = gateway(NOW + 2 * DAY, [async (chain) => ids.has(chain)]);
      const passes = [await job.run(), await job.run()];
      expect(passes).toEqual([200, 31]);
      expect([await leftOn(account), await leftOn(kept)]).toEqual([100, 770]);
    });

    test('are voided once by two processes at once', async () => {
      const account = await openAccount();
      const chains = await Promise.all([1, 2, 3, 4].map((amount) => holdUntil(account, [amount], NOW + DAY)));
      const clock = new ManualClock(NOW + DAY);
      const doors = [lane.database, await lane.openAnother()];
      const jobs = doors.map((door) => new ExpireHoldsJob(new LedgerService(door, clock), clock));
      await Promise.all(jobs.map((job) => job.run()));
      expect(await leftOn(account)).toBe(100);
      const ledger = ledgerOn(lane.database);
      expect(await Promise.all(chains.map(({ id }) => ledger.openHoldsOf(id)))).toEqual([[], [], [], []]);
      await expectClean(lane.database);
    });
  });

  describe('the contra roll-up', () => {
    const batches = async (ledger: LedgerService, count: number, contra: AccountKey): Promise<void> => {
      for (let at = 0; at < count; at += 1) {
        const account = enforcedAccount();
        const transfers = [hold(account, contra, 3), move(account, contra, 2)];
        await applied(ledger, chainOf({ openings: [openingOf(account, 9, contra)], transfers }));
      }
    };
    const appended = async () =>
      Number((await lane.database.read.arrays('SELECT COUNT(*) FROM ledger_contra_delta'))[0]![0]);

    test('changes no sum, before, while and after it folds', async () => {
      const [ledger, contra] = [ledgerOn(lane.database), contraAccount()];
      await batches(ledger, 5, contra);
      const sums = { creditsPosted: 10, creditsPending: 15, debitsPosted: 45, debitsPending: 0 };
      expect((await ledger.contraSums()).get(contra)).toEqual(sums);
      expect(await new FoldContraJob(ledger).run()).toBeGreaterThanOrEqual(5);
      while ((await new FoldContraJob(ledger).run()) > 0);
      expect((await ledger.contraSums()).get(contra)).toEqual(sums);
      expect(await appended()).toBe(0);
      await batches(ledger, 1, contra);
      expect((await ledger.contraSums()).get(contra)?.debitsPosted).toBe(54);
      await new FoldContraJob(ledger).run();
      expect((await ledger.contraSums()).get(contra)?.debitsPosted).toBe(54);
      expect(await new FoldContraJob(ledger).run()).toBe(0);
      await expectClean(lane.database);
    });

    test('counts nothing twice when two processes fold while a third one works', async () => {
      const contra = contraAccount();
      const ledgers = [ledgerOn(lane.database), ledgerOn(await lane.openAnother())];
      await batches(ledgers[0]!, 5, contra);
      const [worker, ...folders] = [ledgers[0]!, ...ledgers];
      await Promise.all([batches(worker, 5, contra), ...folders.map((ledger) => ledger.foldContra())]);
      expect((await worker.contraSums()).get(contra)?.debitsPosted).toBe(90);
      await worker.foldContra();
      expect((await worker.contraSums()).get(contra)?.debitsPosted).toBe(90);
      await expectClean(lane.database);
    });
  });
});
