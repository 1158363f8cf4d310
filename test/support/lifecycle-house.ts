// Members who do things on days, below the API: events go straight to the consumers of stages, grades and campaigns.
import type { Database } from '../../src/database/database';
import type { MemberEvent } from '../../src/engagement/event/event';
import type { EventConsumer } from '../../src/engagement/event/event-consumer';
import { LifecycleConsumer } from '../../src/engagement/lifecycle/lifecycle.consumer';
import { LifecycleJob } from '../../src/engagement/lifecycle/lifecycle.job';
import { LifecycleService, type OnStageChanges } from '../../src/engagement/lifecycle/lifecycle.service';
import { readStageChanges } from '../../src/engagement/lifecycle/lifecycle.store';
import { DAY, type Instant, ManualClock } from '../../src/kernel/clock';
import { type Id, namedId, newId } from '../../src/kernel/id';
import { dayText } from '../../src/kernel/period';
import { House, must, unique } from './house';

/** Noon of a date in UTC, which is the zone of these programs. */
export function noon(date: string): Instant {
  return Date.parse(`${date}T12:00:00Z`);
}

export class LifecycleHouse {
  readonly house: House;
  readonly lifecycle: LifecycleService;
  readonly job: LifecycleJob;
  readonly consumers: EventConsumer[];

  constructor(
    readonly database: Database,
    readonly clock: ManualClock,
    onStageChanges: OnStageChanges = async () => {},
  ) {
    this.house = new House(database, clock);
    const current = () => this.house.catalogue.current();
    this.lifecycle = new LifecycleService(database, current, clock, onStageChanges);
    this.job = new LifecycleJob(database, this.lifecycle, current, clock);
    this.consumers = [new LifecycleConsumer(this.lifecycle)];
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

  /** Records it in one chain, as an event is. */
  async tell(memberId: Id, type: MemberEvent['type'], more: Partial<MemberEvent> = {}): Promise<void> {
    const event: MemberEvent = {
      id: newId(this.clock.now()),
      memberId,
      source: 'shop',
      eventId: unique('event'),
      type,
      occurredAt: this.clock.now(),
      quantity: 1,
      attributes: {},
      ...more,
    };
    const rows = await this.house.rows(memberId);
    const judging = { rows, catalogue: this.house.catalogue.current(), now: event.occurredAt };
    const parts = this.consumers.flatMap((consumer) => consumer.part(event, judging) ?? []);
    const key = namedId('event', event.source, event.eventId);
    const chain = { key, fingerprint: key, id: event.id, openings: [], transfers: [] };
    await this.house.ledger.submit(
      chain,
      parts.flatMap(({ companions }) => companions ?? []),
    );
    for (const consumer of this.consumers) await consumer.after?.([event]);
  }

  buys(memberId: Id, amount: number, date?: string): Promise<void> {
    const occurredAt = date === undefined ? this.clock.now() : noon(date);
    return this.tell(memberId, 'PURCHASE', { amount, occurredAt });
  }

  /** Runs the job until it finds nothing to do. */
  async settle(): Promise<number> {
    let passes = 0;
    while ((await this.job.run()) > 0) passes += 1;
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

  /** `SILENT 2026-02-03`, the oldest first. */
  async history(memberId: Id): Promise<string[]> {
    const changes = await readStageChanges(this.database.read, memberId, { limit: 100 });
    return changes.map(({ to, day }) => `${to} ${dayText(day)}`).reverse();
  }
}
