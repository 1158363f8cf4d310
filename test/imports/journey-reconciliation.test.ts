// The shop's own list of uses against ours: all of the published year, and then with lines that were tampered with.
import { checkJourney } from '../../src/imports/complete-journey/check';
import { agreeOnCampaigns, statedFigures, stateYear } from '../../src/imports/complete-journey/exchange';
import type { Journey } from '../../src/imports/complete-journey/journey';
import { JourneyImportService } from '../../src/imports/complete-journey/journey.service';
import { offerCode, partnerCode } from '../../src/imports/complete-journey/program';
import { CAMPAIGN_TYPES, type CampaignType } from '../../src/imports/complete-journey/records';
import { FEED_HEADER, reconciledFigures, reconcileShop, shopLines } from '../../src/imports/complete-journey/shop-feed';
import { isWrong } from '../../src/imports/figure-table';
import type { Run } from '../../src/settlement/reconciliation/run';
import { type OpenHouse, openHouse } from '../replay/house';
import { eachDatabase } from '../support/lanes';
import {
  JOURNEY_FOLDER,
  JOURNEY_IS_THERE,
  JOURNEY_NOTICE,
  removeJourneys,
  SMALL_YEAR,
  writeJourney,
} from './journey-folder';
import { tampered } from './tampered-feed';

const NOW = Date.UTC(2026, 10, 22, 4, 30);
const YEAR_TIMEOUT_MS = 600_000;

const opened: OpenHouse[] = [];
afterAll(async () => {
  await Promise.all(opened.map(({ gateway }) => gateway.close()));
  await removeJourneys();
});

/** The brands pay for the coupons, so that there are statements as well. */
async function imported(url: string, folder: string) {
  const house = await openHouse(url, NOW);
  opened.push(house);
  const checked = await checkJourney(folder);
  const agreeOn = (journey: Journey) => agreeOnCampaigns(house.gateway, journey);
  await new JourneyImportService(house.gateway, house.clock, agreeOn).run(checked);
  return { ...house, checked };
}
type Imported = Awaited<ReturnType<typeof imported>>;

/** What a run has found, without what matched: of our uses who used what when, of lines their numbers. */
async function foundOf({ gateway }: Imported, run: Run) {
  const items = await gateway.reconciliationItems.list({}, { runId: run.id, limit: 10_000 });
  const ours = items.filter(({ kind }) => kind === 'ONLY_OURS');
  const told = await Promise.all(
    ours.map(async ({ redemptionId, sides }) => {
      const redemption = (await gateway.redemptions.find(redemptionId!))!;
      const { member } = (await gateway.members.rowsOf(redemption.memberId))!;
      const offer = gateway.catalogue.current().offer(redemption.itemId)!;
      return [member.externalId, offer.code, new Date(sides.ours!.at!).toISOString().slice(0, 10)].join(' ');
    }),
  );
  const numbers = (kind: string) =>
    items.flatMap((item) => (item.kind === kind ? [item.line!] : [])).sort((one, other) => one - other);
  const differs = items.filter(({ kind }) => kind === 'DIFFERS');
  return {
    onlyOurs: told.sort(),
    changed: numbers('DIFFERS'),
    inWhat: [...new Set(differs.map((item) => item.differs.join()))],
    doubled: numbers('DOUBLED'),
    others: items.length - ours.length - differs.length - numbers('DOUBLED').length,
    matched: run.totals.MATCHED?.count ?? 0,
  };
}

/** `"1029","51380041013","26","2017-01-01"` as it is told of our side. */
function useOf(line: string): string {
  const [household, , campaign, day] = line.replaceAll('"', '').split(',');
  return [household, offerCode(campaign!), day].join(' ');
}

