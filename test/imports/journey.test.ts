// A year of mailed campaigns through the services: what is stored, what the tracking says of it, and that a year which
// is cut off anywhere and begun again is the same year.
import { type CheckedJourney, checkJourney } from '../../src/imports/complete-journey/check';
import { JourneyImportService } from '../../src/imports/complete-journey/journey.service';
import type { JourneyHouse } from '../../src/imports/complete-journey/journey-house';
import { trackedFigures } from '../../src/imports/complete-journey/tracked';
import { type Figure, isWrong } from '../../src/imports/figure-table';
import { countStored } from '../../src/imports/import.store';
import { DAY } from '../../src/kernel/clock';
import { verifyLedger } from '../../src/ledger/verify';
import { holdCheck } from '../../src/redemption/hold.check';
import { type OpenHouse, openHouse } from '../replay/house';
import { AUDITOR, OPERATIONS, partnerOf, TestGateway } from '../support/gateway';
import { eachDatabase, type Lane } from '../support/lanes';
import {
  JOURNEY_FOLDER,
  JOURNEY_IS_THERE,
  JOURNEY_NOTICE,
  type JourneyLines,
  removeJourneys,
  SMALL_YEAR,
  writeJourney,
} from './journey-folder';

const NOW = Date.UTC(2026, 10, 22, 4, 30);
const YEAR_TIMEOUT_MS = 600_000;

const opened: OpenHouse[] = [];
afterAll(async () => {
  await Promise.all(opened.map(({ gateway }) => gateway.close()));
  await removeJourneys();
});

async function houseOn(lane: Lane): Promise<OpenHouse> {
  const house = await openHouse(lane.url, NOW);
  opened.push(house);
  return house;
}

const checkedYear = async (lines: JourneyLines): Promise<CheckedJourney> => checkJourney(await writeJourney(lines));

async function imported(open: OpenHouse, checked: CheckedJourney, house: JourneyHouse = open.gateway) {
  const state = await new JourneyImportService(house, open.clock).run(checked);
  return trackedFigures(house, checked, state);
}

const gotOf = (figures: readonly Figure[]) => Object.fromEntries(figures.map(({ what, got }) => [what, got]));

/** What the small year must sum up to: five mailings, and a further coupon for the second use of one booklet. */
const SMALL_FIGURES = {
  'coupons granted': 6,
  '… to households': 3,
  'coupons used': 5,
  '… of Type A': 3,
  '… of Type B': 1,
  '… of Type C': 1,
  '… by households': 3,
  '… cost, cents': 600,
  'coupons expired': 1,
  "uses outside of the campaign's dates": 0,
  'coupons of households that were not mailed': 0,
  'households with more coupons than the booklet': 0,
  'refused by the gateway': 'none',
  'campaign 1: households / uses / by households': '2 / 3 / 2',
  'campaign 2: households / uses / by households': '2 / 1 / 1',
  'campaign 3: households / uses / by households': '1 / 1 / 1',
};

async function expectClean({ gateway }: OpenHouse): Promise<void> {
  const report = await verifyLedger(gateway.database, [holdCheck]);
  expect(report.checks.filter(({ violations }) => violations > 0)).toEqual([]);
}

type Step = 'open' | 'redeem' | 'confirmUse' | 'expireDue';

/** The services, of which one fails at its `nth` call, before or after its work, as when the process ends there. */
function failingAt(house: JourneyHouse, failing: Step, nth: number, when: 'before' | 'after'): JourneyHouse {
  let calls = 0;
  const cutOff = <Input extends unknown[], Answer>(step: Step, call: (...input: Input) => Promise<Answer>) => {
    return async (...input: Input): Promise<Answer> => {
      if (step !== failing) return call(...input);
      calls += 1;
      if (calls >= nth && when === 'before') throw new Error('cut off');
      const answer = await call(...input);
      if (calls >= nth) throw new Error('cut off');
      return answer;
    };
  };
  const { cards, redemptions, ends } = house;
  return {
    ...house,
    cards: { open: cutOff('open', cards.open.bind(cards)) },
    redemptions: {
      redeem: cutOff('redeem', redemptions.redeem.bind(redemptions)),
      list: redemptions.list.bind(redemptions),
      totals: redemptions.totals.bind(redemptions),
    },
    ends: {
      confirmUse: cutOff('confirmUse', ends.confirmUse.bind(ends)),
      expireDue: cutOff('expireDue', ends.expireDue.bind(ends)),
    },
  };
}

