// What the gateway says of the year, asked of its own tracking of redemptions, beside what the data set says of itself.
import type { Id } from '../../kernel/id';
import type { CatalogueOffer } from '../../program/catalogue-item';
import type { Figure } from '../figure-table';
import { ImportFault } from '../import-fault';
import type { CheckedJourney } from './check';
import type { Campaign, Journey } from './journey';
import type { JourneyHouse } from './journey-house';
import { COUPON_CENTS, offerCode, partnerCode } from './program';
import { CAMPAIGN_TYPES, type CampaignType } from './records';
import type { JourneyState } from './state';

const PAGE = 500;

interface Violations {
  outsideDates: number;
  notMailed: number;
  overLimit: number;
}

/** Figures of the redemptions; `state` says what the gateway refused on the way, `couponCents` what one costs it. */
export async function trackedFigures(
  house: JourneyHouse,
  { journey, known }: CheckedJourney,
  state: JourneyState,
  couponCents = COUPON_CENTS,
): Promise<Figure[]> {
  const totals = house.redemptions.totals.bind(house.redemptions);
  const violations: Violations = { outsideDates: 0, notMailed: 0, overLimit: 0 };
  const perCampaign: Figure[] = [];
  for (const campaign of journey.campaigns) {
    perCampaign.push(await campaignFigure(house, campaign, known?.campaigns.per_campaign[campaign.id]));
    await addViolations(house, offerOf(house, campaign), violations);
  }
  const [all, used, expired] = [
    await totals({}),
    await totals({ status: 'USED' }),
    await totals({ status: 'EXPIRED' }),
  ];
  const uses = journey.uses.length;
  const coupons = expectedCoupons(journey, known);
  const ofTypes: Figure[] = [];
  for (const type of CAMPAIGN_TYPES) {
    const ofType = await totals({ partnerId: partnerOf(house, type), status: 'USED' });
    const expected = known?.redemptions.by_campaign_type[type];
    ofTypes.push({ what: `… of ${type}`, expected, got: ofType.redemptions });
  }
  const refused = Object.entries(state.refused).map(([code, times]) => `${times} ${code}`);
  const mailed = known?.campaigns.households_targeted;
  return [
    { what: 'coupons granted', expected: coupons, got: all.redemptions },
    { what: '… to households', expected: mailed, got: all.members },
    { what: 'coupons used', expected: uses, got: used.redemptions },
    ...ofTypes,
    { what: '… by households', expected: known?.redemptions.households, got: used.members },
    { what: '… cost, cents', expected: uses * couponCents, got: used.cost },
    { what: 'coupons expired', expected: coupons - uses, got: expired.redemptions },
    { what: "uses outside of the campaign's dates", expected: 0, got: violations.outsideDates },
    { what: 'coupons of households that were not mailed', expected: 0, got: violations.notMailed },
    { what: 'households with more coupons than the booklet', expected: 0, got: violations.overLimit },
    { what: 'refused by the gateway', expected: 'none', got: refused.join(', ') || 'none' },
    ...perCampaign,
  ];
}

/** Every mailing grants a coupon, and every use but the first of a household in a campaign a further one. */
function expectedCoupons({ mailed, uses }: Journey, known: CheckedJourney['known']): number {
  if (!known) {
    const mailings = [...mailed.values()].reduce((sum, households) => sum + households.length, 0);
    return mailings + uses.filter(({ takesMailed }) => !takesMailed).length;
  }
  return Object.values(known.campaigns.per_campaign)
    .map((campaign) => campaign.households + campaign.redemptions - campaign.redeeming_households)
    .reduce((sum, coupons) => sum + coupons, 0);
}

type KnownCampaign = NonNullable<CheckedJourney['known']>['campaigns']['per_campaign'][string];

async function campaignFigure(house: JourneyHouse, campaign: Campaign, known?: KnownCampaign): Promise<Figure> {
  const { redemptions } = house;
  const offerId = offerOf(house, campaign).id;
  const [all, used] = [await redemptions.totals({ offerId }), await redemptions.totals({ offerId, status: 'USED' })];
  return {
    what: `campaign ${campaign.id}: households / uses / by households`,
    expected: known && `${known.households} / ${known.redemptions} / ${known.redeeming_households}`,
    got: `${all.members} / ${used.redemptions} / ${used.members}`,
  };
}

async function addViolations(house: JourneyHouse, offer: CatalogueOffer, violations: Violations): Promise<void> {
  const { redemptions } = house;
  const { id: offerId, validFrom: usedFrom, validUntil: usedBefore, memberLimits } = offer;
  const used = await redemptions.totals({ offerId, status: 'USED' });
  const inTime = await redemptions.totals({ offerId, status: 'USED', usedFrom, usedBefore });
  violations.outsideDates += used.redemptions - inTime.redemptions;
  const perMember = new Map<Id, number>();
  for (let before: Id | undefined, more = true; more; ) {
    const page = await redemptions.list({ offerId }, { before, limit: PAGE });
    for (const { memberId } of page) perMember.set(memberId, (perMember.get(memberId) ?? 0) + 1);
    before = page.at(-1)?.id;
    more = page.length === PAGE;
  }
  const rows = await Promise.all([...perMember.keys()].map((memberId) => house.members.rowsOf(memberId)));
  violations.notMailed += rows.filter(
    (found) => !found?.member.tags.some((tag) => offer.audience.tags.has(tag)),
  ).length;
  const most = memberLimits[0]?.limit ?? Number.POSITIVE_INFINITY;
  violations.overLimit += [...perMember.values()].filter((coupons) => coupons > most).length;
}

function offerOf({ catalogue }: JourneyHouse, { id }: Campaign): CatalogueOffer {
  const offer = catalogue.current().offerByCode(offerCode(id));
  if (!offer) throw new ImportFault(`The program in force has no offer ${offerCode(id)}.`);
  return offer;
}

function partnerOf({ catalogue }: JourneyHouse, type: CampaignType): Id {
  const partner = catalogue.current().partnerByCode(partnerCode(type));
  if (!partner) throw new ImportFault(`The program in force has no partner ${partnerCode(type)}.`);
  return partner.id;
}