async function expectFound(house: Imported, type: CampaignType, lines: readonly string[], share: number, seed: number) {
  const feed = tampered(lines, share, seed);
  const run = await reconcileShop(house.gateway, house.checked.journey, {
    type,
    name: `tampered ${seed}`,
    lines: feed.lines,
  });
  expect(await foundOf(house, run)).toEqual({
    onlyOurs: feed.removed.map(useOf).sort(),
    changed: feed.changed,
    inWhat: ['DATE'],
    doubled: feed.doubled,
    others: 0,
    matched: lines.length - feed.removed.length - feed.changed.length,
  });
  return feed;
}

/** The statements by month say what the data set says: in all, in value, put right, and by type. */
async function expectStated({ gateway, clock, checked }: Imported, head: readonly number[]): Promise<void> {
  const { journey, known } = checked;
  const stated = await stateYear(gateway, clock, journey);
  const figures = statedFigures(stated, journey, known);
  expect(figures.filter(isWrong)).toEqual([]);
  expect(figures.slice(0, head.length).map(({ got }) => got)).toEqual(head);
  for (const statements of stated.values()) {
    expect(statements.map(({ body }) => body.number)).toEqual(statements.map((_one, at) => at + 1));
    expect(statements.length).toBeGreaterThan(1);
  }
}

test('the file begins with the header that feeds are sent with', async () => {
  const folder = await writeJourney(SMALL_YEAR);
  const { journey } = await checkJourney(folder);
  const lines = await shopLines(folder, journey);
  expect([...lines.values()].map(({ length }) => length)).toEqual([3, 1, 1]);
  expect(FEED_HEADER.split(',')).toHaveLength(lines.get('Type A')![0]!.split(',').length);
});

eachDatabase((lane) => {
  test('a small year matches its own list, and a second time nothing is compared anew', async () => {
    const folder = await writeJourney(SMALL_YEAR);
    const house = await imported(lane.url, folder);
    const figures = await reconciledFigures(house.gateway, folder, house.checked);
    expect(figures.filter(isWrong)).toEqual([]);
    expect(figures[0]).toMatchObject({ what: 'uses matched', expected: 5, got: 5 });
    expect(await reconciledFigures(house.gateway, folder, house.checked)).toEqual(figures);
    expect(await house.gateway.reconciliations.list({}, { limit: 10 })).toHaveLength(CAMPAIGN_TYPES.length);
    await expectStated(house, [5, 600, 0, 3, 1, 1]);
    await expectStated(house, [5, 600, 0, 3, 1, 1]);
  });
});

(JOURNEY_IS_THERE ? describe : describe.skip)(JOURNEY_NOTICE, () => {
  eachDatabase((lane) => {
    test(
      'matches in all 2,102 uses; and of a feed with 1 % removed, changed and doubled exactly those are found',
      async () => {
        const house = await imported(lane.url, JOURNEY_FOLDER);
        const figures = await reconciledFigures(house.gateway, JOURNEY_FOLDER, house.checked);
        expect(figures.filter(isWrong)).toEqual([]);
        expect(figures.slice(0, 4).map(({ got }) => got)).toEqual([2_102, 1_718, 323, 61]);

        await expectStated(house, [2_102, 2_102 * 120, 0, 1_718, 323, 61]);
        const lines = await shopLines(JOURNEY_FOLDER, house.checked.journey);
        const feeds = [];
        for (const [seed, type] of CAMPAIGN_TYPES.entries()) {
          feeds.push(await expectFound(house, type, lines.get(type)!, 0.01, seed + 1));
        }
        expect(
          feeds.map(({ removed, changed, doubled }) => [removed, changed, doubled].map(({ length }) => length)),
        ).toEqual([
          [17, 17, 17],
          [3, 3, 3],
          [1, 1, 1],
        ]);
        const codes = CAMPAIGN_TYPES.map(
          (type) => house.gateway.catalogue.current().partnerByCode(partnerCode(type))!.id,
        );
        for (const partnerId of codes) {
          const runs = await house.gateway.reconciliations.list({ partnerId }, { limit: 5 });
          expect(runs.map(({ state }) => state)).toEqual(['DONE', 'DONE']);
        }
      },
      YEAR_TIMEOUT_MS,
    );
  });
});
