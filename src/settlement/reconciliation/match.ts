// What the redemptions and the lines of one key are to each other, as one pure decision.
import { type Instant, MINUTE } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { type BusinessTime, type DayNumber } from '../../kernel/period';
import type { RedemptionStatus } from '../../redemption/redemption';
import type { FeedBasis, LineState } from './feed';

export const DIFFERENCES = ['AMOUNT', 'DATE', 'STATE'] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** How far apart two things may be and still be the same. */
export interface Tolerance {
  /** In the minor unit. */
  readonly amount: number;
  /** Between two times. */
  readonly minutes: number;
  /** Between two days, where the line tells no time. */
  readonly days: number;
}

/** A redemption of ours, as far as a feed may speak of it. */
export interface Ours {
  readonly redemptionId: Id;
  /** The feed should have it; others are looked at only because a line may mean them. */
  readonly due: boolean;
  readonly amount: number;
  /** When it was used or issued, whichever the feed lists; absent when it was not. */
  readonly at?: Instant;
  readonly status: RedemptionStatus;
}

/** A line of the feed. */
export interface Theirs {
  readonly line: number;
  /** Equal for lines that say the same. */
  readonly content: string;
  readonly amount?: number;
  readonly at?: Instant;
  readonly day?: DayNumber;
  readonly state?: LineState;
}

export type Finding =
  | { readonly kind: 'MATCHED'; readonly ours: Ours; readonly theirs: Theirs }
  | {
      readonly kind: 'DIFFERS';
      readonly ours: Ours;
      readonly theirs: Theirs;
      readonly differs: readonly Difference[];
    }
  | { readonly kind: 'ONLY_OURS'; readonly ours: Ours }
  | { readonly kind: 'ONLY_THEIRS'; readonly theirs: Theirs }
  | { readonly kind: 'DOUBLED'; readonly theirs: Theirs; readonly repeats: number };

export interface MatchRules {
  readonly basis: FeedBasis;
  readonly tolerance: Tolerance;
  /** Of the feed, for lines that tell a day. */
  readonly time: BusinessTime;
  /**
   * Which lines of one key are the same thing told twice: `SAME_KEY` all of them, since one code is used once;
   * `SAME_CONTENT` those that say the same.
   */
  readonly repeats: 'SAME_KEY' | 'SAME_CONTENT';
}

const PAIRS_MAX = 100_000;

interface Pair {
  readonly ours: Ours;
  readonly theirs: Theirs;
  readonly differs: readonly Difference[];
  /** In milliseconds; between days, whole days of them. */
  readonly distance: number;
}

/**
 * Each redemption and each line is in at most one finding. Of all pairs those that differ least are taken first,
 * then the nearest in time, so that a removed or changed line draws no other one with it. Whatever the order of the
 * inputs, the findings are the same.
 */
export function matchGroup(ours: readonly Ours[], lines: readonly Theirs[], rules: MatchRules): Finding[] {
  const sorted = lines.toSorted((left, right) => left.line - right.line);
  const { kept, doubled } = rules.repeats === 'SAME_CONTENT' ? withoutRepeats(sorted) : { kept: sorted, doubled: [] };
  const pairs = pairsOf(ours, kept, rules);
  const pairedOurs = new Set(pairs.map((pair) => pair.ours));
  const pairedLines = new Set(pairs.map((pair) => pair.theirs));
  const alone = kept.filter((theirs) => !pairedLines.has(theirs));
  return [
    ...pairs.map(findingOf),
    ...ours.filter((one) => one.due && !pairedOurs.has(one)).map((one): Finding => ({ kind: 'ONLY_OURS', ours: one })),
    ...aloneFindings(alone, pairs, rules),
    ...doubled,
  ];
}

function findingOf({ ours, theirs, differs }: Pair): Finding {
  return differs.length === 0 ? { kind: 'MATCHED', ours, theirs } : { kind: 'DIFFERS', ours, theirs, differs };
}

