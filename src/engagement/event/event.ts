// What happens to a member outside of the gateway, as the operator's server reports it.
import type { Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import type { EventType } from '../../program/event-type';

export interface MemberEvent {
  /** Made of source and event id (`eventIdOf`), so that an event that is sent again is the same one. */
  readonly id: Id;
  readonly memberId: Id;
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
  /** Metres of `DISTANCE`, seconds of `WATCH`; 1 unless told. */
  readonly quantity: number;
  /** The order of a `PURCHASE`; what a `RETURN`, `REFUSAL` or `REVIEW` refers to. */
  readonly orderId?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}
