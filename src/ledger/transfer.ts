// Transfers and chains: what a caller asks of the ledger, and what it answers.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { AccountKey, Balance } from './account';
import type { TransferCode } from './chart';

/**
 * `TRANSFER` moves an amount at once. `HOLD` reserves it; a `POST` later moves it (or less), a `VOID` gives it back.
 * The number is stored.
 */
export const TRANSFER_KINDS = { TRANSFER: 1, HOLD: 2, POST: 3, VOID: 4 } as const;
export type TransferKind = keyof typeof TRANSFER_KINDS;

interface NewTransfer {
  readonly kind: 'TRANSFER' | 'HOLD';
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  /** A safe integer above zero, in the unit of both accounts. */
  readonly amount: number;
  readonly code: TransferCode;
  /**
   * All flexible transfers of a chain move one common amount: `amount`, or less when an account cannot cover it,
   * but never below the chain's `flexibleFloor`.
   */
  readonly flexible?: boolean;
  /**
   * The transfers of a group share one amount: the least that one of them asks for, or less when an enforced account
   * among their debits has less at the first transfer of the group. At nothing, none of them moves anything. From 1
   * to 999; not together with `flexible`.
   */
  readonly group?: number;
  /** Opaque text kept and answered when this transfer is the one that is refused. */
  readonly refusal?: string;
}

interface Resolution {
  readonly kind: 'POST' | 'VOID';
  /** The hold that this transfer ends. */
  readonly pendingId: Id;
  /** For `POST`: at most the amount held, which is the default; the rest is given back. */
  readonly amount?: number;
  readonly code: TransferCode;
  readonly refusal?: string;
}

export type TransferInput = NewTransfer | Resolution;

/** Opens an enforced account with its grant when it does not exist yet; an existing one is left as it is. */
export interface Opening {
  readonly account: AccountKey;
  /** Zero is allowed: the account then opens empty. */
  readonly grant: number;
  /** The contra account that the grant comes from. */
  readonly from: AccountKey;
}

/** Transfers that happen all or not at all. */
export interface Chain {
  /** Made by the client: the same key with the same content is answered with the first result. */
  readonly key: Id;
  /** What "the same content" means: a digest of the caller's request, 32 hexadecimal digits. */
  readonly fingerprint: string;
  /** A fresh id; transfers get the ids that follow it. Of two chains with one key the first one's id counts. */
  readonly id: Id;
  readonly openings?: readonly Opening[];
  /** At most 200. In order of precedence: the first that cannot be made names the refusal. */
  readonly transfers: readonly TransferInput[];
  /** Needed when there is a `HOLD`: after this instant it can only be voided. */
  readonly holdExpiresAt?: Instant;
  readonly flexibleFloor?: number;
  /** A refusal that the caller found before the ledger was asked; it is kept under the key, and nothing moves. */
  readonly refused?: string;
}

/**
 * Why a transfer cannot be made. When several apply the first in this list is answered. The number is stored:
 * append, never renumber.
 */
export const TRANSFER_STATUSES = {
  AMOUNT_INVALID: 1,
  SAME_ACCOUNT: 2,
  UNIT_MISMATCH: 3,
  PENDING_NOT_FOUND: 4,
  PENDING_ALREADY_POSTED: 5,
  PENDING_ALREADY_VOIDED: 6,
  PENDING_EXPIRED: 7,
  EXCEEDS_PENDING: 8,
  ACCOUNT_NOT_FOUND: 9,
  OVERFLOW: 10,
  INSUFFICIENT: 11,
  /** The caller's own refusal (`Chain.refused`). */
  REFUSED_BEFORE: 12,
} as const;
export type TransferStatus = keyof typeof TRANSFER_STATUSES;

export interface ChainRefused {
  readonly applied: false;
  readonly replayed: boolean;
  readonly status: TransferStatus;
  /** Which transfer of the chain, from 0; −1 for a refusal that the caller brought. */
  readonly at: number;
  /** The `refusal` text of that transfer, or `Chain.refused`. */
  readonly refusal?: string;
  /** What was left on the account, for `INSUFFICIENT`. */
  readonly available?: number;
}

/** By the number of a group, the amount that each of its transfers moved. */
export type GroupAmounts = Readonly<Record<number, number>>;

export interface ChainApplied {
  readonly applied: true;
  /** True when an earlier chain with this key had done it; `id` is that chain's. */
  readonly replayed: boolean;
  readonly id: Id;
  /** The amount that the flexible transfers moved. */
  readonly flexibleAmount?: number;
  /** Absent for a chain without groups. */
  readonly groupAmounts?: GroupAmounts;
}

export interface ChainMismatch {
  readonly applied: false;
  readonly mismatch: true;
}

export type ChainResult = ChainApplied | ChainRefused | ChainMismatch;

export function isMismatch(result: ChainResult): result is ChainMismatch {
  return 'mismatch' in result;
}

/** A transfer as it is stored. */
export interface Transfer {
  readonly id: Id;
  readonly kind: TransferKind;
  readonly debit: AccountKey;
  readonly credit: AccountKey;
  readonly amount: number;
  /** For `POST` and `VOID`: the amount that had been held. */
  readonly released: number;
  readonly pendingId?: Id;
  readonly code: number;
  readonly createdAt: Instant;
}

/** What the writer of a companion row sees of the chain it is written with. */
export interface AppliedChain {
  readonly id: Id;
  readonly flexibleAmount?: number;
  readonly groupAmounts?: GroupAmounts;
  readonly now: Instant;
  /** The balance of an enforced account after the chain, which has opened it or moved something on it. */
  balanceAfter(account: AccountKey): Balance | undefined;
}
