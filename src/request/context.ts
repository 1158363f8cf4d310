// What a resolver is handed for one request: who asks, what time it is, and under which id the log knows it.
import type { Actor } from '../kernel/actor';
import type { Clock, Instant } from '../kernel/clock';

export interface RequestContext {
  /** Absent for a request without a token; such a request may name only what is open to all. */
  readonly actor: Actor | undefined;
  readonly requestId: string;
  /** One instant for the whole request, so that all its answers agree. */
  readonly now: Instant;
  readonly clock: Clock;
}
