// Members who do things on days, below the API: with stages, grades and campaigns.
import type { Database } from '../../src/database/database';
import type { CampaignService } from '../../src/engagement/campaign/campaign.service';
import { readGifts } from '../../src/engagement/campaign/gift.store';
import type { EventInput } from '../../src/engagement/event/event';
import { EventService } from '../../src/engagement/event/event.service';
import { LifecycleLoader } from '../../src/engagement/lifecycle/lifecycle.loader';
import type { LifecycleService } from '../../src/engagement/lifecycle/lifecycle.service';
import { type LifecycleSide, makeLifecycleSide } from '../../src/engagement/lifecycle-side';
import type { RewardGiver } from '../../src/engagement/reward/reward';
import { DAY, type Instant, ManualClock } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { dayText } from '../../src/kernel/period';
import { leftOn, pointsAccount } from '../../src/members/member-accounts';
import { House, must, unique } from './house';
import type { Lane } from './lanes';

/** Noon of a date in UTC, which is the zone of these programs. */
export function noon(date: string): Instant {
  return Date.parse(`${date}T12:00:00Z`);
}

/** For a second worker. Two doors to one SQLite file in one process would block each other's thread. */
export async function secondDoor(lane: Lane): Promise<Database> {
  return lane.name === 'mysql' ? lane.openAnother() : lane.database;
}

export class LifecycleHouse {
  readonly house: House;
  readonly campaigns: CampaignService;
  private readonly events: EventService;
  private readonly side: LifecycleSide;

  constructor(
    readonly database: Database,
    readonly clock: ManualClock,
    rewards?: RewardGiver,
  ) {
    this.house = new House(database, clock);
    const { ledger, memberRows, returns } = this.house;
    const catalogue = () => this.house.catalogue.current();
    const giver = rewards ?? this.house.rewards;
    const side = makeLifecycleSide({ database, ledger, memberRows, catalogue, clock, rewards: giver });
    const log = { error: (details: object) => void this.house.errors.push(details) };
    this.events = new EventService(database, ledger, memberRows, catalogue, clock, log, [returns, ...side.consumers]);
    this.side = side;
    this.campaigns = side.campaigns;
  }

  get lifecycle(): LifecycleService {
    return this.side.lifecycle;
  }

  static async open(database: Database, date: string, program: object): Promise<LifecycleHouse> {
    const opened = new LifecycleHouse(database, new ManualClock(noon(date)));
    await opened.house.catalogue.refresh();
    await opened.apply(program);
    return opened;
  }

  async apply(program: object): Promise<void> {
    const levels = [{ code: 'base', name: 'Base', rank: 1, threshold: 0 }];
    const settings = { name: 'Days', currency: 'CNY', timeZone: 'UTC', levels };
    await this.house.apply(JSON.stringify({ ...settings, ...program }));
  }

  async member(more: { birthday?: string; tags?: string[]; joinedAt?: Instant } = {}): Promise<Id> {
    const externalId = unique('m');
    return must(await this.house.members.register([{ externalId, nickname: externalId, ...more }]))[0]!.id;
  }

  async tell(memberId: Id, type: EventInput['type'], more: Partial<EventInput> = {}): Promise<void> {
    const { member } = await this.house.rows(memberId);
    const event = { source: 'shop', eventId: unique('event'), type, occurredAt: this.clock.now(), ...more };
    const [outcome] = await this.events.record([{ member: member.externalId, ...event }]);
    must(outcome!);
  }

  buys(memberId: Id, amount: number, date?: string): Promise<void> {
    const occurredAt = date === undefined ? this.clock.now() : noon(date);
    return this.tell(memberId, 'PURCHASE', { amount, occurredAt });
  }

  /** Runs the jobs until they find nothing to do. */
  async settle(): Promise<number> {
    let passes = 0;
    const [judges, gives] = this.side.lifecycleJobs;
    while ((await judges.run()) + (await gives.run()) > 0) passes += 1;
    return passes;
  }

  /** Noon after noon, with the job each day, or only at the end. */
  async goTo(date: string, { stopped = false } = {}): Promise<void> {
    const end = noon(date);
    while (this.clock.now() < end) {
      this.clock.set(stopped ? end : this.clock.now() + DAY);
      await this.settle();
    }
  }

  async points(memberId: Id): Promise<number> {
    return leftOn((await this.house.rows(memberId)).balances, pointsAccount(memberId));
  }

  /** The codes of the campaigns that gave to the member, each with its occasion, in their order. */
  async gifts(memberId: Id): Promise<string[]> {
    const found = await Promise.all(
      this.campaigns.live().map(({ id }) => readGifts(this.database.read, id, { limit: 1_000 })),
    );
    return found
      .flat()
      .filter((gift) => gift.memberId === memberId)
      .toSorted((left, right) => left.decidedAt - right.decidedAt || (left.occasion < right.occasion ? -1 : 1))
      .map(({ campaignId, occasion }) => `${this.campaigns.byId(campaignId)!.code} ${occasion}`);
  }

  /** `SILENT 2026-02-03`, the oldest first. */
  async history(memberId: Id): Promise<string[]> {
    const changes = await new LifecycleLoader(this.database.read).stageChanges({ memberId, limit: 100 });
    return changes.map(({ to, day }) => `${to} ${dayText(day)}`).toReversed();
  }
}
