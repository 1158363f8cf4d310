// How other parts of this room take part in an event: with transfers and rows of its chain, and with work afterwards.
import type { Companion } from '../../ledger/batch';
import type { Opening, TransferInput } from '../../ledger/transfer';
import type { Judging } from '../../members/level';
import type { MemberEvent } from './event';

/** What a consumer adds to the chain that an event is recorded with: all of it happens, or nothing does. */
export interface EventPart {
  readonly openings?: readonly Opening[];
  readonly transfers?: readonly TransferInput[];
  readonly companions?: readonly Companion[];
}

export interface EventConsumer {
  /** Pure: decides from what was read of the member. `judging.now` is when the event occurred. */
  part(event: MemberEvent, judging: Judging): EventPart | undefined;
  /**
   * Called after the commit for events that were new, in the order in which they were recorded. What it does must be
   * due in the database as well (a row written by `part`), so that a worker does it when this process dies before.
   */
  after?(events: readonly MemberEvent[]): Promise<void>;
}
