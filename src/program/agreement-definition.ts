// What the catalogue holds of an agreement of exchange: when it is in force, and what its items say of offers.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { PeriodKind } from '../kernel/period';
import type { Code } from './code';

/** What a limit was before a revision changed it. */
export interface EarlierLimit {
  /** The last instant at which a claim may have gone by it, in a process that heard of the revision late. */
  readonly until: Instant;
  /** The number of that revision. */
  readonly revision: number;
  /** In pieces, or in the minor unit; absent where there was no limit that refused anything. */
  readonly quantity?: number;
}

/** At most so many in each period; `TERM` is the whole agreement. */
export interface ExchangeCeiling {
  readonly period: Exclude<PeriodKind, 'YEAR'>;
  readonly quantity: number;
  /** Oldest first; absent where no amendment changed it. */
  readonly earlier?: readonly EarlierLimit[];
}

export interface ExchangeItem {
  /** From 1, and the same in all revisions of the agreement. */
  readonly number: number;
  readonly code: Code;
  /** In the minor unit. */
  readonly unitValue: number;
  readonly countsAt: 'ISSUE' | 'USE';
  /** Whether claims are refused at a ceiling; otherwise they are only counted. */
  readonly enforced: boolean;
  readonly ceilings: readonly ExchangeCeiling[];
  /** The ids of the offers that it pays for. */
  readonly offers: readonly Id[];
}

/** A revision while it is in force. */
export interface AgreementPhase {
  readonly revision: number;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  /** How far the partner may get ahead, in the minor unit; absent: as far as it comes. */
  readonly theirsAhead?: number;
  /** What `theirsAhead` was before, oldest first. */
  readonly earlierAhead?: readonly EarlierLimit[];
  readonly items: readonly ExchangeItem[];
}

export interface AgreementDefinition {
  readonly code: Code;
  readonly partnerId: Id;
  readonly currency: string;
  /** One after the other. */
  readonly phases: readonly AgreementPhase[];
}
