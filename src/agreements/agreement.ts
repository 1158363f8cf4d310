// The words of agreements of exchange: what operator and partner give each other, and until when.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { ExchangeCeiling } from '../program/agreement-definition';

export const AGREEMENT_STATES = ['DRAFT', 'AGREED', 'ACTIVE', 'CLOSED'] as const;
export type AgreementState = (typeof AGREEMENT_STATES)[number];
/** Who gives. */
export const EXCHANGE_SIDES = ['OPERATOR', 'PARTNER'] as const;
export type ExchangeSide = (typeof EXCHANGE_SIDES)[number];
export const EXCHANGE_KINDS = ['PERK_REDEMPTION', 'EXPOSURE', 'PLACEMENT', 'COUPON', 'LEAD'] as const;
export type ExchangeKind = (typeof EXCHANGE_KINDS)[number];
/** Only `PAUSE` refuses claims. */
export const AT_CEILING = ['PAUSE', 'WARN', 'CONTINUE'] as const;
export type AtCeiling = (typeof AT_CEILING)[number];
export const SETTLEMENTS = ['MONTHLY', 'QUARTERLY', 'AT_END'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];
export const CEILING_PERIODS = ['EVER', 'MONTH', 'WEEK', 'DAY'] as const;
export type CeilingPeriod = (typeof CEILING_PERIODS)[number];

export interface AgreementItem {
  /** From 1; a code keeps its number through all revisions, since the books name the item by it. */
  readonly number: number;
  readonly code: string;
  readonly side: ExchangeSide;
  readonly kind: ExchangeKind;
  /** What one of it is, such as "cup" or "thousand exposures". */
  readonly unit: string;
  /** What one is worth, as agreed, in the minor unit. */
  readonly unitValue: number;
  /** How many in all. */
  readonly quantity?: number;
  readonly ceiling?: { readonly per: CeilingPeriod; readonly quantity: number };
  /** Ids of offers of the partner that it pays for, each redemption being one. */
  readonly offers: readonly Id[];
  readonly countsAt: 'ISSUE' | 'USE';
  readonly atCeiling: AtCeiling;
}

/** How far either side may get ahead, in the minor unit; absent: as far as it comes. */
export interface AllowedImbalance {
  readonly oursAhead?: number;
  readonly theirsAhead?: number;
}

export interface AgreementTerms {
  readonly title: string;
  /** The first business day, such as `2026-12-01`. */
  readonly startsOn: string;
  /** The business day after the last. */
  readonly endsBefore: string;
  /** Of an amendment, the business day with which it takes effect; absent: as soon as both sides have confirmed it. */
  readonly effectiveOn?: string;
  readonly items: readonly AgreementItem[];
  readonly allowedImbalance: AllowedImbalance;
  readonly settlement: Settlement;
}

export interface Confirmation {
  readonly at: Instant;
  /** `role:subject`. */
  readonly by: string;
}

export interface AgreementRevision {
  readonly agreementId: Id;
  readonly number: number;
  readonly terms: AgreementTerms;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly operator?: Confirmation;
  readonly partner?: Confirmation;
  /** The begin of the day with which it takes effect; absent for one that did with its confirmation. */
  readonly effectiveAt?: Instant;
}

export interface Agreement {
  readonly id: Id;
  readonly partnerId: Id;
  readonly code: string;
  /** The subject of the BD who owns it. */
  readonly owner: string;
  /** In the catalogue; given when it is agreed for the first time. */
  readonly number?: number;
  /** As it was last written down; `stateAt` says what it is. */
  readonly state: AgreementState;
  /** The revision in force as it was last written down; `inForceAt` says which one is. Absent for a draft. */
  readonly revision?: number;
  /** When a confirmed revision takes effect next, for the job that writes it down. */
  readonly nextAt?: Instant;
  readonly lastRevision: number;
  readonly currency: string;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly closed?: Confirmation & { readonly reason: string };
}

/** An agreement with all its revisions, the oldest first. */
export interface FullAgreement {
  readonly agreement: Agreement;
  readonly revisions: readonly AgreementRevision[];
}

/** An agreement that is agreed is active exactly from its first instant, and closed from its end on. */
export function stateAt({ state, startsAt, endsAt }: Agreement, now: Instant): AgreementState {
  if (state === 'DRAFT' || state === 'CLOSED') return state;
  if (now >= endsAt) return 'CLOSED';
  return now >= startsAt ? 'ACTIVE' : 'AGREED';
}

/** The quantity in all is one more ceiling, of the whole agreement. */
export function ceilingsOf({ quantity, ceiling }: Pick<AgreementItem, 'quantity' | 'ceiling'>): ExchangeCeiling[] {
  const ceilings: ExchangeCeiling[] = [];
  if (ceiling) {
    ceilings.push({ period: ceiling.per === 'EVER' ? 'TERM' : ceiling.per, quantity: ceiling.quantity });
  }
  if (quantity !== undefined) ceilings.push({ period: 'TERM', quantity });
  return ceilings;
}
