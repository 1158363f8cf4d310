// The door for partners and staff: where a partner listens, its secrets, what was delivered, and sending it again.
import type { Database } from '../database/database';
import type { Clock, Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { type Refusal, refuse } from '../kernel/refusal';
import type { PartnerEventType } from '../partner-port/event.store';
import { type DeliveryFilter, deadSince, listDeliveries, readDelivery, reviveDeliveries } from './delivery.store';
import { deleteEndpoint, readEndpoint, saveEndpoint } from './endpoint.store';
import type { WebhookDelivery, WebhookDirection, WebhookEndpoint } from './webhook';
import type { NewSecret, WebhookSecrets } from './webhook-secrets';

const URL_MAX = 2_048;
const RESENT_AT_MOST = 1_000;

const NO_ENDPOINT = refuse('NOT_FOUND', 'There is no webhook endpoint; set one with setWebhookEndpoint.');
const NO_DELIVERY = refuse('NOT_FOUND', 'There is no such webhook delivery.', 'delivery');
const NOT_LISTENING = refuse(
  'CONFLICT',
  'There is no active webhook endpoint to send to; set it with setWebhookEndpoint first.',
);

/** What is wrong with a URL that a partner gave, as a sentence; `undefined` when it may be called. */
export type UrlCheck = (url: string) => string | undefined;

export interface EndpointInput {
  readonly url: string;
  /** Empty means everything. */
  readonly eventTypes: readonly PartnerEventType[];
}

export class WebhookService {
  constructor(
    private readonly database: Database,
    private readonly secrets: WebhookSecrets,
    private readonly urlFault: UrlCheck,
    private readonly clock: Clock,
  ) {}

  endpointOf(partnerId: Id): Promise<WebhookEndpoint | undefined> {
    return readEndpoint(this.database.read, partnerId);
  }

  /** Sets or changes the endpoint and makes it active; `secret` comes with the first one only. */
  async setEndpoint(
    partnerId: Id,
    input: EndpointInput,
  ): Promise<{ endpoint: WebhookEndpoint; secret?: string } | Refusal> {
    const tooLong = `The URL has ${input.url.length} characters; at most ${URL_MAX} are allowed.`;
    const fault = input.url.length > URL_MAX ? tooLong : this.urlFault(input.url);
    if (fault) return refuse('INVALID_INPUT', fault, 'url');
    const now = this.clock.now();
    const eventTypes = [...new Set(input.eventTypes)];
    return this.database.transaction(async (tx) => {
      // First of all, so that of two at once the second waits here and finds the secret of the first.
      await saveEndpoint(tx, { partnerId, url: input.url, eventTypes, changedAt: now });
      const secret = await this.secrets.first(tx, { partnerId, direction: 'OUTGOING' }, now);
      return { endpoint: (await readEndpoint(tx, partnerId))!, secret };
    });
  }

  /** What is pending is dead when it would be due; the outgoing secrets are forgotten. Answers what was removed. */
  removeEndpoint(partnerId: Id): Promise<WebhookEndpoint | Refusal> {
    return this.database.transaction(async (tx) => {
      const endpoint = await readEndpoint(tx, partnerId);
      if (!endpoint) return NO_ENDPOINT;
      await deleteEndpoint(tx, partnerId);
      await this.secrets.forget(tx, { partnerId, direction: 'OUTGOING' });
      return endpoint;
    });
  }

  /** A new secret beside the one before it, or the first one of the incoming direction. */
  rotateSecret(partnerId: Id, direction: WebhookDirection): Promise<NewSecret | Refusal> {
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      if (direction === 'OUTGOING' && !(await readEndpoint(tx, partnerId))) return NO_ENDPOINT;
      return this.secrets.rotate(tx, { partnerId, direction }, now);
    });
  }

  /** Newest first. Authorise before asking: without `partnerId` those of all partners are answered. */
  deliveries(filter: DeliveryFilter): Promise<WebhookDelivery[]> {
    return listDeliveries(this.database.read, filter);
  }

  /** Delivers once more what was delivered or given up, under the same `webhook-id`. */
  resend(partnerId: Id, eventId: Id): Promise<WebhookDelivery | Refusal> {
    return this.database.transaction(async (tx) => {
      const delivery = await readDelivery(tx, eventId, partnerId);
      if (!delivery) return NO_DELIVERY;
      if ((await readEndpoint(tx, partnerId))?.state !== 'ACTIVE') return NOT_LISTENING;
      // Asked for twice: it is about to be delivered already.
      if (delivery.state === 'PENDING' && delivery.attempts === 0) return delivery;
      if ((await reviveDeliveries(tx, [delivery.seq], this.clock.now())) === 0) {
        return refuse('CONFLICT', 'The webhook is being delivered; wait until it is delivered or dead.', 'delivery');
      }
      return (await readDelivery(tx, eventId, partnerId))!;
    });
  }

  /** Delivers again what was given up since an instant, at most 1,000; ask again while `more`. */
  resendDead(partnerId: Id, since: Instant): Promise<{ resent: number; more: boolean } | Refusal> {
    return this.database.transaction(async (tx) => {
      if ((await readEndpoint(tx, partnerId))?.state !== 'ACTIVE') return NOT_LISTENING;
      const seqs = await deadSince(tx, partnerId, since, RESENT_AT_MOST + 1);
      const resent = await reviveDeliveries(tx, seqs.slice(0, RESENT_AT_MOST), this.clock.now());
      return { resent, more: seqs.length > RESENT_AT_MOST };
    });
  }
}
