// A partner that registers itself: its states, what leads from one to the other, and what it may be called.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { takeRandom } from '../../kernel/random';
import { type Refusal, refuse } from '../../kernel/refusal';

export const PARTNER_STATES = ['APPLIED', 'APPROVED', 'REJECTED', 'SUSPENDED'] as const;
export type PartnerState = (typeof PARTNER_STATES)[number];

export interface PartnerAccount {
  readonly id: Id;
  /** No other partner has it, whether registered or of the program file. */
  readonly code: string;
  readonly name: string;
  /** An e-mail address, for staff. */
  readonly contact: string;
  readonly website?: string;
  readonly description: string;
  readonly state: PartnerState;
  /** Grows with each change. */
  readonly version: number;
  readonly appliedAt: Instant;
  readonly appliedBy: string;
  /** When, by whom and why it came to be in its state. */
  readonly changedAt: Instant;
  readonly changedBy: string;
  readonly reason: string;
}

export interface PartnerChange {
  readonly kind: string;
  readonly madeAt: Instant;
  readonly madeBy: string;
  readonly reason: string;
}

const NEXT: Readonly<Record<PartnerState, readonly PartnerState[]>> = {
  APPLIED: ['APPROVED', 'REJECTED'],
  APPROVED: ['SUSPENDED'],
  SUSPENDED: ['APPROVED'],
  REJECTED: [],
};

/** Why a partner in this state cannot go the way from the one to the other, or `undefined`. */
export function transitionFault(state: PartnerState, from: PartnerState, to: PartnerState): Refusal | undefined {
  if (state === from && NEXT[state].includes(to)) return undefined;
  return refuse('CONFLICT', `The partner is ${state}; only one that is ${from} can become ${to} this way.`);
}

/** Whether the catalogue has the partner as one whose offers may be live and whose keys may act. */
export function isLive(state: PartnerState): boolean {
  return state === 'APPROVED';
}

const CLAIM_BYTES = 24;

/** Shown once to whoever registers; with it, and with nothing else, the application can be looked at. */
export function newClaimSecret(): string {
  return `pgc_${takeRandom(CLAIM_BYTES).toString('base64url')}`;
}

/** 32 bytes. A plain hash will do: the secret is random and long. */
export function claimHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export function isClaimedBy(hash: Buffer | undefined, secret: string): boolean {
  // Compared with something in any case, so that an application that has none answers as late.
  const matches = timingSafeEqual(claimHash(secret), hash ?? Buffer.alloc(32));
  return matches && hash !== undefined;
}
