// Folders in the form of the data set "The Complete Journey 2.0", written by hand; and where the published one lies.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../../src/kernel/package-root';

export const JOURNEY_FOLDER = join(packageRoot(), '..', 'shared', 'data', 'complete-journey');
export const JOURNEY_IS_THERE = existsSync(join(JOURNEY_FOLDER, 'coupon_redemptions.csv.gz'));
export const JOURNEY_NOTICE = JOURNEY_IS_THERE
  ? 'the published year'
  : 'SKIPPED: the published data set is not at ../shared/data/complete-journey';

/** Lines of CSV, without the header. */
export interface JourneyLines {
  readonly campaigns: readonly string[];
  readonly mailings: readonly string[];
  readonly coupons: readonly string[];
  readonly uses: readonly string[];
  readonly households: readonly string[];
}

const FILES: Readonly<Record<keyof JourneyLines, readonly [string, string]>> = {
  campaigns: ['campaign_descriptions.csv.gz', 'campaign_id,campaign_type,start_date,end_date'],
  mailings: ['campaigns.csv.gz', 'campaign_id,household_id'],
  coupons: ['coupons.csv.gz', 'coupon_upc,product_id,campaign_id'],
  uses: ['coupon_redemptions.csv.gz', 'household_id,coupon_upc,campaign_id,redemption_date'],
  households: [
    'demographics.csv.gz',
    'household_id,age,income,home_ownership,marital_status,household_size,household_comp,kids_count',
  ],
};

const made: string[] = [];

export async function writeJourney(lines: JourneyLines): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perkgate-journey-'));
  made.push(folder);
  for (const [part, [name, header]] of Object.entries(FILES)) {
    const text = [header, ...lines[part as keyof JourneyLines]].map((line) => `${line}\n`).join('');
    await writeFile(join(folder, name), gzipSync(text));
  }
  return folder;
}

export async function removeJourneys(): Promise<void> {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/**
 * Three campaigns, three households mailed and one that is only described. Five uses: on a first and on a last day, two
 * of one booklet, and none by household 2 of campaign 2.
 */
export const SMALL_YEAR: JourneyLines = {
  campaigns: ['2,Type B,2017-01-15,2017-02-03', '1,Type A,2017-01-10,2017-01-19', '3,Type C,2017-02-01,2017-02-28'],
  mailings: ['1,1', '1,2', '2,2', '2,3', '3,1'],
  // The third row repeats the second, as rows of the published file do.
  coupons: ['"111","9","1"', '112,9e+05,1', '112,9e+05,1', '211,9,2', '111,9,3'],
  uses: ['1,111,1,2017-01-10', '2,111,1,2017-01-12', '1,112,1,2017-01-19', '3,211,2,2017-02-03', '1,111,3,2017-02-10'],
  households: ['1,65+,35-49K,Homeowner,Married,2,2 Adults No Kids,0', '4,45-54,,,,1,,'],
};
