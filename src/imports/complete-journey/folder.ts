// The folder of the data set: the five of its files that are taken in, as streams.
import { join } from 'node:path';
import type { z } from 'zod';
import { CsvFile } from '../csv-file';
import { digestOf, knownFigures } from '../data-file';
import {
  type CampaignRecord,
  type CouponRecord,
  campaignRecord,
  couponRecord,
  type HouseholdRecord,
  householdRecord,
  type MailingRecord,
  mailingRecord,
  type UseRecord,
  useRecord,
} from './records';

/** The columns of the file are the fields of its schema. */
type RecordSchema<Value> = z.ZodType<Value> & { readonly shape: object };

function openFile<Value>(folder: string, name: string, schema: RecordSchema<Value>): Promise<CsvFile<Value>> {
  return CsvFile.open(join(folder, `${name}.csv.gz`), Object.keys(schema.shape), schema);
}

export class JourneyFolder {
  private constructor(
    readonly path: string,
    readonly campaigns: CsvFile<CampaignRecord>,
    readonly mailings: CsvFile<MailingRecord>,
    readonly coupons: CsvFile<CouponRecord>,
    readonly uses: CsvFile<UseRecord>,
    readonly households: CsvFile<HouseholdRecord>,
  ) {}

  /** Throws ImportFault when one of the files is missing. */
  static async open(path: string): Promise<JourneyFolder> {
    return new JourneyFolder(
      path,
      await openFile(path, 'campaign_descriptions', campaignRecord),
      await openFile(path, 'campaigns', mailingRecord),
      await openFile(path, 'coupons', couponRecord),
      await openFile(path, 'coupon_redemptions', useRecord),
      await openFile(path, 'demographics', householdRecord),
    );
  }

  digest(): Promise<string> {
    const { campaigns, mailings, coupons, uses, households } = this;
    return digestOf([campaigns, mailings, coupons, uses, households].map(({ path }) => path));
  }

  /** What a file of known figures says; `undefined` when there is none beside the data. */
  figures<Figures>(name: string, schema: z.ZodType<Figures>): Promise<Figures | undefined> {
    return knownFigures(this.path, name, schema);
  }
}
