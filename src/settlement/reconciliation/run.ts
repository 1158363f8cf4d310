// The words of runs: one comparison of a feed with our redemptions and the pools, and how far it has come.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { Tolerance } from './match';

/** Our side is gathered in the order of the keys; then it is matched with the feed; then it is done. */
export const RUN_STATES = ['GATHERING', 'MATCHING', 'DONE'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What a line or a redemption was found to be. All but `MATCHED` are items. */
export const OUTCOMES = ['MATCHED', 'ONLY_OURS', 'ONLY_THEIRS', 'DIFFERS', 'UNKNOWN', 'DOUBLED'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type FoundKind = Exclude<Outcome, 'MATCHED'>;

export interface OutcomeTotal {
  readonly count: number;
  /** Of our redemptions, in the minor unit. */
  readonly ours: number;
  /** Of the lines that tell an amount, in the minor unit. */
  readonly theirs: number;
}
export type RunTotals = Readonly<Partial<Record<Outcome, OutcomeTotal>>>;

/** After which redemption, or after which key; within a key, after which line. */
export interface RunPosition {
  readonly after: string;
  /** There are more lines of the key than were looked at together; `first` is the one that they repeat. */
  readonly within?: { readonly line: number; readonly first: number };
}

/** Before every redemption and before every key. */
export const RUN_START: RunPosition = { after: '' };

export interface Run {
  readonly id: Id;
  readonly feedId: Id;
  readonly partnerId: Id;
  readonly tolerance: Tolerance;
  readonly state: RunState;
  /** Grows with each pass; a pass that was made for another number comes too late. */
  readonly stepNo: number;
  readonly position: RunPosition;
  readonly totals: RunTotals;
  /** Redemptions gathered and lines matched so far, of so many. */
  readonly done: number;
  readonly total: number;
  readonly startedAt: Instant;
  readonly startedBy: string;
  readonly endedAt?: Instant;
}

export function added(totals: RunTotals, more: RunTotals): RunTotals {
  const sums: Partial<Record<Outcome, OutcomeTotal>> = { ...totals };
  for (const outcome of OUTCOMES) {
    const [left, right] = [totals[outcome], more[outcome]];
    if (!left || !right) sums[outcome] = left ?? right;
    else {
      sums[outcome] = {
        count: left.count + right.count,
        ours: left.ours + right.ours,
        theirs: left.theirs + right.theirs,
      };
    }
  }
  return sums;
}
