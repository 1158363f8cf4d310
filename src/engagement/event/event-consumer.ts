// How other parts of this room take part in an event: with transfers and rows of its chain, and with work afterwards.
import type { ChainPart } from '../../members/credit';
import type { Judging } from '../../members/level';
import type { MemberEvent } from './event';

/**
 * Numbers of groups in an event's chain. Below are those of the rules; each consumer that needs groups takes a hundred
 * of its own from `CONSUMER_GROUPS` on: tasks 100 to 199, lifecycle 200 to 299.
 */
export const SETTLEMENT_GROUPS = 90;
export const CONSUMER_GROUPS = 100;

/** What a consumer adds to the chain that an event is recorded with: all of it happens, or nothing does. */
export type EventPart = Partial<ChainPart>;

export interface EventConsumer {
  /** Pure: decides from what was read of the member. `judging.now` is when the event occurred. */
  part(event: MemberEvent, judging: Judging): EventPart | undefined;
  /**
   * Called after the commit for events that were new, in the order in which they were recorded. What it does must be
   * due in the database as well (a row written by `part`), so that a worker does it when this process dies before
   * or it fails, which is logged and changes nothing of the answer.
   */
  after?(events: readonly MemberEvent[]): Promise<void>;
}
