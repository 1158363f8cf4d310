// The words of items: what did not match, what the two sides say of it, and what was decided.
import type { Instant } from '../../kernel/clock';
import { type Id, ZERO_ID } from '../../kernel/id';
import type { DayNumber } from '../../kernel/period';
import type { RedemptionStatus } from '../../redemption/redemption';
import { ITEM_KINDS } from '../../redemption/saga/moves';
import type { LineState } from './feed';
import type { Difference, Finding, Ours, Theirs } from './match';
import type { FoundKind } from './run';
import type { Pooled } from './run.store';

const FOUND_KINDS = ['ONLY_OURS', 'ONLY_THEIRS', 'DIFFERS', 'UNKNOWN', 'DOUBLED'] as const satisfies FoundKind[];
/** What a run finds, and what the saga of partners' coupons finds. */
export const RECONCILIATION_KINDS = [...FOUND_KINDS, ...ITEM_KINDS] as const;
export type ReconciliationKind = (typeof RECONCILIATION_KINDS)[number];

/** `DISPUTED` waits for a word of the partner, or for another decision; the others close the item. */
export const DECISIONS = ['ACCEPTED', 'DISPUTED', 'WRITTEN_OFF'] as const;
export type Decision = (typeof DECISIONS)[number];

export const ANSWERS = ['AGREED', 'DISAGREED'] as const;
export type Answer = (typeof ANSWERS)[number];

export interface OurSide {
  /** In the minor unit. */
  readonly amount: number;
  readonly at?: Instant;
  readonly status: RedemptionStatus;
}

export interface TheirSide {
  readonly amount?: number;
  readonly at?: Instant;
  readonly day?: DayNumber;
  readonly state?: LineState;
}

/** What each side says, kept as it was found. */
export interface Sides {
  readonly ours?: OurSide;
  readonly theirs?: TheirSide;
  /** The line that is said once more. */
  readonly repeats?: number;
  readonly pool?: Pooled;
}

/** A row of the list; what a run found has a run. */
export interface ReconciliationItem {
  readonly id: Id;
  readonly redemptionId?: Id;
  readonly partnerId: Id;
  readonly kind: ReconciliationKind;
  readonly detail: string;
  readonly foundAt: Instant;
  readonly runId?: Id;
  readonly line?: number;
  readonly differs: readonly Difference[];
  readonly sides: Sides;
  readonly decision?: {
    readonly decision: Decision;
    readonly reason: string;
    readonly at: Instant;
    readonly by: string;
    /** The id of the adjustment that came with it. */
    readonly adjustment?: Id;
  };
  readonly answer?: { readonly answer: Answer; readonly text: string; readonly at: Instant; readonly by: string };
  readonly resolvedAt?: Instant;
}

/** What a pass adds to the list. */
export interface FoundItem {
  readonly kind: FoundKind;
  readonly redemptionId: Id;
  readonly line?: number;
  readonly differs: readonly Difference[];
  readonly sides: Sides;
  readonly detail: string;
}

const ourSide = ({ amount, at, status }: Ours): OurSide => ({ amount, at, status });
const theirSide = ({ amount, at, day, state }: Theirs): TheirSide => ({ amount, at, day, state });

const DIFFERENCE_WORDS: Readonly<Record<Difference, string>> = { AMOUNT: 'amount', DATE: 'date', STATE: 'state' };

/** `pool`: what the pools know of a line that no redemption has; `known`: whether anything is known of it. */
export function itemOf(finding: Exclude<Finding, { kind: 'MATCHED' }>, pool?: Pooled, known = true): FoundItem {
  const none = { redemptionId: ZERO_ID, differs: [] };
  switch (finding.kind) {
    case 'ONLY_OURS': {
      const { ours } = finding;
      const detail = 'It is in our books, and the feed has no line for it.';
      return { ...none, kind: 'ONLY_OURS', redemptionId: ours.redemptionId, sides: { ours: ourSide(ours) }, detail };
    }
    case 'DIFFERS': {
      const { ours, theirs, differs } = finding;
      const words = differs.map((difference) => DIFFERENCE_WORDS[difference]).join(' and ');
      const detail = `Line ${theirs.line} and our books differ in ${words}.`;
      const sides = { ours: ourSide(ours), theirs: theirSide(theirs) };
      return { kind: 'DIFFERS', redemptionId: ours.redemptionId, line: theirs.line, differs, sides, detail };
    }
    case 'DOUBLED': {
      const { theirs, repeats } = finding;
      const detail = `Line ${theirs.line} says once more what line ${repeats} says.`;
      return { ...none, kind: 'DOUBLED', line: theirs.line, sides: { theirs: theirSide(theirs), repeats }, detail };
    }
    case 'ONLY_THEIRS': {
      const { theirs } = finding;
      const sides = { theirs: theirSide(theirs), pool };
      const kind = known ? 'ONLY_THEIRS' : 'UNKNOWN';
      return { ...none, kind, line: theirs.line, sides, detail: aloneDetail(theirs.line, pool, known) };
    }
  }
}

function aloneDetail(line: number, pool: Pooled | undefined, known: boolean): string {
  if (!known) return `Line ${line} names what neither our books nor the pools of the partner know.`;
  if (!pool) return `Line ${line} has no counterpart in our books.`;
  const told = pool.issued ? 'was handed out, but not to a redemption of that time' : 'was never handed out';
  return `Line ${line} has no counterpart in our books; code ${pool.seq} of the pool ${told}.`;
}
