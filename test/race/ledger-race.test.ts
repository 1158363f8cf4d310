import type { Sql } from '../../src/database/sql';
import { ManualClock } from '../../src/kernel/clock';
import { available } from '../../src/ledger/account';
import { type CompanionWriter, companion } from '../../src/ledger/batch';
import { LedgerService } from '../../src/ledger/ledger.service';
import { meeting } from '../support/conflict';
import { eachDatabase } from '../support/lanes';
import {
  applied,
  chainOf,
  contraAccount,
  enforcedAccount,
  expectClean,
  freshId,
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
import { meetBefore, TappedDatabase } from '../support/tapped-database';

const LOCKING = /FOR UPDATE/;

/** Each ledger asks for one piece of an account that has room for `room`, all at once and several times each. */
async function askForRoom(
  ledgers: readonly LedgerService[],
  { room, each }: { room: number; each: number },
): Promise<Record<string, number>> {
  const [account, contra] = [enforcedAccount(), contraAccount()];
  await applied(ledgers[0]!, granting(account, room, contra));
  const asked = ledgers.flatMap((ledger) =>
    Array.from({ length: each }, (_, at) => {
      const own = enforcedAccount();
      const take = at % 2 === 0 ? hold(account, contra, 1) : move(account, contra, 1);
      const openings = [openingOf(own, 1, contra)];
      return ledger.submit(chainOf({ openings, transfers: [move(own, contra, 1), take] }));
    }),
  );
  return outcomes(await Promise.all(asked));
}

eachDatabase((lane) => {
  /**
   * Two ledgers whose first units of work that match `pattern` wait for each other there. SQLite has one writer at a
   * time, who must not wait for the other; there the two run one after the other.
   */
  const twoThatMeet = async (pattern: RegExp): Promise<[LedgerService, LedgerService]> => {
    const doors = [lane.database, await lane.openAnother()];
    const meet = lane.name === 'mysql' ? meeting(2) : () => Promise.resolve();
    const [left, right] = doors.map((door) => ledgerOn(new TappedDatabase(door, meetBefore(pattern, meet))));
    return [left!, right!];
  };

  describe('room', () => {
    test.each([0, 1, 17, 59, 60])('for %i among sixty chains of three ledgers is filled exactly', async (room) => {
      const other = await lane.openAnother();
      const ledgers = [ledgerOn(lane.database), ledgerOn(lane.database), ledgerOn(other)];
      const { applied = 0, INSUFFICIENT = 0 } = await askForRoom(ledgers, { room, each: 20 });
      expect([applied, INSUFFICIENT]).toEqual([room, 60 - room]);
      await expectClean(lane.database);
    });

    test('for one goes to one of two that ask for the lock at the same moment', async () => {
      const [account, contra] = [enforcedAccount(), contraAccount()];
      await applied(ledgerOn(lane.database), granting(account, 1, contra));
      const ledgers = await twoThatMeet(LOCKING);
      const take = (ledger: LedgerService) => ledger.submit(chainOf({ transfers: [hold(account, contra, 1)] }));
      expect(outcomes(await Promise.all(ledgers.map(take)))).toEqual({ applied: 1, INSUFFICIENT: 1 });
      await expectClean(lane.database);
    });
  });

  describe('a second batch', () => {
    /** One ledger whose first batch has its locks and waits to write until another batch has begun. */
    const heldUp = (): LedgerService => {
      let began = 0;
      const open = meeting(2);
      const tap = async (statement: string): Promise<void> => {
        if (lane.name === 'sqlite') return;
        if (/FROM ledger_chain/.test(statement)) began += 1;
        if (began === 2 && /FROM ledger_chain/.test(statement)) void open();
        if (began === 1 && /INSERT INTO ledger_account/.test(statement)) await open();
      };
      return ledgerOn(new TappedDatabase(lane.database, tap));
    };

    test('flies beside the first, and both fill what room there is exactly', async () => {
      const [account, contra] = [enforcedAccount(), contraAccount()];
      await applied(ledgerOn(lane.database), granting(account, 100, contra));
      const ledger = heldUp();
      const take = () => ledger.submit(chainOf({ transfers: [move(account, contra, 1)] }));
      const first = take();
      // The first batch has set off with what was there; the rest is enough for a second.
      await new Promise((resume) => setImmediate(() => setImmediate(resume)));
      const results = await Promise.all([first, ...Array.from({ length: 127 }, take)]);
      expect(outcomes(results)).toEqual({ applied: 100, INSUFFICIENT: 28 });
      await ledger.drain();
      await expectClean(lane.database);
    });
  });

  describe('a chain that is announced', () => {
    /** How many batches there were, of one ledger that waits so long. */
    const counting = (lingerMs: number) => {
      const batches = { count: 0 };
      const tap = (statement: string): void => {
        if (/FROM ledger_chain/.test(statement)) batches.count += 1;
      };
      const ledger = new LedgerService(new TappedDatabase(lane.database, tap), new ManualClock(0), { lingerMs });
      return { ledger, batches };
    };
    const anyChain = () => chainOf({ transfers: [move(contraAccount(), contraAccount(), 1)] });
    const turns = () => new Promise((resume) => setImmediate(() => setImmediate(resume)));

    test('goes with the batch that was about to set off', async () => {
      const { ledger, batches } = counting(60_000);
      const arrived = ledger.announce();
      const first = ledger.submit(anyChain());
      await turns();
      arrived();
      const second = ledger.submit(anyChain());
      expect(outcomes(await Promise.all([first, second]))).toEqual({ applied: 2 });
      expect(batches.count).toBe(1);
    });

    test('and never comes holds up nothing for long', async () => {
      const { ledger, batches } = counting(1);
      ledger.announce();
      expect(outcomes([await ledger.submit(anyChain())])).toEqual({ applied: 1 });
      expect(batches.count).toBe(1);
    });
  });

  describe('a key', () => {
    test('asked twice in one batch is done once', async () => {
      const [account, contra] = [enforcedAccount(), contraAccount()];
      const ledger = ledgerOn(lane.database);
      await applied(ledger, granting(account, 10, contra));
      const chain = chainOf({ transfers: [move(account, contra, 10)] });
      const results = await Promise.all([ledger.submit(chain), ledger.submit({ ...chain, id: freshId() })]);
      expect(results).toMatchObject([
        { applied: true, replayed: false, id: chain.id },
        { applied: true, replayed: true, id: chain.id },
      ]);
      await expectClean(lane.database);
    });

    test.each([
      ['before either looks it up', /FROM ledger_chain/],
      ['after both looked it up', LOCKING],
      ['before either writes', /INSERT INTO ledger_/],
    ])('asked at two ledgers that meet %s is done once', async (_title, pattern) => {
      const [account, contra] = [enforcedAccount(), contraAccount()];
      await applied(ledgerOn(lane.database), granting(account, 10, contra));
      // Two that hold the same lock cannot meet behind it, so where they write first no account is shared.
      const source = pattern.source.startsWith('INSERT') ? contraAccount() : account;
      const chain = chainOf({ transfers: [move(source, contra, 10)] });
      const [left, right] = await twoThatMeet(pattern);
      const results = await Promise.all([left.submit(chain), right.submit({ ...chain, id: freshId() })]);
      expect(outcomes(results)).toEqual({ applied: 1, 'replay applied': 1 });
      const ids = results.map((result) => 'id' in result && result.id);
      expect(new Set(ids).size).toBe(1);
      await expectClean(lane.database);
    });

    test('asked at two ledgers at once with other content is done once and refused once', async () => {
      const [left, right] = await twoThatMeet(/FROM ledger_chain/);
      const chain = chainOf({ transfers: [move(contraAccount(), contraAccount(), 10)] });
      const results = await Promise.all([
        left.submit(chain),
        right.submit({ ...chain, fingerprint: freshId(), id: freshId() }),
      ]);
      expect(outcomes(results)).toEqual({ applied: 1, mismatch: 1 });
      await expectClean(lane.database);
    });
  });

  test('an account that two ledgers open at once is granted once', async () => {
    const [account, contra] = [enforcedAccount(), contraAccount()];
    const ledgers = await twoThatMeet(/INSERT INTO ledger_account/);
    const take = (ledger: LedgerService) =>
      ledger.submit(chainOf({ openings: [openingOf(account, 3, contra)], transfers: [move(account, contra, 1)] }));
    expect(outcomes(await Promise.all([...ledgers, ...ledgers].map(take)))).toEqual({ applied: 3, INSUFFICIENT: 1 });
    const balances = await ledgers[0].balancesOf(account.slice(0, 32));
    expect(balances.get(account)).toEqual({ creditsPosted: 3, creditsPending: 0, debitsPosted: 3, debitsPending: 0 });
    await expectClean(lane.database);
  });

  test.each([
    ['in one batch', 1],
    ['by two ledgers', 2],
  ])('a hold that is posted and voided at once %s ends once', async (_title, ledgerCount) => {
    const [account, contra] = [enforcedAccount(), contraAccount()];
    const held = chainOf({ openings: [openingOf(account, 9, contra)], transfers: [hold(account, contra, 5)] });
    await applied(ledgerOn(lane.database), held);
    const pending = transferId(held, 2);
    const ledgers = ledgerCount === 1 ? [ledgerOn(lane.database)] : await twoThatMeet(LOCKING);
    const results = await Promise.all([
      ledgers[0]!.submit(chainOf({ transfers: [post(pending)] })),
      ledgers.at(-1)!.submit(chainOf({ transfers: [voiding(pending)] })),
    ]);
    const [posted, voided] = results.map((result) => result.applied);
    expect([posted, voided].filter(Boolean)).toHaveLength(1);
    expect(outcomes(results)).toEqual({
      applied: 1,
      [posted ? 'PENDING_ALREADY_POSTED' : 'PENDING_ALREADY_VOIDED']: 1,
    });
    const balance = (await ledgers[0]!.balancesOf(account.slice(0, 32))).get(account)!;
    expect(available(balance)).toBe(posted ? 4 : 9);
    await expectClean(lane.database);
  });

  describe('a companion row that cannot be written', () => {
    /** Writes nothing, but refuses one row, as a unique key would. */
    const refusing = (bad: string): CompanionWriter<string> & { written: string[] } => ({
      order: 1,
      written: [],
      async write(this: { written: string[] }, _tx: Sql, rows) {
        if (rows.some(({ row }) => row === bad)) throw new Error(`row ${bad} is poisonous`);
        this.written.push(...rows.map(({ row }) => row));
      },
    });

    test('fails its own chain only, and leaves nothing of it', async () => {
      const [account, contra] = [enforcedAccount(), contraAccount()];
      const ledger = ledgerOn(lane.database);
      await applied(ledger, granting(account, 100, contra));
      const writer = refusing('5');
      const chains = Array.from({ length: 11 }, () => chainOf({ transfers: [move(account, contra, 1)] }));
      const settled = await Promise.allSettled(
        chains.map((chain, at) => ledger.submit(chain, [companion(writer, String(at))])),
      );
      expect(settled.map(({ status }) => status === 'fulfilled')).toEqual(chains.map((_, at) => at !== 5));
      expect(new Set(writer.written)).toEqual(new Set(['0', '1', '2', '3', '4', '6', '7', '8', '9', '10']));
      expect(await ledger.transfersOf(chains[5]!.id)).toEqual([]);
      // Its key is free: asked without the bad row it is done now, for the first time.
      expect(await ledger.submit(chains[5]!)).toMatchObject({ applied: true, replayed: false });
      await expectClean(lane.database);
    });

    test('is written once when its chain is asked twice at once', async () => {
      const ledger = ledgerOn(lane.database);
      const writer = refusing('none');
      const chain = chainOf({ transfers: [move(contraAccount(), contraAccount(), 1)] });
      await Promise.all([1, 2, 3].map((at) => ledger.submit(chain, [companion(writer, String(at))])));
      expect(writer.written).toEqual(['1']);
    });
  });
});
