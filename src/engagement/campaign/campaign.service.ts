// Gives what campaigns promise: once for each member and occasion, within budget and frequency, and counts beforehand.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import type { Clock, Instant } from '../../kernel/clock';
import { type Id, namedId, newId } from '../../kernel/id';
import { available } from '../../ledger/account';
import { companion } from '../../ledger/batch';
import { TRANSFER_CODES } from '../../ledger/chart';
import type { LedgerService } from '../../ledger/ledger.service';
import type { Opening, TransferInput } from '../../ledger/transfer';
import type { MemberRowsStore } from '../../members/member-rows.store';
import { campaignSource } from '../../program/campaign';
import type { Catalogue } from '../../program/catalogue';
import type { RewardGiver } from '../reward/reward';
import { budgetAccount, budgetContra, campaignsOf, type LiveCampaign } from './campaign';
import { type Candidates, readCandidates, reopenRuns } from './campaign.store';
import { CappedGiftError, findGift, type Gift, type GiftCap, giftWriter, isCapped, markGiven } from './gift.store';

export interface Offer {
  readonly campaign: LiveCampaign;
  readonly memberId: Id;
  readonly occasion: string;
  /** Who joined after it is left out. */
  readonly occurredAt: Instant;
}

/** `NOT_IN_SEGMENT` for whoever is not there any more as well. */
export type OfferOutcome = 'GIVEN' | 'GIVEN_BEFORE' | 'NOT_IN_SEGMENT' | 'CAPPED' | 'OUT_OF_BUDGET';

export interface CampaignPreview {
  /** Members in the segment, of those who were looked at. */
  readonly members: number;
  readonly looked: number;
  /** The last member that was looked at, when there may be more. */
  readonly after?: Id;
}

export interface CampaignServices {
  readonly database: Database;
  readonly ledger: LedgerService;
  readonly memberRows: MemberRowsStore;
  readonly catalogue: () => Catalogue;
  readonly clock: Clock;
  readonly rewards: RewardGiver;
}

const MEMBERS_A_PAGE = 200;

export class CampaignService {
  /** By campaign: the version whose budget this process knows to be granted. */
  private readonly aligned = new Map<Id, number>();

  constructor(private readonly services: CampaignServices) {}

  live(): readonly LiveCampaign[] {
    return campaignsOf(this.services.catalogue());
  }

  find(code: string): LiveCampaign | undefined {
    return this.live().find((campaign) => campaign.code === code);
  }

  byId(id: Id): LiveCampaign | undefined {
    return this.live().find((campaign) => campaign.id === id);
  }

  /** Gives to one member, if the campaign is for it. Safe to be asked again, by whomever. */
  async offer(offer: Offer): Promise<OfferOutcome> {
    const { campaign, memberId, occasion, occurredAt } = offer;
    const { database, memberRows, catalogue, clock } = this.services;
    const rows = await memberRows.load(memberId);
    if (!rows || rows.member.joinedAt > occurredAt) return 'NOT_IN_SEGMENT';
    if (!campaign.segment.holds({ rows, catalogue: catalogue(), now: clock.now() })) return 'NOT_IN_SEGMENT';
    const cap = this.capOf(campaign);
    const named = { campaignId: campaign.id, memberId, occasion };
    const known = await findGift(database.read, named);
    if (known) return this.hand(known, 'GIVEN_BEFORE');
    if (cap && (await isCapped(database.read, named, cap))) return 'CAPPED';
    await this.alignBudget(campaign);
    const decided = await this.decide(offer, cap);
    if (decided !== 'GIVEN') return decided;
    const gift = await findGift(database.read, named);
    return gift ? this.hand(gift, 'GIVEN') : 'OUT_OF_BUDGET';
  }

  /** Hands out what was decided, if nobody did yet. */
  async hand(gift: Gift, outcome: OfferOutcome = 'GIVEN'): Promise<OfferOutcome> {
    if (gift.state === 'GIVEN') return outcome;
    const { database, clock, rewards, catalogue } = this.services;
    const { campaignId, memberId, occasion, reward } = gift;
    const code =
      catalogue()
        .items('CAMPAIGN')
        .find(({ id }) => id === campaignId)?.code ?? campaignId;
    const name = namedId('campaign', campaignId, memberId, occasion);
    await rewards.give({ memberId, reward, occasion: name, reason: campaignSource(code) });
    await database.transaction((tx) => markGiven(tx, gift.id, clock.now()));
    return outcome;
  }

  private capOf({ definition: { frequencyCap } }: LiveCampaign): GiftCap | undefined {
    if (!frequencyCap) return undefined;
    const { time } = this.services.catalogue();
    const { times, days, across } = frequencyCap;
    const today = time.dayNumber(this.services.clock.now());
    return { times, across, since: time.startOfDay(today - days + 1) };
  }

