// What the catalogue holds of an agreement of exchange: when it is in force, and what its items say of offers.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { PeriodKind } from '../kernel/period';
import type { Code } from './code';

/** At most so many in each period; `TERM` is the whole agreement. */
export interface ExchangeCeiling {
  readonly period: Exclude<PeriodKind, 'YEAR'>;
  readonly quantity: number;
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

export interface AgreementDefinition {
  readonly code: Code;
  readonly partnerId: Id;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  readonly currency: string;
  /** How far the partner may get ahead, in the minor unit; absent: as far as it comes. */
  readonly theirsAhead?: number;
  readonly items: readonly ExchangeItem[];
}
