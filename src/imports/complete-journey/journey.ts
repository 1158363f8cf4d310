// What the files say together: campaigns, who was mailed, who used what when; and what does not fit together.
import { DAY, type Instant } from '../../kernel/clock';
import type { CampaignRecord, CampaignType, CouponRecord, HouseholdRecord, MailingRecord, UseRecord } from './records';

export interface Campaign {
  readonly id: string;
  readonly type: CampaignType;
  readonly startsAt: Instant;
  /** Exclusive: the end of its last day. */
  readonly endsAt: Instant;
  /** How many different coupons its booklet has. */
  readonly coupons: number;
}

/** One coupon used at the till. */
export interface CouponUse {
  /** In its file; names the use for ever. */
  readonly line: number;
  readonly household: string;
  readonly campaign: string;
  /** The first instant of the day. */
  readonly day: Instant;
  /** Whether it takes the coupon that came with the mailing; later uses of the campaign take further ones. */
  readonly takesMailed: boolean;
}

export interface Household {
  readonly id: string;
  readonly tags: readonly string[];
}

export interface Journey {
  /** The earliest first. */
  readonly campaigns: readonly Campaign[];
  /** Households by the id of the campaign that was mailed to them. */
  readonly mailed: ReadonlyMap<string, readonly string[]>;
  readonly households: readonly Household[];
  /** In file order, which is that of their days. */
  readonly uses: readonly CouponUse[];
}

export function mailedTag(campaign: string): string {
  return `mailed:${campaign}`;
}

/** Each `add` answers what is wrong with the record, or nothing. Campaigns come first, then mailings and households. */
export class JourneyCollector {
  readonly rows = { campaigns: 0, mailings: 0, coupons: 0, uses: 0, households: 0 };
  readonly usedCoupons = new Set<string>();
  readonly usingHouseholds = new Set<string>();
  private readonly campaigns = new Map<string, CampaignRecord>();
  private readonly mailed = new Map<string, Set<string>>();
  private readonly booklets = new Map<string, Set<string>>();
  private readonly couponRows = new Set<string>();
  private readonly tags = new Map<string, string[]>();
  private readonly described = new Set<string>();
  private readonly taken = new Set<string>();
  private readonly uses: CouponUse[] = [];

  get campaignRecords(): readonly CampaignRecord[] {
    return [...this.campaigns.values()];
  }
  get distinctCoupons(): number {
    return new Set([...this.booklets.values()].flatMap((booklet) => [...booklet])).size;
  }
  get duplicateCoupons(): number {
    return this.rows.coupons - this.couponRows.size;
  }
  get mailedHouseholds(): number {
    return new Set([...this.mailed.values()].flatMap((households) => [...households])).size;
  }

  addCampaign(record: CampaignRecord): string | undefined {
    const { campaign_id: id, start_date, end_date } = record;
    if (this.campaigns.has(id)) return `campaign ${id} is there a second time.`;
    if (end_date < start_date) return `campaign ${id} ends before it starts.`;
    this.campaigns.set(id, record);
    this.mailed.set(id, new Set());
    this.booklets.set(id, new Set());
    this.rows.campaigns += 1;
    return undefined;
  }

  addMailing({ campaign_id, household_id }: MailingRecord): string | undefined {
    const households = this.mailed.get(campaign_id);
    if (!households) return noCampaign(campaign_id);
    if (households.has(household_id)) return `campaign ${campaign_id} was mailed to household ${household_id} before.`;
    households.add(household_id);
    this.tagsOf(household_id).push(mailedTag(campaign_id));
    this.rows.mailings += 1;
    return undefined;
  }

  /** A row names a product that the coupon is good for; exact duplicates are in the published data. */
  addCoupon({ coupon_upc, product_id, campaign_id }: CouponRecord): string | undefined {
    const booklet = this.booklets.get(campaign_id);
    if (!booklet) return noCampaign(campaign_id);
    booklet.add(coupon_upc);
    this.couponRows.add(`${coupon_upc} ${product_id} ${campaign_id}`);
    this.rows.coupons += 1;
    return undefined;
  }

  addHousehold({ household_id, ...bands }: HouseholdRecord): string | undefined {
    if (this.described.has(household_id)) return `household ${household_id} is there a second time.`;
    this.described.add(household_id);
    const known = Object.entries(bands).filter(([, band]) => band !== '');
    this.tagsOf(household_id).push(...known.map(([name, band]) => `${name}:${band}`));
    this.rows.households += 1;
    return undefined;
  }

  /** Whether it was in time and mailed at all is not judged here: that is asked of the gateway. */
  addUse(record: UseRecord, line: number): string | undefined {
    const { household_id: household, coupon_upc, campaign_id: campaign, redemption_date: day } = record;
    const known = this.campaigns.get(campaign);
    if (!known) return noCampaign(campaign);
    if (!this.booklets.get(campaign)!.has(coupon_upc)) return `coupon ${coupon_upc} is not of campaign ${campaign}.`;
    if (!this.tags.has(household)) return `household ${household} is in no other file.`;
    const before = this.uses.at(-1);
    if (before && before.day > day) return 'the date goes back; allowed is the order of time.';
    const granted = this.mailed.get(campaign)!.has(household) && day >= known.start_date;
    const takesMailed = granted && !this.taken.has(`${household} ${campaign}`);
    if (takesMailed) this.taken.add(`${household} ${campaign}`);
    this.uses.push({ line, household, campaign, day, takesMailed });
    this.usedCoupons.add(coupon_upc);
    this.usingHouseholds.add(household);
    this.rows.uses += 1;
    return undefined;
  }

  /** Campaigns that have no coupon, which no household can use. */
  withoutCoupons(): string[] {
    return [...this.booklets].filter(([, booklet]) => booklet.size === 0).map(([id]) => id);
  }

  journey(): Journey {
    const campaigns = this.campaignRecords.map(({ campaign_id: id, campaign_type: type, start_date, end_date }) => {
      return { id, type, startsAt: start_date, endsAt: end_date + DAY, coupons: this.booklets.get(id)!.size };
    });
    campaigns.sort((left, right) => left.startsAt - right.startsAt || Number(left.id) - Number(right.id));
    return {
      campaigns,
      mailed: new Map([...this.mailed].map(([id, households]) => [id, [...households]])),
      households: [...this.tags].map(([id, tags]) => ({ id, tags })),
      uses: this.uses,
    };
  }

  private tagsOf(household: string): string[] {
    const known = this.tags.get(household);
    if (known) return known;
    const tags: string[] = [];
    this.tags.set(household, tags);
    return tags;
  }
}

function noCampaign(id: string): string {
  return `campaign ${id} is not in campaign_descriptions.csv.gz.`;
}
