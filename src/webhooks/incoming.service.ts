// What partners tell the gateway: proved by its signature, taken once, and handed to the service that it concerns.
import type { Database } from '../database/database';
import type { Actor } from '../kernel/actor';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, newId, ZERO_ID } from '../kernel/id';
import { isRefusal, type Refusal, refuse } from '../kernel/refusal';
import type { RemoteAvailability, RemoteRedemption } from '../partner-port/connector';
import { SIGNATURE_TOLERANCE_MS, type SignatureFault, signatureFault } from '../partner-port/signature';
import { type EndRedemptionService, maySee } from '../redemption/end.service';
import { type Redemption, statusAt } from '../redemption/redemption';
import type { RedemptionService } from '../redemption/redemption.service';
import { type IncomingMessage, readMessage } from './incoming';
import { rememberReceived, wasReceived } from './incoming.store';
import type { WebhookSecrets } from './webhook-secrets';

/** Who is told how a redemption stands at its partner; whether it is that partner's was checked before. */
export interface RedemptionNews {
  /** Once more, or late, it changes nothing. `undefined` for a redemption that no partner's API issues. */
  learn(redemptionId: Id, remote: RemoteRedemption): Promise<object | undefined>;
}

/** Who is told what is left of an offer at its partner. */
export interface StockNews {
  /** As of `toldAt`, or now. False when the partner has no such offer. */
  learn(partnerId: Id, availability: RemoteAvailability, toldAt?: Instant): Promise<boolean>;
}

export interface IncomingOptions {
  readonly database: Database;
  readonly secrets: WebhookSecrets;
  readonly clock: Clock;
  /** The id of a partner by its code. */
  readonly partnerIdOf: (code: string) => Id | undefined;
  readonly redemptions: Pick<RedemptionService, 'find'>;
  readonly ends: Pick<EndRedemptionService, 'confirmUse'>;
  /** Absent where nobody listens: such messages are refused then, in words. */
  readonly redemptionNews?: RedemptionNews;
  readonly stockNews?: StockNews;
}

export interface Received {
  readonly partnerCode: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Exactly as it came. */
  readonly body: string;
}

/** `fault` is for the log; whoever sent it is not told which part was wrong. */
export type Reception =
  | { readonly kind: 'TAKEN' | 'DUPLICATE' }
  | { readonly kind: 'UNPROVED'; readonly fault: SignatureFault | 'UNKNOWN_PARTNER' }
  | { readonly kind: 'UNREADABLE'; readonly message: string }
  | { readonly kind: 'REFUSED'; readonly refusal: Refusal };

const MESSAGE_ID_MAX = 256;
const NOTHING = refuse('NOT_FOUND', 'There is no such redemption.', 'redemptionId');
const NOT_BY_API = refuse('CONFLICT', 'The coupon of this redemption is not issued by your API.', 'redemptionId');
const NOT_YET = refuse(
  'CONFLICT',
  'It is not known yet that the coupon was issued. Give its partnerRef, or send this again later.',
  'redemptionId',
);
const NO_OFFER = refuse('NOT_FOUND', 'Your API issues no offer of this offerRef.', 'offerRef');

function notTaken(type: string): Refusal {
  return refuse('CONFLICT', `Messages of the type ${type} are not taken; leave them out.`, 'type');
}

export class IncomingService {
  constructor(private readonly options: IncomingOptions) {}

