// One bounded pass of telling partners: empties the outbox, buries what cannot be told, and wakes the lanes.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { PARTNER_EVENT_TYPES, type PartnerEvent } from '../partner-port/event.store';
import { addDeliveries, buryPending, deleteFromOutbox, duePartners, readOutbox } from './delivery.store';
import type { WebhookDispatcher } from './dispatcher';
import { readEndpoints } from './endpoint.store';
import type { WebhookEndpoint } from './webhook';

const EVENTS_A_PASS = 200;
const BURIED_A_PASS = 200;

export class DeliverWebhooksJob {
  readonly name = 'deliver-webhooks';

  constructor(
    private readonly database: Database,
    private readonly dispatcher: Pick<WebhookDispatcher, 'wake'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Answers how many events it moved or buried. Sending goes on by itself afterwards: a partner that is slow to answer
   * holds up neither this pass nor the other jobs.
   */
  async run(): Promise<number> {
    const moved = await this.emptyOutbox();
    const partnerIds = await duePartners(this.database.read, this.clock.now());
    const endpoints = await readEndpoints(this.database.read, partnerIds);
    let buried = 0;
    for (const partnerId of partnerIds) {
      const endpoint = endpoints.get(partnerId);
      if (endpoint?.state === 'ACTIVE') this.dispatcher.wake(partnerId);
      else buried += await this.bury(partnerId, endpoint);
    }
    return moved + buried;
  }

  /** What is in the outbox was not moved yet, whenever it was committed; what is moved is in it no more. */
  private emptyOutbox(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const events = await readOutbox(tx, EVENTS_A_PASS);
      if (events.length === 0) return 0;
      const endpoints = await readEndpoints(tx, [...new Set(events.map(({ partnerId }) => partnerId))]);
      const wanted = events.filter((event) => isWanted(event, endpoints.get(event.partnerId)));
      await addDeliveries(tx, wanted.toSorted(byOccurrence), this.clock.now());
      await deleteFromOutbox(
        tx,
        events.map(({ id }) => id),
      );
      return events.length;
    });
  }

  private bury(partnerId: Id, endpoint: WebhookEndpoint | undefined): Promise<number> {
    const fault = endpoint ? `The endpoint is disabled. ${endpoint.disabledReason ?? ''}` : 'The endpoint was removed.';
    const burial = { now: this.clock.now(), fault, limit: BURIED_A_PASS };
    return this.database.transaction((tx) => buryPending(tx, partnerId, burial));
  }
}

/** For a disabled endpoint as well: such events are dead at once, and can be sent again when it listens. */
function isWanted({ type }: PartnerEvent, endpoint: WebhookEndpoint | undefined): boolean {
  return endpoint !== undefined && (endpoint.eventTypes.length === 0 || endpoint.eventTypes.includes(type));
}

const TIME_DIGITS = 12;

/** By id; events of the same millisecond, whose ids differ by chance, in the order in which things happen. */
function byOccurrence(left: PartnerEvent, right: PartnerEvent): number {
  const [leftTime, rightTime] = [left.id.slice(0, TIME_DIGITS), right.id.slice(0, TIME_DIGITS)];
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  const [leftRank, rightRank] = [PARTNER_EVENT_TYPES.indexOf(left.type), PARTNER_EVENT_TYPES.indexOf(right.type)];
  if (leftRank !== rightRank) return leftRank - rightRank;
  return left.id < right.id ? -1 : 1;
}