describe('a small year', () => {
  eachDatabase((lane) => {
    test('becomes offers of partners, households with a card, and coupons that are used or expire', async () => {
      const house = await houseOn(lane);
      const { gateway } = house;

      const figures = await imported(house, await checkedYear(SMALL_YEAR));

      expect(gotOf(figures)).toEqual(SMALL_FIGURES);
      expect(figures.filter(isWrong)).toEqual([]);
      const offers = gateway.catalogue.current().offers.map((offer) => {
        const { code, partner, validFrom, validUntil, memberLimits, costBasis, audience } = offer;
        const days = (validUntil - validFrom) / DAY;
        return [
          code,
          partner.code,
          new Date(validFrom).toISOString(),
          days,
          memberLimits[0]?.limit,
          costBasis,
          ...audience.tags,
        ];
      });
      expect(offers).toEqual([
        ['campaign-1', 'type-a', '2017-01-10T00:00:00.000Z', 10, 2, 'USE', 'mailed:1'],
        ['campaign-2', 'type-b', '2017-01-15T00:00:00.000Z', 20, 1, 'USE', 'mailed:2'],
        ['campaign-3', 'type-c', '2017-02-01T00:00:00.000Z', 28, 1, 'USE', 'mailed:3'],
      ]);
      const one = (await gateway.members.idOf('1'))!;
      const rows = await gateway.members.rowsOf(one);
      expect(rows!.member.tags).toEqual(expect.arrayContaining(['mailed:1', 'mailed:3', 'age:65+', 'kids_count:0']));
      expect(rows!.cards).toHaveLength(1);
      const wallet = await gateway.redemptions.walletOf({ memberId: one, limit: 10 });
      const day = (instant: number) => (instant - Date.UTC(2017, 0, 1)) / DAY + 1;
      // Newest first: the mailing of campaign 3, booklet 1's second coupon on its last day, and its first.
      expect(wallet.map(({ claimedAt, usedAt }) => [day(claimedAt), day(usedAt!)])).toEqual([
        [32, 41.5],
        [19.5, 19.5],
        [10, 10.5],
      ]);
      expect(wallet.every(({ cardId }) => cardId === rows!.cards[0]!.id)).toBe(true);
      const two = (await gateway.members.idOf('2'))!;
      const [unused] = await gateway.redemptions.walletOf({ memberId: two, limit: 10 });
      expect(unused).toMatchObject({ status: 'EXPIRED', endedAt: Date.UTC(2017, 1, 4) });
      await expectClean(house);
    });
  });

  eachDatabase((lane) => {
    test('is not taken in a second time, whenever that is', async () => {
      const house = await houseOn(lane);
      const checked = await checkedYear(SMALL_YEAR);
      await imported(house, checked);
      const before = await countStored(house.gateway.database.read);
      expect(before).toMatchObject({ members: 4, cards: 4, redemptions: 6 });

      house.clock.set(NOW + 400 * DAY);
      const again = await imported(house, checked);

      expect(gotOf(again)).toEqual(SMALL_FIGURES);
      expect(await countStored(house.gateway.database.read)).toEqual(before);
    });
  });

  eachDatabase((lane) => {
    test('is not mixed with another one, nor with a program of its own', async () => {
      const house = await houseOn(lane);
      await imported(house, await checkedYear(SMALL_YEAR));
      const other = await checkedYear({ ...SMALL_YEAR, households: [] });
      await expect(imported(house, other)).rejects.toThrow('another version of this data set');

      const text =
        'name: Mine\ncurrency: USD\ntimeZone: UTC\nlevels: [{ code: one, name: One, rank: 1, threshold: 0 }]\n';
      expect((await house.gateway.programs.apply(text, 'test')).faults).toBeUndefined();
      await expect(imported(house, await checkedYear(SMALL_YEAR))).rejects.toThrow('is not the imported one any more');
    });
  });
});

describe('a database with a program of its own', () => {
  eachDatabase((lane) => {
    test('keeps it: the import is refused and nothing is stored', async () => {
      const house = await houseOn(lane);
      const text = 'name: Mine\ncurrency: USD\nlevels: [{ code: one, name: One, rank: 1, threshold: 0 }]\n';
      await house.gateway.programs.apply(text, 'test');

      const attempt = imported(house, await checkedYear(SMALL_YEAR));

      await expect(attempt).rejects.toThrow('another program in force, which the import would replace');
      expect(await countStored(house.gateway.database.read)).toMatchObject({ members: 0, cards: 0 });
    });
  });
});

