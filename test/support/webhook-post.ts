// The outgoing side of webhooks on a lane's database, with a receiver for each partner and a clock that stands still.
import type { Database } from '../../src/database/database';
import { type Instant, ManualClock } from '../../src/kernel/clock';
import { type Id, newId } from '../../src/kernel/id';
import { CodeCipher } from '../../src/marketplace/code-cipher';
import { appendEvents, type PartnerEvent, type PartnerEventType } from '../../src/partner-port/event.store';
import type { PartnerTransport } from '../../src/partner-port/transport';
import { DeliverWebhooksJob } from '../../src/webhooks/deliver-webhooks.job';
import { WebhookDispatcher } from '../../src/webhooks/dispatcher';
import type { WebhookDelivery } from '../../src/webhooks/webhook';
import { WebhookService } from '../../src/webhooks/webhook.service';
import { WebhookSecrets } from '../../src/webhooks/webhook-secrets';
import { must } from './house';
import { loopbackTransport, WebhookReceiver } from './webhook-receiver';

export interface PostOptions {
  readonly clock?: ManualClock;
  readonly transport?: PartnerTransport;
  readonly callMs?: number;
  readonly stopGraceMs?: number;
  /** What the dispatcher writes through, for tests that break it. */
  readonly door?: Database;
}

/** One process that delivers webhooks. */
export class WebhookPost {
  readonly clock: ManualClock;
  readonly secrets = new WebhookSecrets(new CodeCipher(Buffer.alloc(32, 7)));
  readonly service: WebhookService;
  readonly dispatcher: WebhookDispatcher;
  readonly job: DeliverWebhooksJob;
  readonly errors: object[] = [];
  readonly warnings: object[] = [];
  private readonly receivers: WebhookReceiver[] = [];

  constructor(
    readonly database: Database,
    options: PostOptions = {},
  ) {
    const { clock = new ManualClock(Date.UTC(2026, 2, 10, 4)), transport = loopbackTransport, callMs } = options;
    const door = options.door ?? database;
    this.clock = clock;
    const log = {
      warn: (details: object) => void this.warnings.push(details),
      error: (details: object) => void this.errors.push(details),
    };
    const { secrets } = this;
    this.service = new WebhookService(database, secrets, () => undefined, clock);
    this.dispatcher = new WebhookDispatcher({
      database: door,
      transport,
      secrets,
      clock,
      log,
      callMs,
      stopGraceMs: options.stopGraceMs,
      random: () => 0,
    });
    this.job = new DeliverWebhooksJob(door, this.dispatcher, clock);
  }

  get now(): Instant {
    return this.clock.now();
  }

  /** A partner that listens; without types it is told everything. */
  async partner(eventTypes: readonly PartnerEventType[] = []): Promise<{ id: Id; receiver: WebhookReceiver }> {
    const [id, receiver] = [newId(this.now), await new WebhookReceiver().open()];
    this.receivers.push(receiver);
    const { secret } = must(await this.service.setEndpoint(id, { url: receiver.url, eventTypes }));
    receiver.secrets = [secret!];
    return { id, receiver };
  }

  event(partnerId: Id, subjectId: Id, type: PartnerEventType, data: PartnerEvent['data'] = {}): PartnerEvent {
    return { id: newId(this.now), partnerId, subjectId, type, happenedAt: this.now, data };
  }

  /** Each event a millisecond after the one before it. */
  async append(partnerId: Id, subjectId: Id, ...types: PartnerEventType[]): Promise<PartnerEvent[]> {
    const events = types.map((type) => {
      this.clock.advance(1);
      return this.event(partnerId, subjectId, type);
    });
    await this.database.transaction((tx) => appendEvents(tx, events));
    return events;
  }

  /** Passes until one finds nothing, and all that they set off. */
  async deliver(): Promise<void> {
    while ((await this.job.run()) > 0);
    await this.dispatcher.settled();
  }

  /** Moves the clock on and delivers what became due. */
  async after(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await this.deliver();
  }

  async all(partnerId: Id): Promise<WebhookDelivery[]> {
    return (await this.service.deliveries({ partnerId, limit: 1_000 })).toSorted((one, two) => one.seq - two.seq);
  }

  async states(partnerId: Id): Promise<string[]> {
    return (await this.all(partnerId)).map(({ state }) => state);
  }

  async close(): Promise<void> {
    for (const receiver of this.receivers) receiver.release();
    await this.dispatcher.stop();
    await Promise.all(this.receivers.map((receiver) => receiver.close()));
  }
}
