// The data set through the services: what is stored, that caps hold exactly, that nothing is done twice or by halves.
import { countStored } from '../../src/imports/import.store';
import type { ImportHouse } from '../../src/imports/import-house';
import { type CheckedFolder, checkFolder } from '../../src/imports/starbucks/check';
import type { CapSettings } from '../../src/imports/starbucks/program';
import { CompletionReplay } from '../../src/imports/starbucks/replay';
import { StarbucksImportService } from '../../src/imports/starbucks/starbucks.service';
import { DAY, HOUR } from '../../src/kernel/clock';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import { cardCostsOf } from '../replay/card-costs';
import { type OpenHouse, openHouse } from '../replay/house';
import { eachDatabase, type Lane } from '../support/lanes';
import {
  ANNA,
  BEN,
  CLEO,
  completed,
  DATA_IS_THERE,
  DATA_NOTICE,
  type DataLines,
  dataId,
  naiveReplay,
  publishedSlice,
  removeFolders,
  TINY,
  writeFolder,
} from './data-folder';

const NOW = Date.UTC(2026, 10, 22, 4, 30);
const SLICE_TIMEOUT_MS = 120_000;

const opened: OpenHouse[] = [];
afterAll(async () => {
  await Promise.all(opened.map(({ gateway }) => gateway.close()));
  await removeFolders();
});

async function houseOn(lane: Lane): Promise<OpenHouse> {
  const house = await openHouse(lane.url, NOW);
  opened.push(house);
  return house;
}

const checkedData = async (lines: DataLines): Promise<CheckedFolder> => checkFolder(await writeFolder(lines));

interface Run {
  readonly checked: CheckedFolder;
  readonly settings?: CapSettings;
  readonly concurrency?: number;
  /** The services, one of which a test may have spoiled. */
  readonly house?: ImportHouse;
}

function imported({ gateway, clock }: OpenHouse, { checked, settings, house = gateway }: Run) {
  return new StarbucksImportService(house, clock).run({ checked, settings, now: NOW });
}

async function replayed(open: OpenHouse, run: Run) {
  const { checked, concurrency = 4, house = open.gateway } = run;
  const state = await imported(open, run);
  return new CompletionReplay(house, open.clock, { checked, state, concurrency }).run();
}

/** The services, of which one fails at its `nth` call, as when the process is ended there. */
function failingAt(house: ImportHouse, failing: 'open' | 'redeem', nth: number): ImportHouse {
  let calls = 0;
  const cutOff = <Input extends unknown[], Answer>(call: (...input: Input) => Promise<Answer>) => {
    return (...input: Input): Promise<Answer> => {
      calls += 1;
      return calls >= nth ? Promise.reject(new Error('cut off')) : call(...input);
    };
  };
  const { cards, redemptions } = house;
  return {
    ...house,
    cards: { open: failing === 'open' ? cutOff(cards.open.bind(cards)) : cards.open.bind(cards) },
    redemptions: {
      redeem:
        failing === 'redeem' ? cutOff(redemptions.redeem.bind(redemptions)) : redemptions.redeem.bind(redemptions),
    },
  };
}

async function expectClean({ gateway }: OpenHouse): Promise<void> {
  const report = await verifyLedger(gateway.database, [holdCheck]);
  expect(report.checks.filter(({ violations }) => violations > 0)).toEqual([]);
}

describe('a few records written by hand', () => {
  eachDatabase((lane) => {
    test('become a program, members with what is known of them, and a card each', async () => {
      const house = await houseOn(lane);
      const checked = await checkedData(TINY);

      const state = await imported(house, { checked, settings: { cap: 15, quota: 1 } });

      const catalogue = house.gateway.catalogue.current();
      const offers = catalogue.offers.map(({ code, unitCost, faceValue, memberLimits, couponValidDays }) => {
        return [code, unitCost, faceValue, memberLimits[0], couponValidDays];
      });
      const once = { limit: 1, period: 'TERM' };
      expect(offers).toEqual([
        [dataId('1'), 1000, 1000, once, 7],
        [dataId('5'), 500, 500, once, 10],
        [dataId('0'), 0, 0, once, 3],
      ]);
      const anna = await house.gateway.members.rowsOf((await house.gateway.members.idOf(ANNA))!);
      expect(anna!.member.tags).toEqual(['gender:F', 'age:50-59', 'income:110000-119999']);
      expect(anna!.member.joinedAt).toBe(Date.UTC(2017, 6, 15));
      expect(anna!.cards.map(({ terms }) => terms.map((term) => [term.startsAt, term.costCap]))).toEqual([
        [[Date.UTC(2026, 10, 22, 4) - 30 * DAY, 1500]],
      ]);
      const ben = await house.gateway.members.rowsOf((await house.gateway.members.idOf(BEN))!);
      expect(ben!.member.tags).toEqual([]);
      expect(state.members).toBe(3);
    });

    test('become redemptions: the quota is looked at before the cap, and a duplicate is a request', async () => {
      const house = await houseOn(lane);
      const checked = await checkedData(TINY);

      const outcome = await replayed(house, { checked, settings: { cap: 15, quota: 1 } });

      // Anna: 10 accepted, 10 again over the quota, 5 accepted (nothing left), 5 again over the quota all the same.
      // Ben: 5 accepted, 10 accepted (nothing left), 5 again over the quota.
      expect(outcome).toEqual({
        requests: 7,
        accepted: 4,
        costCents: 3000,
        refusedByCap: 0,
        refusedByQuota: 3,
        refusedOtherwise: {},
        cardsAtCap: 2,
      });
      const benId = (await house.gateway.members.idOf(BEN))!;
      const wallet = await house.gateway.redemptions.walletOf({ memberId: benId, limit: 10 });
      const start = Date.UTC(2026, 10, 22, 4) - 30 * DAY;
      expect(wallet.map(({ cost, expiresAt, claimedAt }) => [cost, (expiresAt - claimedAt) / DAY])).toEqual([
        [1000, 7],
        [500, 10],
      ]);
      expect(wallet.every(({ claimedAt }) => claimedAt >= start + 6 * HOUR && claimedAt <= NOW)).toBe(true);
      await expectClean(house);
    });

    test('are not taken in a second time, whenever that is', async () => {
      const house = await houseOn(lane);
      const checked = await checkedData(TINY);
      const first = await replayed(house, { checked, settings: { cap: 15, quota: 1 } });
      const before = await countStored(house.gateway.database.read);
      expect(before).toMatchObject({ members: 3, cards: 3, redemptions: 4 });

      house.clock.set(NOW + 400 * DAY);
      const again = await replayed(house, { checked });

      expect(again).toEqual(first);
      expect(await countStored(house.gateway.database.read)).toEqual(before);
    });

    test.each<[string, CapSettings, string]>([
      [
        'another cap',
        { cap: 20, quota: 1 },
        'imported with a cap of 15 dollars and a quota of 1, not with a cap of 20',
      ],
      ['no quota', { cap: 15 }, 'not with a cap of 15 dollars and no quota. Name a fresh database'],
    ])('are not mixed with %s', async (_title, settings, message) => {
      const house = await houseOn(lane);
      const checked = await checkedData(TINY);
      await imported(house, { checked, settings: { cap: 15, quota: 1 } });

      await expect(imported(house, { checked, settings })).rejects.toThrow(message);
    });

    test('are not mixed with other data', async () => {
      const house = await houseOn(lane);
      await imported(house, { checked: await checkedData(TINY), settings: { cap: 15, quota: 1 } });
      const other = await checkedData({ ...TINY, events: [...TINY.events, completed(CLEO, dataId('5'), 5, 714)] });

      await expect(imported(house, { checked: other })).rejects.toThrow('another version of this data set');
    });
  });
});

