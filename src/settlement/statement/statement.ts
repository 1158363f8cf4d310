// The words of statements: what is stated of an agreement for a period, in totals by item and in lines.
import type { ExchangeKind, ExchangeSide } from '../../agreements/agreement';
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

/** Of the file and of what its hash is made of; another one for another form. */
export const STATEMENT_FORM = 1;

/**
 * A redemption that counts or is taken back, a delivery as it was recorded, and what was put right. The first three are
 * given or received; the last stands apart.
 */
export const LINE_KINDS = ['REDEMPTION', 'REVERSAL', 'DELIVERY', 'ADJUSTMENT'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** In pieces, and in the minor unit; signed. */
export interface Sum {
  readonly quantity: number;
  readonly value: number;
}

export const NOTHING: Sum = { quantity: 0, value: 0 };

export function plus(left: Sum, right: Sum): Sum {
  return { quantity: left.quantity + right.quantity, value: left.value + right.value };
}

export interface StatementLine extends Sum {
  /** Of the chain of the ledger that moved it. */
  readonly id: Id;
  /** When it was booked. */
  readonly at: Instant;
  /** The code of the item. */
  readonly item: string;
  readonly kind: LineKind;
  /** The redemption, or the source and id of a delivery or an adjustment; absent where the books do not tell. */
  readonly reference?: string;
}

export interface StatedItem {
  readonly number: number;
  readonly code: string;
  /** Who gives it. */
  readonly side: ExchangeSide;
  readonly kind: ExchangeKind;
  readonly unit: string;
  /** As agreed when it was stated, in the minor unit. */
  readonly unitValue: number;
  /** The closing of the statement before. */
  readonly opening: Sum;
  /** What its side gave in this statement. */
  readonly counted: Sum;
  readonly adjusted: Sum;
  /** opening + counted + adjusted */
  readonly closing: Sum;
  /** What of the closing was in dispute when it was stated. */
  readonly disputed: Sum;
}

export interface StatementHead {
  /** The code of the agreement. */
  readonly agreement: string;
  readonly title: string;
  /** The code of the partner. */
  readonly partner: string;
  /** From 1, without gaps in an agreement. */
  readonly number: number;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  /** In which its months and days are. */
  readonly timeZone: string;
  readonly currency: string;
  readonly issuedAt: Instant;
  /** The hash of the statement before; absent for the first one. */
  readonly previousHash?: string;
}

/** All of a statement but its lines. */
export interface StatementBody extends StatementHead {
  readonly items: readonly StatedItem[];
  readonly lineCount: number;
  /** SHA-256 in hexadecimal digits of the canonical text (decision 0001). */
  readonly hash: string;
}

/** In the minor unit; above zero the partner is ahead. */
export interface StatementTotals {
  readonly opening: number;
  readonly received: number;
  readonly given: number;
  /** What was put right: of what the partner gave, less of what the operator gave. */
  readonly adjustments: number;
  readonly closing: number;
  /** In dispute, of either side. */
  readonly disputed: number;
}

/** The imbalance before, what moved it, and after: opening + received − given + adjustments = closing. */
export function totalsOf(items: readonly StatedItem[]): StatementTotals {
  const sum = (part: 'opening' | 'counted' | 'adjusted' | 'closing' | 'disputed', side?: ExchangeSide) =>
    items.reduce((all, item) => all + (side === undefined || item.side === side ? item[part].value : 0), 0);
  const ahead = (part: 'opening' | 'adjusted' | 'closing') => sum(part, 'PARTNER') - sum(part, 'OPERATOR');
  return {
    opening: ahead('opening'),
    received: sum('counted', 'PARTNER'),
    given: sum('counted', 'OPERATOR'),
    adjustments: ahead('adjusted'),
    closing: ahead('closing'),
    disputed: sum('disputed'),
  };
}

export interface Signature {
  readonly at: Instant;
  /** `role:subject`. */
  readonly by: string;
}

/** A statement as it is kept. */
export interface Statement {
  readonly id: Id;
  readonly agreementId: Id;
  readonly partnerId: Id;
  readonly body: StatementBody;
  /** `role:subject`. */
  readonly issuedBy: string;
  readonly operator?: Signature;
  readonly partner?: Signature;
}