  /** The chain that takes the cost from the budget and writes that the member is to be given to. */
  private async decide({ campaign, memberId, occasion }: Offer, cap: GiftCap | undefined): Promise<OfferOutcome> {
    const { ledger, clock, catalogue, database } = this.services;
    const { id: campaignId, cost, version, definition } = campaign;
    const { currency } = catalogue().settings;
    const { budget, reward } = definition;
    const transfers: TransferInput[] = [];
    if (budget !== undefined) {
      const [debit, credit] = [budgetAccount(campaignId, currency), budgetContra('CAMPAIGN_BUDGET_USED', currency)];
      transfers.push({ kind: 'TRANSFER', debit, credit, amount: cost, code: TRANSFER_CODES.CAMPAIGN });
    }
    const id = newId(clock.now());
    // A budget that was raised is asked anew; the row keeps the gift from being decided twice.
    const key = namedId('campaign gift', campaignId, memberId, occasion, String(budget ?? ''), String(cost));
    const row = { id, campaignId, memberId, occasion, cost, programVersion: version, reward, cap };
    try {
      const chain = { key, fingerprint: key, id, openings: [], transfers };
      const result = await ledger.submit(chain, [companion(giftWriter, row)]);
      return result.applied ? 'GIVEN' : 'OUT_OF_BUDGET';
    } catch (error) {
      if (error instanceof CappedGiftError) return 'CAPPED';
      if (database.dialect.failureKind(error) === 'DUPLICATE') return 'GIVEN';
      throw error;
    }
  }

  /**
   * Grants the budget as the program says it now, once a version: more is added, and of less what is left is taken
   * back. Runs that had ended for want of money go on.
   */
  private async alignBudget({ id, version, definition }: LiveCampaign): Promise<void> {
    const { budget } = definition;
    if (budget === undefined || this.aligned.get(id) === version) return;
    const { database, ledger, catalogue, clock } = this.services;
    const name = `campaign-budget ${id}`;
    const progress = await readProgress(database.read, name);
    if ((progress?.position ?? 0) < version) {
      const { currency } = catalogue().settings;
      const granted = Number(progress?.detail ?? 0);
      const [account, from] = [budgetAccount(id, currency), budgetContra('CAMPAIGN_BUDGET_GRANTED', currency)];
      const code = TRANSFER_CODES.CAMPAIGN_BUDGET;
      const openings: Opening[] = [{ account, grant: 0, from }];
      const transfers: TransferInput[] = [];
      const missing = budget - granted;
      if (missing > 0) transfers.push({ kind: 'TRANSFER', debit: from, credit: account, amount: missing, code });
      if (missing < 0) {
        const amount = -missing;
        transfers.push({ kind: 'TRANSFER', debit: account, credit: from, amount, code, flexible: true });
      }
      const key = namedId('campaign budget', id, String(version), String(granted));
      const chain = { key, fingerprint: key, id: newId(clock.now()), openings, transfers, flexibleFloor: 0 };
      const result = await ledger.submit(chain);
      const taken = result.applied && missing < 0 ? (result.flexibleAmount ?? 0) : 0;
      const now = missing >= 0 ? budget : granted - taken;
      await database.transaction(async (tx) => {
        await saveProgress(tx, { name, position: version, detail: String(now) }, clock.now());
        if (missing > 0) await reopenRuns(tx, id);
      });
    }
    this.aligned.set(id, version);
  }

  /** What is left of the budget; `undefined` without one. */
  async budgetLeft(campaign: LiveCampaign): Promise<number | undefined> {
    if (campaign.definition.budget === undefined) return undefined;
    await this.alignBudget(campaign);
    const { ledger, catalogue } = this.services;
    const account = budgetAccount(campaign.id, catalogue().settings.currency);
    const balance = (await ledger.balancesOf(campaign.id)).get(account);
    return balance ? available(balance) : 0;
  }

  /** Looks at members after `after`, at most `limit`, and counts those whom the campaign is for. Gives nothing. */
  async preview(campaign: LiveCampaign, limit: number, after?: Id): Promise<CampaignPreview> {
    const { database, catalogue, clock, memberRows } = this.services;
    const { segment, definition } = campaign;
    const hasBirthday = definition.trigger.on === 'BIRTHDAY';
    let [members, looked, position] = [0, 0, after];
    while (looked < limit) {
      const size = Math.min(MEMBERS_A_PAGE, limit - looked);
      const page: Candidates = { segment: segment.segment, hasBirthday, after: position, limit: size };
      const ids = await readCandidates(database.read, page);
      const judging = { catalogue: catalogue(), now: clock.now() };
      const found = await Promise.all(ids.map((id) => memberRows.load(id)));
      members += found.filter((rows) => rows && segment.holds({ rows, ...judging })).length;
      looked += ids.length;
      position = ids.at(-1) ?? position;
      if (ids.length < size) return { members, looked };
    }
    return { members, looked, after: position };
  }
}

/** What a campaign costs at worst when all of these members are given to, once each. */
export function worstCost({ cost, definition: { budget } }: LiveCampaign, members: number): number {
  const whole = cost * members;
  return budget === undefined ? whole : Math.min(whole, budget - (budget % cost));
}