  /** Takes the same time for an unknown partner as for a wrong signature. */
  async receive({ partnerCode, headers, body }: Received): Promise<Reception> {
    const { database, secrets, clock, partnerIdOf } = this.options;
    const now = clock.now();
    const partnerId = partnerIdOf(partnerCode);
    const key = { partnerId: partnerId ?? ZERO_ID, direction: 'INCOMING' } as const;
    const fault = signatureFault(await secrets.goodWithDecoys(database.read, key, now), headers, body, now);
    if (partnerId === undefined) return { kind: 'UNPROVED', fault: 'UNKNOWN_PARTNER' };
    if (fault) return { kind: 'UNPROVED', fault };
    const messageId = String(headers['webhook-id']);
    if (messageId.length > MESSAGE_ID_MAX) {
      return { kind: 'UNREADABLE', message: `webhook-id is longer than ${MESSAGE_ID_MAX} characters.` };
    }
    if (await wasReceived(database.read, partnerId, messageId)) return { kind: 'DUPLICATE' };
    const message = readMessage(body);
    if (typeof message === 'string') return { kind: 'UNREADABLE', message };
    const refusal = await this.take(partnerId, partnerCode, message);
    // Not remembered when it was refused: sent again later, it may find what it is about.
    if (refusal) return { kind: 'REFUSED', refusal };
    await database.transaction((tx) => rememberReceived(tx, partnerId, messageId, now));
    return { kind: 'TAKEN' };
  }

  /** Every effect may come twice and in any order: a crash before the message is remembered brings it again. */
  private async take(partnerId: Id, partnerCode: string, message: IncomingMessage): Promise<Refusal | undefined> {
    const { redemptionNews, stockNews } = this.options;
    const actor: Actor = { role: 'PARTNER', subject: partnerCode, partnerId };
    switch (message.type) {
      case 'redemption.used':
        return this.confirmUse(actor, message);
      case 'redemption.status': {
        if (!redemptionNews) return notTaken(message.type);
        if (!(await this.own(actor, message.redemptionId))) return NOTHING;
        return (await redemptionNews.learn(message.redemptionId, message.remote)) ? undefined : NOT_BY_API;
      }
      case 'offer.stock':
        if (!stockNews) return notTaken(message.type);
        return (await stockNews.learn(partnerId, message.availability, message.toldAt)) ? undefined : NO_OFFER;
    }
  }

  /**
   * The state of the redemption makes it happen once, so each message is a request of its own: a refusal that is kept
   * under its key would stand in the way of the same message when it comes again.
   */
  private async confirmUse(
    actor: Actor,
    { redemptionId, partnerRef, usedAt }: Extract<IncomingMessage, { type: 'redemption.used' }>,
  ): Promise<Refusal | undefined> {
    const { ends, clock, redemptionNews } = this.options;
    const now = clock.now();
    const redemption = await this.own(actor, redemptionId);
    if (!redemption) return NOTHING;
    const status = statusAt(redemption, now);
    if (status === 'USED') return undefined;
    if (status === 'ISSUED') {
      const request = { redemptionId, idempotencyKey: `webhook ${newId(now)}`, usedAt: notAhead(usedAt, now) };
      const outcome = await ends.confirmUse(actor, request);
      if (!isRefusal(outcome)) return undefined;
      return (await this.own(actor, redemptionId))?.status === 'USED' ? undefined : outcome;
    }
    // Used at the partner before the gateway knows that it was issued, or after it gave up.
    const isOpen = status === 'HELD' || status === 'UNKNOWN';
    if (isOpen && partnerRef === undefined) return NOT_YET;
    const remote = { state: 'USED', issued: { partnerRef: partnerRef ?? '' }, usedAt } as const;
    if (await redemptionNews?.learn(redemptionId, remote)) return undefined;
    return refuse('NOT_USABLE', `The coupon is ${status.toLowerCase()}.`, 'redemptionId');
  }

  private async own(actor: Actor, redemptionId: Id): Promise<Redemption | undefined> {
    const redemption = await this.options.redemptions.find(redemptionId);
    return redemption && maySee(actor, redemption) ? redemption : undefined;
  }
}

/** The clock of a partner may be a little ahead of ours. */
function notAhead(usedAt: Instant | undefined, now: Instant): Instant | undefined {
  return usedAt !== undefined && usedAt > now && usedAt <= now + SIGNATURE_TOLERANCE_MS ? now : usedAt;
}
