// The words of webhooks: endpoints, deliveries, and what follows from an answer or from none; pure, without I/O.
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../kernel/clock';
import { type Id, toGlobalId } from '../kernel/id';
import type { PartnerEvent, PartnerEventType } from '../partner-port/event.store';
import type { NoReply, PartnerReply } from '../partner-port/transport';

/** `OUTGOING` is signed by the gateway, `INCOMING` by the partner; each way has secrets of its own. */
export const WEBHOOK_DIRECTIONS = ['OUTGOING', 'INCOMING'] as const;
export type WebhookDirection = (typeof WEBHOOK_DIRECTIONS)[number];

export const ENDPOINT_STATES = ['ACTIVE', 'DISABLED'] as const;
export type EndpointState = (typeof ENDPOINT_STATES)[number];

/** Where a partner listens. */
export interface WebhookEndpoint {
  readonly partnerId: Id;
  readonly url: string;
  /** What it wants to hear; empty means everything. */
  readonly eventTypes: readonly PartnerEventType[];
  readonly state: EndpointState;
  /** Why the gateway disabled it. */
  readonly disabledReason?: string;
  /** The first failure since the last success. */
  readonly failingSince?: Instant;
  /** The partner asked for silence until then. */
  readonly resumeAt?: Instant;
  readonly changedAt: Instant;
}

export const DELIVERY_STATES = ['PENDING', 'DELIVERED', 'DEAD'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to its partner. */
export interface WebhookDelivery extends PartnerEvent {
  /** Grows in the order in which events were found; those of one subject are delivered in it. */
  readonly seq: number;
  readonly state: DeliveryState;
  /** Begun since it was last made pending. */
  readonly attempts: number;
  readonly dueAt: Instant;
  readonly lastStatus?: number;
  readonly lastFault?: string;
  readonly endedAt?: Instant;
}

/** Waits between attempts, as the Standard Webhooks specification proposes them; with the first try ten attempts. */
export const RETRY_SCHEDULE_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
export const ATTEMPTS_MAX = RETRY_SCHEDULE_MS.length + 1;
const JITTER = 0.2;
const RETRY_AFTER_MAX_MS = HOUR;
/** An endpoint at which nothing succeeded for so long is told no more. */
export const DISABLE_AFTER_MS = 5 * DAY;

/** What follows from one attempt. */
export type Verdict =
  | { readonly kind: 'DELIVERED'; readonly status: number }
  | {
      readonly kind: 'RETRY';
      readonly dueAt: Instant;
      readonly status?: number;
      readonly fault: string;
      /** The whole endpoint is left alone until then. */
      readonly resumeAt?: Instant;
    }
  | { readonly kind: 'DEAD'; readonly status?: number; readonly fault: string; readonly gone: boolean };

/** `attempts` counts this one; `random` answers from 0 up to 1. */
export function judge(
  answer: PartnerReply | NoReply,
  attempt: { readonly attempts: number; readonly now: Instant; readonly random: () => number },
): Verdict {
  const { attempts, now, random } = attempt;
  const status = answer.kind === 'REPLY' ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'DELIVERED', status };
  const fault = faultOf(answer);
  const gone = status === 410;
  const wait = RETRY_SCHEDULE_MS[attempts - 1];
  if (gone || wait === undefined) return { kind: 'DEAD', status, fault, gone };
  const resumeAt = answer.kind === 'REPLY' ? retryAfter(answer, now) : undefined;
  const dueAt = Math.max(now + Math.round(wait * (1 + JITTER * random())), resumeAt ?? 0);
  return { kind: 'RETRY', dueAt, status, fault, resumeAt };
}

function faultOf(answer: PartnerReply | NoReply): string {
  if (answer.kind === 'NO_REPLY') return `${answer.cause}: ${answer.message}`.slice(0, 500);
  const { status } = answer;
  const redirected = status >= 300 && status < 400;
  return `The endpoint answered ${status}${redirected ? '; redirects are not followed' : ''}.`;
}

/** Seconds or an HTTP date, of 429 and 503 only, at most an hour; a partner that asks for more is asked again then. */
function retryAfter({ status, headers }: PartnerReply, now: Instant): Instant | undefined {
  const text = headers['retry-after']?.trim();
  if (!text || (status !== 429 && status !== 503)) return undefined;
  const asked = /^\d{1,9}$/.test(text) ? now + Number(text) * SECOND : Date.parse(text);
  if (Number.isNaN(asked) || asked <= now) return undefined;
  return Math.min(asked, now + RETRY_AFTER_MAX_MS);
}

/** The `webhook-id`, the same for each attempt. */
export function messageId(event: Pick<PartnerEvent, 'id'>): string {
  return toGlobalId('event', event.id);
}

/** The same bytes for each attempt: `{ type, timestamp, subject, data }`. */
export function bodyOf(event: PartnerEvent): string {
  const { type, happenedAt, data } = event;
  return JSON.stringify({ type, timestamp: new Date(happenedAt).toISOString(), subject: subjectOf(event), data });
}

/** The global id of the redemption, offer or alert that it is about. */
export function subjectOf({ type, subjectId }: Pick<PartnerEvent, 'type' | 'subjectId'>): string {
  if (type.startsWith('alert.')) return toGlobalId('alert', subjectId);
  return toGlobalId(type.startsWith('offer.') ? 'offer' : 'redemption', subjectId);
}
