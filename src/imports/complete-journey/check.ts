// The first pass: reads all files whole before anything is stored, so that a faulty line leaves nothing half done.
import type { CsvFile } from '../csv-file';
import { type Figure, isWrong } from '../figure-table';
import { ImportFault } from '../import-fault';
import type { OnProgress } from '../import-house';
import { JourneyFolder } from './folder';
import { type Journey, JourneyCollector } from './journey';
import { type KnownTotals, knownTotals, totalFigures } from './totals-table';

export interface CheckedJourney {
  readonly journey: Journey;
  readonly digest: string;
  /** What the folder says of itself, if it does. */
  readonly known?: KnownTotals;
  readonly figures: readonly Figure[];
  /** False when a total differs from `totals.json`: then the data are not what they claim to be. */
  readonly asExpected: boolean;
}

const REPORT_EVERY = 1_000;

/** Throws ImportFault, which names the file and the line, at the first record that is malformed or fits nowhere. */
export async function checkJourney(path: string, onProgress: OnProgress = () => {}): Promise<CheckedJourney> {
  const folder = await JourneyFolder.open(path);
  const known = (await folder.figures('totals.json', knownTotals))?.known_totals;
  const collector = new JourneyCollector();
  const { campaigns, mailings, households, coupons, uses } = folder;
  await takeIn(campaigns, (record) => collector.addCampaign(record), onProgress);
  await takeIn(mailings, (record) => collector.addMailing(record), onProgress);
  await takeIn(households, (record) => collector.addHousehold(record), onProgress);
  await takeIn(coupons, (record) => collector.addCoupon(record), onProgress);
  await takeIn(uses, (record, line) => collector.addUse(record, line), onProgress);
  if (collector.rows.campaigns === 0) throw new ImportFault(`${campaigns.name} has no campaign.`);
  const [without] = collector.withoutCoupons();
  if (without !== undefined) throw new ImportFault(`${coupons.name} has no coupon of campaign ${without}.`);
  const figures = totalFigures(collector, known);
  return {
    journey: collector.journey(),
    digest: await folder.digest(),
    known,
    figures,
    asExpected: !figures.some(isWrong),
  };
}

async function takeIn<Value>(
  file: CsvFile<Value>,
  add: (value: Value, line: number) => string | undefined,
  onProgress: OnProgress,
): Promise<void> {
  let read = 0;
  const onRead = (bytes: number): void => {
    read = bytes;
  };
  for await (const { line, value } of file.records(onRead)) {
    const fault = add(value, line);
    if (fault) throw file.fault(line, fault);
    if (line % REPORT_EVERY === 0) onProgress(`checking ${file.name}`, read, file.size);
  }
}
