// What a connector to a partner is: its operations, what they are asked, and the outcomes that they answer with.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Money } from '../kernel/money';

export const OPERATIONS = ['availability', 'issue', 'status', 'cancel', 'catalogue', 'cardStatus'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The partner did it. */
export interface Confirmed<Value> {
  readonly kind: 'CONFIRMED';
  readonly value: Value;
}

/** Why a partner said no. `OTHER` is for words of its own, which `message` carries. */
export const DECLINE_REASONS = ['OUT_OF_STOCK', 'NOT_ELIGIBLE', 'NOT_FOUND', 'ALREADY_USED', 'ENDED', 'OTHER'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** The partner understood and refused; asking again will not help. */
export interface Declined {
  readonly kind: 'DECLINED';
  readonly reason: DeclineReason;
  /** The partner's words, at most 500 characters, for staff and logs; never shown to members. */
  readonly message: string;
}

export const UNKNOWN_CAUSES = [
  /** The circuit is open or the bulkhead is full: nothing was sent. */
  'NOT_TRIED',
  /** The URL, or an address that it resolves to, is not allowed: nothing was sent. */
  'FORBIDDEN_ADDRESS',
  /** No connection came about: nothing was sent. */
  'UNREACHABLE',
  'TIMED_OUT',
  /** The partner took the request and is at it still, as it says itself. */
  'PENDING',
  /** The connection broke after the request went out. */
  'BROKEN_OFF',
  /** HTTP 5xx, or 429. */
  'PARTNER_ERROR',
  /** HTTP 401 or 403, or a token that could not be had. */
  'UNAUTHORIZED',
  /** An answer too large, of another type, or not of the agreed shape. */
  'UNREADABLE',
] as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[number];

/** Nobody knows whether the partner did it, unless `sent` is false: then it certainly did not. */
export interface Unknown {
  readonly kind: 'UNKNOWN';
  readonly cause: UnknownCause;
  readonly sent: boolean;
  /** For staff and logs, at most 500 characters; holds no secret. */
  readonly message: string;
}

export type Outcome<Value> = Confirmed<Value> | Declined | Unknown;

export function confirmed<Value>(value: Value): Confirmed<Value> {
  return { kind: 'CONFIRMED', value };
}

export function declined(reason: DeclineReason, message: string): Declined {
  return { kind: 'DECLINED', reason, message: message.slice(0, 500) };
}

const NOT_SENT: ReadonlySet<UnknownCause> = new Set(['NOT_TRIED', 'FORBIDDEN_ADDRESS', 'UNREACHABLE']);

export function unknown(cause: UnknownCause, message: string): Unknown {
  return { kind: 'UNKNOWN', cause, sent: !NOT_SENT.has(cause), message: message.slice(0, 500) };
}

/** What goes with each call. */
export interface Call {
  /** Ends the call; the answer is then `UNKNOWN`. */
  readonly signal: AbortSignal;
}

export interface IssueRequest {
  /** The redemption's id, which is the idempotency key at the partner as well. */
  readonly redemptionId: Id;
  /** The partner's own id of the offer. */
  readonly offerRef: string;
  /** A pseudonym: the same for one member at one partner, and of no use elsewhere. */
  readonly memberRef: string;
  readonly claimedAt: Instant;
  /** Exclusive. */
  readonly expiresAt: Instant;
  readonly faceValue: Money;
}

export interface Issued {
  /** The partner's own id of what it issued. */
  readonly partnerRef: string;
  readonly code?: string;
  /** An https link to the coupon in the partner's app or site. */
  readonly link?: string;
  /** When the partner ends it; never later than was asked. */
  readonly expiresAt?: Instant;
}

/** How a redemption stands at the partner. `ABSENT`: the partner never heard of it; `PENDING`: it is at it. */
export type RemoteRedemption =
  | { readonly state: 'ABSENT' | 'PENDING' }
  | { readonly state: 'DECLINED'; readonly reason: DeclineReason }
  | { readonly state: 'ISSUED' | 'CANCELLED' | 'EXPIRED'; readonly issued: Issued }
  | { readonly state: 'USED'; readonly issued: Issued; readonly usedAt?: Instant };

export interface RedemptionRef {
  readonly redemptionId: Id;
  readonly offerRef: string;
  /** Known once the partner has issued. */
  readonly partnerRef?: string;
}

export interface RemoteAvailability {
  readonly offerRef: string;
  readonly available: boolean;
  /** How many are left; absent when the partner does not say. */
  readonly left?: number;
}

/** An offer as the partner lists it, for partners whose offers are pulled. */
export interface RemoteOffer {
  readonly offerRef: string;
  readonly title: string;
  readonly description?: string;
  readonly faceValue?: Money;
  readonly validFrom?: Instant;
  readonly validUntil?: Instant;
}

export interface RemoteCatalogue {
  readonly offers: readonly RemoteOffer[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

export interface RemoteCard {
  readonly state: 'ACTIVE' | 'SUSPENDED' | 'EXPIRED' | 'ABSENT';
  /** Exclusive. */
  readonly validUntil?: Instant;
}

/**
 * A partner's API as the gateway sees it. Methods never throw for what a partner does: that is an outcome. `issue`
 * with a redemption id that the partner has seen answers the first result; `cancel` of what is cancelled is confirmed.
 */
export interface Connector {
  readonly operations: ReadonlySet<Operation>;
  /**
   * Nobody tells the gateway that a coupon was used, so it asks for the status of issued ones from time to time.
   * Absent: the partner tells of uses by webhook.
   */
  readonly watched?: boolean;
  availability(offerRefs: readonly string[], call: Call): Promise<Outcome<readonly RemoteAvailability[]>>;
  issue(request: IssueRequest, call: Call): Promise<Outcome<Issued>>;
  status(redemption: RedemptionRef, call: Call): Promise<Outcome<RemoteRedemption>>;
  cancel(redemption: RedemptionRef, call: Call): Promise<Outcome<RemoteRedemption>>;
  catalogue?(cursor: string | undefined, call: Call): Promise<Outcome<RemoteCatalogue>>;
  cardStatus?(memberRef: string, call: Call): Promise<Outcome<RemoteCard>>;
}

/** A connector with budgets, breaker and bulkhead around it (`guarded-connector.ts`): calls end by themselves. */
export interface PartnerApi {
  readonly operations: ReadonlySet<Operation>;
  /** As of the connector. */
  readonly watched?: boolean;
  availability(offerRefs: readonly string[]): Promise<Outcome<readonly RemoteAvailability[]>>;
  issue(request: IssueRequest): Promise<Outcome<Issued>>;
  status(redemption: RedemptionRef): Promise<Outcome<RemoteRedemption>>;
  cancel(redemption: RedemptionRef): Promise<Outcome<RemoteRedemption>>;
  catalogue(cursor?: string): Promise<Outcome<RemoteCatalogue>>;
  cardStatus(memberRef: string): Promise<Outcome<RemoteCard>>;
}

/** The partners that have an API, as they are configured now; an in-memory look-up. */
export interface PartnerDirectory {
  apiOf(partnerId: Id): PartnerApi | undefined;
}
