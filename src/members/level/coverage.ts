// When cards of some plans ran: the spans of time, as far as growth and levels count them.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

/** What coverage needs to know of a card; a `Card` has it. */
export interface CoveringCard {
  readonly planId: Id;
  readonly openedAt: Instant;
  readonly status: 'ACTIVE' | 'CLOSED';
  readonly closedAt?: Instant;
  readonly terms: readonly { readonly startsAt: Instant; readonly endsAt: Instant }[];
}

export interface Span {
  readonly start: Instant;
  /** Exclusive. */
  readonly end: Instant;
}

/**
 * The spans in which a card of one of the plans runs, merged, in their order. A card that is opened for the past counts
 * from when it was opened, and a closed one until it was closed: so what has passed never changes any more.
 */
export function coverageOf(cards: readonly CoveringCard[], plans: Pick<ReadonlySet<Id>, 'has'>): Span[] {
  const spans: Span[] = [];
  for (const { planId, openedAt, status, closedAt = openedAt, terms } of cards) {
    if (!plans.has(planId)) continue;
    const last = status === 'CLOSED' ? closedAt : Number.POSITIVE_INFINITY;
    for (const { startsAt, endsAt } of terms) {
      const [start, end] = [Math.max(startsAt, openedAt), Math.min(endsAt, last)];
      if (start < end) spans.push({ start, end });
    }
  }
  return merge(spans);
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.sort((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) merged[merged.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else merged.push(span);
  }
  return merged;
}

export function covers(spans: readonly Span[], instant: Instant): boolean {
  return spans.some(({ start, end }) => start <= instant && instant < end);
}

/** As `covers`, a moment before. */
export function coveredBefore(spans: readonly Span[], instant: Instant): boolean {
  return spans.some(({ start, end }) => start < instant && instant <= end);
}

/** The next begin or end of a span after an instant. */
export function nextBoundary(spans: readonly Span[], after: Instant): Instant | undefined {
  for (const { start, end } of spans) {
    if (start > after) return start;
    if (end > after) return end;
  }
  return undefined;
}
