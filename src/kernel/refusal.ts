// Refusals: the answers "no" that a caller may meet, as values with a stable code, in their order of precedence.

/**
 * When several apply, the first in this list is answered. `retry` says whether the same request under a new
 * idempotency key may succeed later without anybody changing it.
 */
export const REFUSALS = {
  INVALID_INPUT: { retry: false, meaning: 'The input is malformed or out of range; the message names the field.' },
  NOT_FOUND: { retry: false, meaning: 'Nothing that the actor may see has this id.' },
  IDEMPOTENCY_MISMATCH: { retry: false, meaning: 'The idempotency key was used before with other content.' },
  CARD_NOT_ACTIVE: { retry: false, meaning: 'The card is closed, expired or not yet begun.' },
  OFFER_NOT_LIVE: { retry: true, meaning: 'The offer is not live, not yet valid or no longer valid.' },
  NOT_ELIGIBLE: { retry: false, meaning: 'The member, level, plan or card is outside of the audience.' },
  APPLICATION_NEEDED: { retry: true, meaning: 'The plan asks for an approved application, and there is none.' },
  RENEWAL_NOT_OPEN: { retry: true, meaning: 'The card cannot be renewed yet, or no longer.' },
  MIN_SPEND_NOT_REACHED: { retry: false, meaning: 'The order is worth less than the offer asks for.' },
  QUOTA_EXHAUSTED: { retry: true, meaning: 'The entitlement has no use left in this period.' },
  MEMBER_LIMIT_REACHED: { retry: true, meaning: 'The member took this offer as often as the period allows.' },
  OUT_OF_STOCK: { retry: true, meaning: 'The offer has no stock left, in all or for today.' },
  INSUFFICIENT_POINTS: { retry: true, meaning: 'The member has fewer points than the offer asks.' },
  INSUFFICIENT_STORED_VALUE: { retry: true, meaning: 'The member has less stored value than is asked for.' },
  NO_CHANCE: { retry: true, meaning: 'The member has no chance left for this draw, and it sells none.' },
  BUDGET_EXHAUSTED: { retry: true, meaning: 'Nothing is left of what was set aside for the offer or the group.' },
  EXCHANGE_CEILING_REACHED: { retry: true, meaning: 'As many as the agreement with the partner allows were given.' },
  EXCHANGE_IMBALANCE_REACHED: { retry: true, meaning: 'The partner is ahead by as much as the agreement allows.' },
  SUB_CAP_REACHED: { retry: true, meaning: "A part of the card's cost cap (class, month, partner, use) is used up." },
  CARD_CAP_REACHED: { retry: true, meaning: 'The card may not cost the operator more in this term.' },
  CO_PAY_REQUIRED: { retry: false, meaning: 'The cap covers a part only; the request allows too small a co-pay.' },
  PARTNER_DECLINED: { retry: true, meaning: 'The partner did not issue the coupon; nothing was taken.' },
  NOT_CANCELLABLE: { retry: false, meaning: 'The redemption is used, cancelled, failed or expired already.' },
  NOT_USABLE: { retry: false, meaning: 'The coupon cannot be used: it is cancelled, expired or was used.' },
  NOT_REFUNDABLE: { retry: false, meaning: 'The term cannot be refunded: its plan or its time does not allow it.' },
  CONFLICT: { retry: false, meaning: 'The object is not in a state that allows this change.' },
} as const;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

/** A refusal as a value. `message` names what was given, what is allowed and what to do. */
export interface Refusal {
  readonly refused: true;
  readonly code: RefusalCode;
  readonly message: string;
  /** The input field at fault, for `INVALID_INPUT`. */
  readonly field?: string;
}

export function refuse(code: RefusalCode, message: string, field?: string): Refusal {
  return { refused: true, code, message, field };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && (value as Refusal).refused === true;
}

/** Orders refusals of one request, first in precedence first. */
export function byPrecedence(left: Refusal, right: Refusal): number {
  return REFUSAL_CODES.indexOf(left.code) - REFUSAL_CODES.indexOf(right.code);
}