describe('uses that the campaigns do not allow', () => {
  eachDatabase((lane) => {
    test('are refused by the gateway, each by its rule, and change no total', async () => {
      const house = await houseOn(lane);
      const uses = [
        '1,111,1,2017-01-10',
        // Not mailed: household 4 is only described, household 3 was mailed another campaign.
        '4,111,1,2017-01-11',
        '3,111,1,2017-01-11',
        '2,111,1,2017-01-12',
        '2,112,1,2017-01-13',
        // Before its campaign begins.
        '2,211,2,2017-01-14',
        // More often than the booklet has coupons.
        '2,112,1,2017-01-15',
        '1,112,1,2017-01-19',
        '3,211,2,2017-02-03',
        // The day after its campaign ended: the coupon that was mailed, and a further one.
        '2,211,2,2017-02-04',
        '3,211,2,2017-02-04',
        '1,111,3,2017-02-10',
      ];

      const figures = await imported(house, await checkedYear({ ...SMALL_YEAR, uses }));

      const got = gotOf(figures);
      const refused = String(got['refused by the gateway']).split(', ').sort();
      expect(refused).toEqual(['1 MEMBER_LIMIT_REACHED', '1 NOT_USABLE', '2 NOT_ELIGIBLE', '2 OFFER_NOT_LIVE']);
      expect(got).toMatchObject({ 'coupons used': 6, '… of Type A': 4, '… by households': 3 });
      expect(figures.filter(isWrong).map(({ what }) => what)).toEqual([
        'coupons granted',
        'coupons used',
        '… cost, cents',
        'coupons expired',
        'refused by the gateway',
      ]);
      await expectClean(house);
    });
  });
});

describe('a year that is cut off', () => {
  describe.each<[Step, 'before' | 'after']>([
    ['open', 'before'],
    ['redeem', 'before'],
    ['redeem', 'after'],
    ['confirmUse', 'before'],
    ['confirmUse', 'after'],
    ['expireDue', 'after'],
  ])('at every call of %s, %s it did its work', (step, when) => {
    eachDatabase((lane) => {
      test('is the same year in the end', async () => {
        const house = await houseOn(lane);
        const checked = await checkedYear(SMALL_YEAR);
        const cuts: number[] = [];
        for (let nth = 1; nth < 50; nth += 1) {
          const attempt = imported(house, checked, failingAt(house.gateway, step, nth, when));
          const whole = await attempt.then(
            () => true,
            (error: Error) => error.message !== 'cut off',
          );
          await house.gateway.ledger.drain();
          if (whole) break;
          cuts.push(nth);
        }
        expect(cuts.length).toBeGreaterThan(1);

        expect(gotOf(await imported(house, checked))).toEqual(SMALL_FIGURES);
        const chains = 4 + 6 + 5 + 1;
        expect(await countStored(house.gateway.database.read)).toEqual({
          members: 4,
          cards: 4,
          redemptions: 6,
          chains,
        });
        await expectClean(house);
      });
    });
  });
});

(JOURNEY_IS_THERE ? describe : describe.skip)(JOURNEY_NOTICE, () => {
  interface Totals {
    readonly redemptions: number;
    readonly members: number;
  }

  eachDatabase((lane) => {
    test(
      'cut off twice, sums up to what the data set says of itself, asked through the API',
      async () => {
        const house = await houseOn(lane);
        const checked = await checkJourney(JOURNEY_FOLDER);
        expect(checked.asExpected).toBe(true);
        for (const [step, nth] of [
          ['redeem', 3_000],
          ['confirmUse', 700],
        ] as const) {
          const attempt = imported(house, checked, failingAt(house.gateway, step, nth, 'after'));
          await expect(attempt).rejects.toThrow('cut off');
          await house.gateway.ledger.drain();
        }

        const figures = await imported(house, checked);

        expect(figures.filter(isWrong)).toEqual([]);
        await expectClean(house);
        const gateway = await TestGateway.start({ url: lane.url, clock: house.clock });
        const asked = async (filter: object, who = AUDITOR) => {
          const { redemptions, members } = await gateway.run<Totals>(who, 'redemption-totals', { filter });
          return [redemptions, members];
        };
        const used = { status: 'USED' };
        expect(await asked(used)).toEqual([2_102, 410]);
        const byType = ['type-a', 'type-b', 'type-c'];
        const own = await Promise.all(byType.map((code) => asked(used, partnerOf(code))));
        expect(own.map(([redemptions]) => redemptions)).toEqual([1_718, 323, 61]);
        expect(await Promise.all(byType.map((partner) => asked({ ...used, partner }, OPERATIONS)))).toEqual(own);
        expect((await asked({}))[1]).toBe(1_559);
        await gateway.stop();
      },
      YEAR_TIMEOUT_MS,
    );
  });
});
