// Replays the year day by day: coupons expire, mailings grant coupons, and uses are confirmed by the partners.
import type { Actor } from '../../kernel/actor';
import { DAY, HOUR, type Instant, type ManualClock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal, type Refusal, type RefusalCode } from '../../kernel/refusal';
import type { CatalogueOffer } from '../../program/catalogue-item';
import { ImportFault } from '../import-fault';
import type { OnProgress } from '../import-house';
import { KeyedQueue } from '../keyed-queue';
import type { CouponUse, Journey } from './journey';
import type { JourneyHouse } from './journey-house';
import { offerCode } from './program';
import { type JourneyState, type Refused, saveState } from './state';

const OPERATOR: Actor = { role: 'SERVER', subject: 'import complete-journey' };
const EXPIRED_AT_ONCE = 500;
/** The data have dates, no times; all of a day's uses happen at its noon. */
const NOON = 12 * HOUR;
/** Of different households; the ledger gathers them into few batches. */
const IN_FLIGHT = 256;

export interface ReplayRequest {
  readonly journey: Journey;
  readonly state: JourneyState;
  readonly onProgress?: OnProgress;
}

/**
 * Every step has a key of its own, and the day is kept when all of it is done, so that a replay that was interrupted
 * repeats at most one day and finds what it did. `clock` is the one that the house's services look at.
 */
export class JourneyReplay {
  private state: JourneyState;
  private refused: Partial<Record<RefusalCode, number>> = {};
  private readonly memberIds = new Map<string, Id>();

  constructor(
    private readonly house: JourneyHouse,
    private readonly clock: ManualClock,
    private readonly request: ReplayRequest,
  ) {
    this.state = request.state;
  }

  async run(): Promise<JourneyState> {
    const { journey, onProgress = () => {} } = this.request;
    const usesByDay = new Map<Instant, CouponUse[]>();
    for (const use of journey.uses) usesByDay.set(use.day, [...(usesByDay.get(use.day) ?? []), use]);
    const edges = journey.campaigns.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
    const days = [...new Set([...edges, ...usesByDay.keys()])].sort((left, right) => left - right);
    for (const [at, day] of days.entries()) {
      if (day < this.state.doneUntil) continue;
      await this.replayDay(day, usesByDay.get(day) ?? []);
      onProgress('days', at + 1, days.length);
    }
    return this.state;
  }

  private async replayDay(day: Instant, uses: readonly CouponUse[]): Promise<void> {
    this.refused = { ...this.state.refused };
    this.clock.set(day);
    await this.expire();
    await this.grant(day);
    this.clock.set(day + NOON);
    const queue = new KeyedQueue(IN_FLIGHT);
    for (const use of uses) await queue.add(use.household, () => this.confirm(use));
    await queue.drain();
    const refused: Refused = this.refused;
    this.state = { ...this.state, doneUntil: day + DAY, refused };
    await saveState(this.house.database, this.state, this.clock.now());
  }

  /** As the worker does it within seconds. */
  private async expire(): Promise<void> {
    let ended: number;
    do ended = await this.house.ends.expireDue(EXPIRED_AT_ONCE);
    while (ended > 0);
  }

  private async grant(day: Instant): Promise<void> {
    const { campaigns, mailed } = this.request.journey;
    for (const { id } of campaigns.filter(({ startsAt }) => startsAt === day)) {
      const queue = new KeyedQueue(IN_FLIGHT);
      for (const household of mailed.get(id) ?? []) {
        await queue.add(household, async () => this.count(await this.claim(household, id, mailingKey(id))));
      }
      await queue.drain();
    }
  }

  private async confirm({ household, campaign, line, takesMailed }: CouponUse): Promise<void> {
    const key = `use-${line}`;
    const coupon = await this.claim(household, campaign, takesMailed ? mailingKey(campaign) : key);
    if (isRefusal(coupon)) return this.count(coupon);
    const { partner } = this.offerOf(campaign);
    const actor: Actor = { role: 'PARTNER', subject: partner.code, partnerId: partner.id };
    const usedAt = this.clock.now();
    this.count(await this.house.ends.confirmUse(actor, { redemptionId: coupon.id, idempotencyKey: key, usedAt }));
  }

  private async claim(household: string, campaign: string, idempotencyKey: string) {
    const memberId = await this.memberIdOf(household);
    const itemId = this.offerOf(campaign).id;
    return this.house.redemptions.redeem(OPERATOR, { memberId, itemKind: 'OFFER', itemId, idempotencyKey });
  }

  private count(answer: object | Refusal): void {
    if (!isRefusal(answer)) return;
    this.refused[answer.code] = (this.refused[answer.code] ?? 0) + 1;
  }

  private offerOf(campaign: string): CatalogueOffer {
    const offer = this.house.catalogue.current().offerByCode(offerCode(campaign));
    if (!offer) throw new ImportFault(`The program in force has no offer ${offerCode(campaign)}.`);
    return offer;
  }

  private async memberIdOf(household: string): Promise<Id> {
    const known = this.memberIds.get(household);
    if (known !== undefined) return known;
    const id = await this.house.members.idOf(household);
    if (id === undefined) throw new ImportFault(`Member ${household} is not in the database; import into a fresh one.`);
    this.memberIds.set(household, id);
    return id;
  }
}

function mailingKey(campaign: string): string {
  return `mailing-${campaign}`;
}
