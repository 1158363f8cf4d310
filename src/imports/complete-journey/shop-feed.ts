// The shop's own list of uses as feeds of its brands, compared with what the gateway has.
import { Readable } from 'node:stream';
import type { Actor } from '../../kernel/actor';
import { DAY } from '../../kernel/clock';
import { isRefusal } from '../../kernel/refusal';
import type { CatalogueService } from '../../program/catalogue.service';
import type { FeedMapping } from '../../settlement/reconciliation/feed';
import type { FeedService } from '../../settlement/reconciliation/feed.service';
import { PLAIN_MAPPING } from '../../settlement/reconciliation/feed-mapping';
import { OUTCOMES, type Run } from '../../settlement/reconciliation/run';
import { DEFAULT_TOLERANCE, type RunService } from '../../settlement/reconciliation/run.service';
import type { Figure } from '../figure-table';
import { ImportFault } from '../import-fault';
import type { OnProgress } from '../import-house';
import type { CheckedJourney } from './check';
import { JourneyFolder } from './folder';
import type { Journey } from './journey';
import { offerCode, partnerCode } from './program';
import { CAMPAIGN_TYPES, type CampaignType } from './records';

/** Staff, since the lines name members. */
const OPERATIONS: Actor = { role: 'OPERATIONS', subject: 'import complete-journey' };
export const FEED_HEADER = '"household_id","coupon_upc","campaign_id","redemption_date"';

export interface FeedHouse {
  readonly catalogue: CatalogueService;
  readonly feeds: FeedService;
  readonly reconciliations: RunService;
}

/** Lines of the file of uses, by the type of their campaign, as they stand there. */
export async function shopLines(path: string, journey: Journey): Promise<Map<CampaignType, string[]>> {
  const { uses } = await JourneyFolder.open(path);
  const types = new Map(journey.campaigns.map(({ id, type }) => [id, type]));
  const lines = new Map<CampaignType, string[]>(CAMPAIGN_TYPES.map((type) => [type, []]));
  for await (const { value } of uses.records()) {
    const { household_id, coupon_upc, campaign_id, redemption_date } = value;
    const day = new Date(redemption_date).toISOString().slice(0, 10);
    lines.get(types.get(campaign_id)!)!.push(`"${household_id}","${coupon_upc}","${campaign_id}","${day}"`);
  }
  return lines;
}

/**
 * One feed of CSV, loaded, closed and compared. `name`: another one for each feed of the brand; the same again answers
 * the same. The shop names who used which booklet on which day, and the coupon's barcode tells two of a day apart.
 */
export async function reconcileShop(
  { catalogue, feeds, reconciliations }: FeedHouse,
  journey: Journey,
  feed: { readonly type: CampaignType; readonly name: string; readonly lines: readonly string[] },
  onProgress: OnProgress = () => {},
): Promise<Run> {
  const partner = catalogue.current().partnerByCode(partnerCode(feed.type));
  if (!partner) throw new ImportFault(`The program in force has no brand ${partnerCode(feed.type)}.`);
  const days = journey.uses.map(({ day }) => day);
  const mapping: FeedMapping = {
    ...PLAIN_MAPPING,
    columns: { member: 'household_id', reference: 'coupon_upc', offer: 'campaign_id', date: 'redemption_date' },
    dateFormat: 'YYYY-MM-DD',
    offers: journey.campaigns.map(({ id }) => ({ word: id, offer: offerCode(id) })),
  };
  const terms = { basis: 'USED', matchBy: 'MEMBER', amountIs: 'COST', timeZone: 'UTC', mapping } as const;
  const period = { periodFrom: Math.min(...days), periodBefore: Math.max(...days) + DAY };
  const opened = await feeds.open(OPERATIONS, {}, { partnerId: partner.id, name: feed.name, terms, ...period });
  if (isRefusal(opened)) throw new ImportFault(`The feed was refused: ${opened.message}`);
  if (opened.state === 'OPEN') {
    const source = Readable.from([Buffer.from([FEED_HEADER, ...feed.lines, ''].join('\n'))]);
    const report = await feeds.load({}, opened.id, { name: feed.name, source });
    if (isRefusal(report)) throw new ImportFault(`The lines were refused: ${report.message}`);
    const closed = await feeds.close(OPERATIONS, {}, opened.id, feed.lines.length);
    if (isRefusal(closed)) throw new ImportFault(`The feed is not whole: ${closed.message}`);
  }
  const [known] = await reconciliations.list({}, { feedId: opened.id, limit: 1 });
  const run = known ?? (await reconciliations.start(OPERATIONS, opened.id, DEFAULT_TOLERANCE));
  if (isRefusal(run)) throw new ImportFault(`The reconciliation was refused: ${run.message}`);
  return (await reconciliations.finish(run.id, ({ done, total }) => onProgress(feed.name, done, total)))!;
}

/** All brands' feeds compared, beside what must come of it: every use is known, by both sides. */
export async function reconciledFigures(
  house: FeedHouse,
  path: string,
  { journey, known }: CheckedJourney,
  onProgress?: OnProgress,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const counts: Record<string, number> = {};
  for (const [type, lines] of await shopLines(path, journey)) {
    const run = await reconcileShop(house, journey, { type, name: 'the year', lines }, onProgress);
    const matched = run.totals.MATCHED?.count ?? 0;
    figures.push({
      what: `uses of ${type} matched`,
      expected: known?.redemptions.by_campaign_type[type],
      got: matched,
    });
    for (const outcome of OUTCOMES) counts[outcome] = (counts[outcome] ?? 0) + (run.totals[outcome]?.count ?? 0);
  }
  const uses = journey.uses.length;
  return [
    { what: 'uses matched', expected: uses, got: counts.MATCHED ?? 0 },
    ...figures,
    ...OUTCOMES.filter((outcome) => outcome !== 'MATCHED').map((outcome) => {
      return { what: outcome, expected: 0, got: counts[outcome] ?? 0 };
    }),
  ];
}
