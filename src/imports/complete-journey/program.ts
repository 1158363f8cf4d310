// The data set as a program: one brand a type of campaign, one offer a campaign, one card that bears what is used.
import { stringify } from 'yaml';
import { DAY, type Instant } from '../../kernel/clock';
import { type Campaign, type Journey, mailedTag } from './journey';
import { CAMPAIGN_TYPES, type CampaignType } from './records';

export const PLAN_CODE = 'shopper-card';
export const PROGRAM_FILE = 'complete-journey.yaml';

/**
 * The data do not say what a coupon is worth; 120 cents is the mean of `coupon_disc` over the 1,135 lines of the sample
 * of transactions that have one.
 */
export const COUPON_CENTS = 120;

export function partnerCode(type: CampaignType): string {
  return type.toLowerCase().replace(' ', '-');
}

export function offerCode(campaign: string): string {
  return `campaign-${campaign}`;
}

/** From the first day of the first campaign to the end of the last. */
export function timeOf({ campaigns }: Journey): { readonly from: Instant; readonly until: Instant } {
  return { from: campaigns[0]!.startsAt, until: Math.max(...campaigns.map(({ endsAt }) => endsAt)) };
}

/**
 * The program file. Dates are days of UTC, which has no day of 23 hours, so that a coupon is valid exactly as long as
 * its campaign. The retailer had no cap: a card may cost what every coupon of every campaign would. `funding`: who pays
 * for the coupons, the retailer or, by an agreement with each brand, the brand.
 */
export function programText(journey: Journey, funding: 'OPERATOR' | 'EXCHANGE' = 'OPERATOR'): string {
  const { campaigns } = journey;
  const { from, until } = timeOf(journey);
  const coupons = campaigns.reduce((sum, campaign) => sum + campaign.coupons, 0);
  return stringify({
    name: 'The Complete Journey (published data set)',
    currency: 'USD',
    timeZone: 'UTC',
    levels: [{ code: 'shopper', name: 'Frequent shopper', rank: 1, threshold: 0 }],
    plans: [
      {
        code: PLAN_CODE,
        name: 'Frequent-shopper card',
        kind: 'MEMBERSHIP',
        price: 0,
        term: { days: (until - from) / DAY },
        costCap: coupons * COUPON_CENTS,
      },
    ],
    partners: CAMPAIGN_TYPES.map((type) => ({ code: partnerCode(type), name: `Mailings of ${type}` })),
    offers: campaigns.map((campaign) => ({ ...offerOf(campaign), ...(funding === 'EXCHANGE' ? { funding } : {}) })),
  });
}

function offerOf({ id, type, startsAt, endsAt, coupons }: Campaign) {
  return {
    code: offerCode(id),
    title: `Campaign ${id} (${type})`,
    kind: 'COUPON',
    partner: partnerCode(type),
    description: `A booklet of ${coupons} coupons, by mail.`,
    useConditions: 'One coupon a use, on a product that it names.',
    unitCost: COUPON_CENTS,
    faceValue: COUPON_CENTS,
    costBasis: 'USE',
    couponValidDays: (endsAt - startsAt) / DAY,
    validFrom: new Date(startsAt).toISOString(),
    validUntil: new Date(endsAt).toISOString(),
    audience: { tags: [mailedTag(id)] },
    memberLimit: { limit: coupons, period: 'EVER' },
  };
}
