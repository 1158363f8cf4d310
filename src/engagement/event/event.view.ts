// Events as the API shows them.

import { type Id, toGlobalId } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import { encodeCursor } from '../../kernel/page';
import { isRefusal } from '../../kernel/refusal';
import { type Connection, connectionPage } from '../../request/connection';
import { toRefusalType } from '../../request/shared.type';
import { totalsOf } from '../earning/earning';
import type { TakenBack } from '../return/return.store';
import type { EventInput } from './event';
import type { EventOutcome } from './event.service';
import type { RecordedEvent } from './event.store';
import type { EventResultType, MemberEventType } from './event.type';

export const EVENT_CURSOR = 'member-events';

/** What returns took back, by the ids of their events. */
export type TakenBackBy = ReadonlyMap<Id, TakenBack>;

export function toEventType(
  { event, earnings }: Pick<RecordedEvent, 'event' | 'earnings'>,
  currency: Unit,
  takenBack: TakenBackBy,
): MemberEventType {
  const { id, source, eventId, type, name, occurredAt, amount, quantity, orderId, attributes } = event;
  const taken = takenBack.get(id);
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
    takenBack: taken?.state === 'DONE' ? taken : null,
  };
}

export function toResultType(
  { source, eventId }: EventInput,
  outcome: EventOutcome,
  currency: Unit,
  takenBack: TakenBackBy,
): EventResultType {
  if (isRefusal(outcome)) {
    return { source, eventId, replayed: false, event: null, refusal: toRefusalType(outcome) };
  }
  return {
    source,
    eventId,
    replayed: outcome.replayed,
    event: toEventType(outcome, currency, takenBack),
    refusal: null,
  };
}

export function eventPage(
  found: readonly RecordedEvent[],
  first: number,
  currency: Unit,
  takenBack: TakenBackBy,
): Connection<MemberEventType> {
  return connectionPage(found, first, (recorded) => ({
    cursor: encodeCursor(EVENT_CURSOR, `${recorded.event.occurredAt} ${recorded.event.id}`),
    node: toEventType(recorded, currency, takenBack),
  }));
}