describe('a database with a program of its own', () => {
  eachDatabase((lane) => {
    test('keeps it: the import is refused and nothing is stored', async () => {
      const house = await houseOn(lane);
      const text = 'name: Mine\ncurrency: USD\nlevels: [{ code: one, name: One, rank: 1, threshold: 0 }]\n';
      await house.gateway.programs.apply(text, 'test');

      const attempt = imported(house, { checked: await checkedData(TINY) });

      await expect(attempt).rejects.toThrow('another program in force, which the import would replace');
      expect(await house.gateway.programs.current()).toMatchObject({ version: 1 });
      expect(await countStored(house.gateway.database.read)).toMatchObject({ members: 0, cards: 0 });
    });
  });
});

(DATA_IS_THERE ? describe : describe.skip)(DATA_NOTICE, () => {
  const SLICE = 400;
  let lines: DataLines;
  let checked: CheckedFolder;
  beforeAll(async () => {
    lines = publishedSlice(SLICE);
    checked = await checkedData(lines);
  }, SLICE_TIMEOUT_MS);

  const expectOracle = (outcome: object, { cap, quota }: CapSettings): void => {
    const expected = naiveReplay(lines, cap, quota);
    expect(outcome).toEqual({ ...expected, requests: checked.totals.events['offer completed'], refusedOtherwise: {} });
    expect(expected.accepted).toBeGreaterThan(SLICE);
    expect(expected.refusedByCap).toBeGreaterThan(0);
  };

  describe.each<CapSettings & { concurrency: number }>([
    { cap: 10, quota: undefined, concurrency: 5 },
    { cap: 20, quota: 1, concurrency: 256 },
  ])('at a cap of $cap with quota $quota and $concurrency in flight', ({ concurrency, ...settings }) => {
    eachDatabase((lane) => {
      test(
        'is answered as by the naive oracle',
        async () => {
          const house = await houseOn(lane);

          const outcome = await replayed(house, { checked, settings, concurrency });
          expectOracle(outcome, settings);
          // Card by card, as the API tells it, it is the same.
          expect(await cardCostsOf(house.gateway, checked, settings.cap * 100)).toEqual({
            cards: SLICE,
            cost: outcome.costCents,
            cardsAtCap: outcome.cardsAtCap,
            wrong: 0,
          });

          await expectClean(house);
        },
        SLICE_TIMEOUT_MS,
      );
    });
  });

  describe('when it is cut off, and begun again', () => {
    const settings = { cap: 20 };

    eachDatabase((lane) => {
      test(
        'has every member, card and redemption once',
        async () => {
          const house = await houseOn(lane);
          const { gateway } = house;
          const cutInCards = failingAt(gateway, 'open', 150);
          await expect(imported(house, { checked, settings, house: cutInCards })).rejects.toThrow('cut off');
          expect((await countStored(gateway.database.read)).cards).toBeLessThan(SLICE);
          for (const nth of [100, 300]) {
            const cutInRedemptions = failingAt(gateway, 'redeem', nth);
            const attempt = replayed(house, { checked, settings, concurrency: 16, house: cutInRedemptions });
            await expect(attempt).rejects.toThrow('cut off');
            await gateway.ledger.drain();
          }
          expect((await countStored(gateway.database.read)).redemptions).toBeGreaterThan(200);

          const outcome = await replayed(house, { checked, settings, concurrency: 64 });

          expectOracle(outcome, settings);
          const { accepted } = outcome;
          const stored = { members: SLICE, cards: SLICE, redemptions: accepted, chains: SLICE + outcome.requests };
          expect(await countStored(gateway.database.read)).toEqual(stored);
          await expectClean(house);
        },
        SLICE_TIMEOUT_MS,
      );
    });
  });
});
