// Events as the API shows them.
import { toGlobalId } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import { encodeCursor } from '../../kernel/page';
import { isRefusal } from '../../kernel/refusal';
import { toRefusalType } from '../../request/shared.type';
import { type Earning, totalsOf } from '../earning/earning';
import type { EventInput, MemberEvent } from './event';
import type { EventOutcome } from './event.service';
import type { RecordedEvent } from './event.store';
import type { EventResultType, MemberEventConnectionType, MemberEventType } from './event.type';

export const EVENT_CURSOR = 'member-events';

export function toEventType(event: MemberEvent, earnings: readonly Earning[], currency: Unit): MemberEventType {
  const { id, source, eventId, type, name, occurredAt, amount, quantity, orderId, attributes } = event;
  return {
    id: toGlobalId('memberEvent', id),
    source,
    eventId,
    type,
    name: name ?? null,
    occurredAt: new Date(occurredAt),
    amount: amount === undefined ? null : { amount, currency },
    quantity,
    orderId: orderId ?? null,
    attributes,
    earned: totalsOf(earnings),
    earnings,
  };
}

export function toResultType({ source, eventId }: EventInput, outcome: EventOutcome, currency: Unit): EventResultType {
  if (isRefusal(outcome)) {
    return { source, eventId, replayed: false, event: null, refusal: toRefusalType(outcome) };
  }
  const { event, replayed, earnings } = outcome;
  return { source, eventId, replayed, event: toEventType(event, earnings, currency), refusal: null };
}

export function eventPage(found: readonly RecordedEvent[], first: number, currency: Unit): MemberEventConnectionType {
  const edges = found.slice(0, first).map(({ event, earnings }) => ({
    cursor: encodeCursor(EVENT_CURSOR, `${event.occurredAt} ${event.id}`),
    node: toEventType(event, earnings, currency),
  }));
  return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}
