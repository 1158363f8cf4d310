// An offer of a partner and its revisions: the states of both, and which change of a live one needs a review.
import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../../kernel/actor';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { OfferDefinition } from '../../program/program';

/** `DRAFT → IN_REVIEW → LIVE ⇄ PAUSED → ENDED`; `REJECTED` until it is revised, and is a draft again. */
export const OFFER_STATES = ['DRAFT', 'IN_REVIEW', 'REJECTED', 'LIVE', 'PAUSED', 'ENDED'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

export const REVISION_STATES = ['DRAFT', 'IN_REVIEW', 'REJECTED', 'WITHDRAWN', 'APPROVED'] as const;
export type RevisionState = (typeof REVISION_STATES)[number];

export interface Offer {
  readonly id: Id;
  readonly partnerId: Id;
  /** The partner's own; in the catalogue it is `partner/code`. */
  readonly code: string;
  /** Given at the first approval. */
  readonly number?: number;
  readonly state: OfferState;
  /** The revision that members see; absent before the first approval. */
  readonly liveRevision?: number;
  /** The revision that is being written, waits for review or was rejected. */
  readonly openRevision?: number;
  /** Revisions are numbered from 1 and never change once they were submitted. */
  readonly lastRevision: number;
  readonly pausedBy?: Role;
  /** Since when a revision waits for review. */
  readonly waitingSince?: Instant;
  readonly createdAt: Instant;
}

export interface Revision {
  readonly offerId: Id;
  readonly number: number;
  readonly state: RevisionState;
  readonly definition: OfferDefinition;
  readonly createdAt: Instant;
  readonly submittedAt?: Instant;
  readonly reviewedAt?: Instant;
  /** `bd:anna`; absent when the change needed no review. */
  readonly reviewedBy?: string;
  /** Why it was rejected, as the partner reads it. */
  readonly reason?: string;
}

/** An offer with the revisions that count. */
export interface RegisteredOffer {
  readonly offer: Offer;
  readonly live?: Revision;
  readonly open?: Revision;
}

/** What it is now, for its partner: as members see it, or as it is to become. */
export function shownRevision({ live, open }: RegisteredOffer): Revision | undefined {
  return live ?? open;
}

/** Whether a revision that counts can be read no more; nothing can be done with such an offer but stop it. */
export function isDamaged({ offer, live, open }: RegisteredOffer): boolean {
  return offer.liveRevision === undefined ? !open : !live;
}

/** Members read these and nothing hangs on them. */
const HARMLESS: ReadonlySet<string> = new Set(['title', 'description']);
/** More of these harms nobody, unless the operator pays for each. */
const GROWING = ['stock', 'dailyStock'] as const;

/** Whether a change of a live offer must be reviewed: its cost, worth and terms, and less of what there was to have. */
export function isSensitive(before: OfferDefinition, after: OfferDefinition): boolean {
  const growing: ReadonlySet<string> = new Set(costsOperator(before) ? [] : GROWING);
  for (const name of GROWING) {
    if ((after[name] ?? Number.POSITIVE_INFINITY) < (before[name] ?? Number.POSITIVE_INFINITY)) return true;
  }
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof OfferDefinition>;
  return [...fields].some(
    (name) => !HARMLESS.has(name) && !growing.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
}

/** What it may cost at worst was approved with the stock that it had. */
function costsOperator({ unitCost, funding }: OfferDefinition): boolean {
  return unitCost > 0 && funding !== 'PARTNER';
}

/** The same for what is not there and for what is another partner's. */
export const NO_OFFER = refuse('NOT_FOUND', 'There is no such offer that a partner registered.', 'offer');

/** `wanted` in words, such as "paused". */
export function wrongState({ code, state }: Offer, wanted: string, next: string): Refusal {
  return refuse('CONFLICT', `The offer ${code} is ${state} and cannot be ${wanted}. ${next}`.trim(), 'offer');
}
