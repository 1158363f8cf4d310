// `perkgate import complete-journey`: a year of mailed campaigns into an empty database, and its uses as confirmations.
import type { Command } from 'commander';
import type { Gateway } from '../compose/gateway';
import { type CheckedJourney, checkJourney } from '../imports/complete-journey/check';
import { agreeOnCampaigns, statedFigures, stateYear } from '../imports/complete-journey/exchange';
import { JourneyImportService } from '../imports/complete-journey/journey.service';
import { reconciledFigures } from '../imports/complete-journey/shop-feed';
import { trackedFigures } from '../imports/complete-journey/tracked';
import { type Figure, figureTable, isWrong } from '../imports/figure-table';
import { countStored, type StoredRows } from '../imports/import.store';
import { ImportFault } from '../imports/import-fault';
import { ManualClock, systemClock } from '../kernel/clock';
import { action, CommandError, type CommonOptions, type Output, withGateway } from './command';
import { progressBar } from './progress';

interface JourneyOptions extends CommonOptions {
  readonly reconcile?: boolean;
  readonly exchange?: boolean;
}

export function addJourneyCommand(imports: Command): void {
  const journey = imports
    .command('complete-journey')
    .description(
      'campaigns, households, mailings and uses of the data set "The Complete Journey 2.0"; ' +
        'may be interrupted and run again',
    )
    .argument('<dir>', 'the folder with campaign_descriptions.csv.gz, campaigns.csv.gz and the others')
    .option('--exchange', 'the brands pay for the coupons, by an agreement each; states the year by month')
    .option('--reconcile', "compare the shop's own list of uses with what was taken in");
  action(journey, async (options: JourneyOptions, dir) => {
    try {
      return await importJourney(dir!, options);
    } catch (error) {
      if (error instanceof ImportFault) throw new CommandError(error.message);
      throw error;
    }
  });
}

interface Done {
  readonly before: StoredRows;
  readonly after: StoredRows;
  readonly tracked: readonly Figure[];
  /** Both absent unless asked for. */
  readonly stated?: readonly Figure[];
  readonly reconciled?: readonly Figure[];
}

async function importJourney(dir: string, options: JourneyOptions): Promise<Output> {
  const checking = progressBar('import');
  const checked = await checkJourney(dir, checking.update).finally(() => checking.stop());
  const { figures: totals } = checked;
  if (!checked.asExpected) {
    const wrong = totals.filter(isWrong).map(({ what }) => what);
    const verdict = `The files are not what totals.json says (${wrong.join(', ')}); nothing was stored.`;
    const text = `Totals of the files\n\n${figureTable(totals)}\n\n${verdict}`;
    return { text, json: { totals, error: verdict }, ok: false };
  }
  const clock = new ManualClock(systemClock.now());
  const done = await withGateway((gateway) => store(gateway, clock, checked, { ...options, dir }), clock);
  const { before, after, tracked, stated, reconciled } = done;
  const ok = ![...tracked, ...(stated ?? []), ...(reconciled ?? [])].some(isWrong);
  const changed = (Object.keys(after) as (keyof StoredRows)[]).some((name) => after[name] !== before[name]);
  const parts = [
    `Totals of the files\n\n${figureTable(totals)}`,
    `What the gateway's own tracking says\n\n${figureTable(tracked)}`,
    ...(stated ? [`What the statements of the year say\n\n${figureTable(stated)}`] : []),
    ...(reconciled ? [`The shop's list of uses, compared\n\n${figureTable(reconciled)}`] : []),
    storedText(done, changed),
    ...(ok ? [] : ['The gateway says something else than is expected.']),
  ];
  return { text: parts.join('\n\n'), json: { totals, tracked, stated, reconciled, before, after, changed }, ok };
}

async function store(
  gateway: Gateway,
  clock: ManualClock,
  checked: CheckedJourney,
  { dir, exchange, reconcile }: JourneyOptions & { readonly dir: string },
): Promise<Done> {
  const before = await countStored(gateway.database.read);
  const bar = progressBar('import');
  const { journey, known } = checked;
  const agreeOn = exchange ? () => agreeOnCampaigns(gateway, journey) : undefined;
  try {
    const state = await new JourneyImportService(gateway, clock, agreeOn).run(checked, bar.update);
    const tracked = await trackedFigures(gateway, checked, state, exchange ? 0 : undefined);
    const stated = exchange ? statedFigures(await stateYear(gateway, clock, journey), journey, known) : undefined;
    const reconciled = reconcile ? await reconciledFigures(gateway, dir, checked, bar.update) : undefined;
    return { before, after: await countStored(gateway.database.read), tracked, stated, reconciled };
  } finally {
    bar.stop();
  }
}

function storedText({ before, after }: Done, changed: boolean): string {
  const added = (name: keyof StoredRows): string => (after[name] - before[name]).toLocaleString('en-US');
  const counts = `${added('members')} members, ${added('cards')} cards, ${added('redemptions')} redemptions`;
  return [
    changed ? `Added: ${counts}.` : 'Nothing changed: all of this was stored before.',
    'Not taken in: products, the sample of transactions, and the barcode of the coupon that was used.',
  ].join('\n');
}