function aloneFindings(alone: readonly Theirs[], pairs: readonly Pair[], rules: MatchRules): Finding[] {
  const only = (theirs: Theirs): Finding => ({ kind: 'ONLY_THEIRS', theirs });
  if (rules.repeats !== 'SAME_KEY') return alone.map(only);
  // Of a code that is told several times one line is taken for the use, and the others repeat it.
  const [first, ...others] = pairs.length > 0 ? [pairs[0]!.theirs, ...alone] : alone;
  const repeats = others.map((theirs): Finding => ({ kind: 'DOUBLED', theirs, repeats: first!.line }));
  return pairs.length > 0 || !first ? repeats : [only(first), ...repeats];
}

function withoutRepeats(sorted: readonly Theirs[]): { readonly kept: Theirs[]; readonly doubled: Finding[] } {
  const firsts = new Map<string, Theirs>();
  const doubled: Finding[] = [];
  for (const theirs of sorted) {
    const first = firsts.get(theirs.content);
    if (first) doubled.push({ kind: 'DOUBLED', theirs, repeats: first.line });
    else firsts.set(theirs.content, theirs);
  }
  return { kept: [...firsts.values()], doubled };
}

/** Of a key with very many lines some are paired after the others, so that memory stays bounded. */
function pairsOf(ours: readonly Ours[], lines: readonly Theirs[], rules: MatchRules): Pair[] {
  const width = Math.max(1, Math.floor(PAIRS_MAX / Math.max(1, ours.length)));
  const pairs: Pair[] = [];
  let left = ours;
  for (let from = 0; from < lines.length && left.length > 0; from += width) {
    const next = nearestPairs(left, lines.slice(from, from + width), rules);
    const paired = new Set(next.map((pair) => pair.ours));
    left = left.filter((one) => !paired.has(one));
    pairs.push(...next);
  }
  return pairs;
}

function nearestPairs(ours: readonly Ours[], lines: readonly Theirs[], rules: MatchRules): Pair[] {
  const possible = ours.flatMap((one) => lines.map((theirs) => pairOf(one, theirs, rules)));
  possible.sort(
    (left, right) =>
      left.differs.length - right.differs.length ||
      left.distance - right.distance ||
      Number(right.ours.due) - Number(left.ours.due) ||
      (left.ours.at ?? 0) - (right.ours.at ?? 0) ||
      left.theirs.line - right.theirs.line ||
      (left.ours.redemptionId < right.ours.redemptionId ? -1 : 1),
  );
  const taken = new Set<Ours | Theirs>();
  return possible.filter(({ ours: one, theirs }) => {
    if (taken.has(one) || taken.has(theirs)) return false;
    taken.add(one).add(theirs);
    return true;
  });
}

function pairOf(ours: Ours, theirs: Theirs, { basis, tolerance, time }: MatchRules): Pair {
  const { distance, isFar } = apart(ours, theirs, tolerance, time);
  const found: Record<Difference, boolean> = {
    AMOUNT: theirs.amount !== undefined && Math.abs(theirs.amount - ours.amount) > tolerance.amount,
    DATE: isFar,
    STATE: !agree(basis, ours.status, theirs.state),
  };
  return { ours, theirs, differs: DIFFERENCES.filter((difference) => found[difference]), distance };
}

const DAY_MS = 86_400_000;

/** What was never used has no time of use, and what is said of it is a difference of states alone. */
function apart(ours: Ours, { at, day }: Theirs, { minutes, days }: Tolerance, time: BusinessTime) {
  if (ours.at === undefined) return { distance: Number.MAX_SAFE_INTEGER, isFar: false };
  if (at !== undefined) {
    const distance = Math.abs(at - ours.at);
    return { distance, isFar: distance > minutes * MINUTE };
  }
  if (day === undefined) return { distance: 0, isFar: false };
  const between = Math.abs(day - time.dayNumber(ours.at));
  return { distance: between * DAY_MS, isFar: between > days };
}

/** A feed of uses says by itself that its lines are used, one of issues that they were issued. */
function agree(basis: FeedBasis, ours: RedemptionStatus, theirs: LineState | undefined): boolean {
  if (theirs !== undefined) return ours === theirs;
  return basis === 'USED' ? ours === 'USED' : ours === 'ISSUED' || ours === 'USED' || ours === 'EXPIRED';
}
