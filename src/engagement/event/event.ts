// What happens to a member outside of the gateway, as the operator's server reports it.
import type { Instant } from '../../kernel/clock';
import { type Id, namedId } from '../../kernel/id';
import type { EventType } from '../../program/event-type';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

interface Told {
  /** Which of the operator's systems tells it, such as `shop`. */
  readonly source: string;
  /** The source's own id of the event. */
  readonly eventId: string;
  readonly type: EventType;
  /** For `CUSTOM`: what happened, such as `unlock-by-scan`. */
  readonly name?: string;
  readonly occurredAt: Instant;
  /** Money in the minor unit of the program's currency, for `PURCHASE`, `RETURN` and `RECHARGE`. */
  readonly amount?: number;
  /** The order of a `PURCHASE`; what a `RETURN`, `REFUSAL` or `REVIEW` refers to. */
  readonly orderId?: string;
}

/** As it is told. */
export interface EventInput extends Told {
  /** The operator's own id of the member. */
  readonly member: string;
  readonly quantity?: number;
  readonly attributes?: Attributes;
}

export interface MemberEvent extends Told {
  /** Made of source and event id (`eventIdOf`), so that an event that is sent again is the same one. */
  readonly id: Id;
  readonly memberId: Id;
  /** Metres of `DISTANCE`, seconds of `WATCH`; 1 unless told. */
  readonly quantity: number;
  readonly attributes: Attributes;
}

export function eventIdOf(source: string, eventId: string): Id {
  return namedId('event', source, eventId);
}

export function eventOf(input: EventInput, memberId: Id): MemberEvent {
  const { source, eventId, type, name, occurredAt, amount, quantity = 1, orderId, attributes = {} } = input;
  const id = eventIdOf(source, eventId);
  return { id, memberId, source, eventId, type, name, occurredAt, amount, quantity, orderId, attributes };
}

/** A digest of all that was told, so that an event of the same id with other content is found out. */
export function fingerprintOf(event: MemberEvent): Id {
  const { memberId, type, name, occurredAt, amount, quantity, orderId, attributes } = event;
  const sorted = Object.entries(attributes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return namedId('event', JSON.stringify([memberId, type, name, occurredAt, amount, quantity, orderId, sorted]));
}
