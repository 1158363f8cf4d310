// What a member adds to the figures of who is there: holders of cards, active customers, and who is still there later.
import type { Id } from '../../kernel/id';
import type { EventType } from '../../program/event-type';
import type { Cell } from './cell';
import {
  type Calendar,
  dayAt,
  dayNumbered,
  type EventFact,
  type MemberFacts,
  ranIn,
  type Span,
  type TermFact,
  union,
} from './facts';
import { ACTIVE_DAYS, COMPARED_DAYS, type FigureName, RETENTION_MONTHS } from './figure';

function spansOf(terms: readonly TermFact[]): Span[] {
  return union(terms.flatMap((term) => ranIn(term) ?? []));
}

/** One up on the day on which each span begins, and one down on the day on which it is over. */
function upAndDown(figure: FigureName, spans: readonly Span[], dayOf: (at: number) => number, one?: Id): Cell[] {
  return spans.flatMap(({ from, before }): Cell[] => [
    { figure, day: dayOf(from), one },
    { figure, day: dayOf(before), one, value: -1 },
  ]);
}

/** Who joined, who holds a card of which plan, and who of any membership. */
export function holderCells({ joinedAt, terms }: MemberFacts, calendar: Calendar): Cell[] {
  const dayOf = (at: number) => dayAt(calendar, at);
  const plans = new Set(terms.map(({ planId }) => planId));
  const ofPlan = (plan: Id) => spansOf(terms.filter(({ planId }) => planId === plan));
  return [
    { figure: 'JOINED', day: dayOf(joinedAt) },
    ...[...plans].flatMap((plan) => upAndDown('HOLDERS', ofPlan(plan), dayOf, plan)),
    ...upAndDown('MEMBERSHIP', spansOf(terms.filter(({ isMembership }) => isMembership)), dayOf),
  ];
}

/** Whatever was told of the customer, but returns and refusals. */
const NO_ACTIVITY: ReadonlySet<EventType> = new Set(['RETURN', 'REFUSAL']);

export function activeCells({ events }: MemberFacts, { time }: Calendar): Cell[] {
  const days = new Set(events.filter(({ type }) => !NO_ACTIVITY.has(type)).map(({ at }) => time.dayNumber(at)));
  const spans = [...days].map((day) => ({ from: day, before: day + ACTIVE_DAYS }));
  return upAndDown('ACTIVE', union(spans), dayNumbered);
}

/** When the first membership began, and who still had one so many months later. */
export function retentionCells({ terms }: MemberFacts, calendar: Calendar): Cell[] {
  const spans = spansOf(terms.filter(({ isMembership }) => isMembership));
  const [first] = spans;
  if (!first) return [];
  const day = dayAt(calendar, first.from);
  const cells: Cell[] = [{ figure: 'COHORT', day }];
  const last = spans.at(-1)!.before;
  for (let mark = 1; mark <= RETENTION_MONTHS; mark += 1) {
    const at = calendar.time.addMonths(first.from, mark);
    if (at >= last) break;
    if (spans.some(({ from, before }) => from <= at && at < before)) cells.push({ figure: 'RETAINED', day, mark });
  }
  return cells;
}

/** What each purchase and return added to what was spent, in the order of time. */
function spendings(events: readonly EventFact[]): { readonly at: number; readonly spent: number }[] {
  const left = new Map<string, number>();
  return events.flatMap(({ type, at, amount, orderId }) => {
    if (type !== 'PURCHASE' && type !== 'RETURN') return [];
    const ofOrder = orderId === undefined ? 0 : (left.get(orderId) ?? 0);
    const spent = type === 'PURCHASE' ? (amount ?? 0) : -(amount ?? Math.max(0, ofOrder));
    if (orderId !== undefined) left.set(orderId, ofOrder + spent);
    return [{ at, spent }];
  });
}

/** What the member spent before and after its first membership began, in as many days each. */
export function spendCells({ terms, events }: MemberFacts, { time, currency: unit }: Calendar): Cell[] {
  const [first] = spansOf(terms.filter(({ isMembership }) => isMembership));
  if (!first) return [];
  const begin = time.dayNumber(first.from);
  const all = spendings(events);
  const day = dayNumbered(begin + COMPARED_DAYS);
  const spent = (from: number, before: number) => {
    const within = ({ at }: { at: number }) => time.dayNumber(at) >= from && time.dayNumber(at) < before;
    return all.filter(within).reduce((sum, one) => sum + one.spent, 0);
  };
  return [
    { figure: 'COMPARED', day },
    { figure: 'SPENT_BEFORE', day, unit, value: spent(begin - COMPARED_DAYS, begin) },
    { figure: 'SPENT_AFTER', day, unit, value: spent(begin, begin + COMPARED_DAYS) },
  ];
}
