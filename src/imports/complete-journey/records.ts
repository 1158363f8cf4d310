// The records of the data set "The Complete Journey 2.0" as they lie in its files, checked; dates are days of UTC.
import { z } from 'zod';
import type { Instant } from '../../kernel/clock';

export const CAMPAIGN_TYPES = ['Type A', 'Type B', 'Type C'] as const;
export type CampaignType = (typeof CAMPAIGN_TYPES)[number];

const number = z.string().regex(/^\d{1,9}$/, 'allowed are 1 to 9 digits');
const upc = z.string().regex(/^\d{1,14}$/, 'allowed are 1 to 14 digits');
/** A name, not a number: the published file writes one of them as `9e+05`. */
const product = z.string().regex(/^[0-9e+]{1,12}$/, 'allowed are 1 to 12 digits, or as R shortens them');
/** A band such as `35-49K`; empty where nothing is known. */
const band = z.string().regex(/^[\x20-\x7e]{0,40}$/, 'allowed are at most 40 printable characters of ASCII');

/** `2017-02-12` as the first instant of that day, UTC. */
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'allowed is a date as YYYY-MM-DD')
  .transform((text, context): Instant => {
    const instant = Date.parse(`${text}T00:00:00Z`);
    if (Number.isFinite(instant) && new Date(instant).toISOString().startsWith(text)) return instant;
    context.addIssue({ code: 'custom', message: 'allowed is a date of the calendar' });
    return z.NEVER;
  });

export const campaignRecord = z.strictObject({
  campaign_id: number,
  campaign_type: z.enum(CAMPAIGN_TYPES, `allowed are ${CAMPAIGN_TYPES.join(', ')}`),
  start_date: date,
  /** The last day. */
  end_date: date,
});
export const mailingRecord = z.strictObject({ campaign_id: number, household_id: number });
export const couponRecord = z.strictObject({ coupon_upc: upc, product_id: product, campaign_id: number });
export const useRecord = z.strictObject({
  household_id: number,
  coupon_upc: upc,
  campaign_id: number,
  redemption_date: date,
});
export const householdRecord = z.strictObject({
  household_id: number,
  age: band,
  income: band,
  home_ownership: band,
  marital_status: band,
  household_size: band,
  household_comp: band,
  kids_count: band,
});

export type CampaignRecord = z.output<typeof campaignRecord>;
export type MailingRecord = z.output<typeof mailingRecord>;
export type CouponRecord = z.output<typeof couponRecord>;
export type UseRecord = z.output<typeof useRecord>;
export type HouseholdRecord = z.output<typeof householdRecord>;
