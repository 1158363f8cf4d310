// The totals of the files beside the known totals of the data set, where these lie beside the data.
import { z } from 'zod';
import type { Figure } from '../figure-table';
import type { JourneyCollector } from './journey';
import { CAMPAIGN_TYPES } from './records';

const count = z.int().min(0);
const byType = z.record(z.string(), count);

/** The parts of `totals.json` that are compared. */
export const knownTotals = z.object({
  known_totals: z.object({
    rows: z.object({
      campaign_descriptions: count,
      campaigns: count,
      coupons: count,
      coupon_redemptions: count,
      demographics: count,
    }),
    campaigns: z.object({
      by_type: byType,
      households_targeted: count,
      per_campaign: z.record(
        z.string(),
        z.object({ households: count, redemptions: count, redeeming_households: count }),
      ),
    }),
    coupons: z.object({ distinct_upc: count, exact_duplicate_rows: count }),
    redemptions: z.object({
      households: count,
      distinct_upc: count,
      by_campaign_type: byType,
      outside_campaign_dates: count,
      by_household_not_in_campaign: count,
    }),
  }),
});
export type KnownTotals = z.output<typeof knownTotals>['known_totals'];

export function totalFigures(collector: JourneyCollector, known: KnownTotals | undefined): Figure[] {
  const { rows, campaignRecords } = collector;
  const ofType = (type: string) => campaignRecords.filter(({ campaign_type }) => campaign_type === type).length;
  return [
    { what: 'campaigns', expected: known?.rows.campaign_descriptions, got: rows.campaigns },
    ...CAMPAIGN_TYPES.map((type) => {
      return { what: `… of ${type}`, expected: known?.campaigns.by_type[type], got: ofType(type) };
    }),
    { what: 'mailings', expected: known?.rows.campaigns, got: rows.mailings },
    { what: 'households mailed', expected: known?.campaigns.households_targeted, got: collector.mailedHouseholds },
    { what: 'households described', expected: known?.rows.demographics, got: rows.households },
    { what: 'rows of coupons', expected: known?.rows.coupons, got: rows.coupons },
    { what: '… exact duplicates', expected: known?.coupons.exact_duplicate_rows, got: collector.duplicateCoupons },
    { what: 'different coupons', expected: known?.coupons.distinct_upc, got: collector.distinctCoupons },
    { what: 'uses', expected: known?.rows.coupon_redemptions, got: rows.uses },
    { what: '… of different coupons', expected: known?.redemptions.distinct_upc, got: collector.usedCoupons.size },
    { what: '… by households', expected: known?.redemptions.households, got: collector.usingHouseholds.size },
  ];
}
