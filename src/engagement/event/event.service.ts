// The door to events: each is recorded once, with all that it earns, in one chain of the ledger.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { type Companion, companion } from '../../ledger/batch';
import type { LedgerService } from '../../ledger/ledger.service';
import { type Chain, isMismatch } from '../../ledger/transfer';
import { ChainDraft } from '../../members/credit';
import { shown } from '../../members/input-checks';
import { findMemberIds } from '../../members/member.store';
import type { MemberRowsStore } from '../../members/member-rows.store';
import { StalePointsError } from '../../members/points.store';
import type { Catalogue } from '../../program/catalogue';
import { type Asked, addEarnings, type Earning, earningsOf } from '../earning/earning';
import { type EventInput, eventOf, fingerprintOf, type MemberEvent } from './event';
import { type EventPlace, eventWriter, findEvent, findEvents, type RecordedEvent } from './event.store';
import { checkEvent } from './event-checks';
import type { EventConsumer } from './event-consumer';
import { judgingOf } from './facts';
import { Rounds } from './rounds';

export interface EventRecorded {
  readonly event: MemberEvent;
  /** True when it had been recorded before. */
  readonly replayed: boolean;
  readonly earnings: readonly Earning[];
}
export type EventOutcome = EventRecorded | Refusal;

/** What an event is booked by. */
interface Booking {
  readonly chain: Chain;
  readonly companions: readonly Companion[];
  readonly asked: readonly Asked[];
}

/** A member whose points change all the while is told to come again after so many attempts. */
const ATTEMPTS = 10;
const NO_MEMBER = refuse('NOT_FOUND', 'There is no such member.', 'member');
/** Most of what is under way is in batches of the ledger, while the members of the rest are read. */
const ROUNDS = { size: 128, underWay: 1_024 };

export interface EventLog {
  error(details: object, message: string): void;
}

export class EventService {
  private readonly rounds = new Rounds((event: MemberEvent) => this.recordOne(event), ROUNDS);

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly memberRows: MemberRowsStore,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
    private readonly log: EventLog,
    private readonly consumers: readonly EventConsumer[] = [],
  ) {}

  /**
   * Records events, each by itself: one that is refused keeps no other back. Those of one member are taken in the order
   * given, since each may change what the next one earns. The outcomes come in the order of the inputs.
   */
  async record(inputs: readonly EventInput[]): Promise<readonly EventOutcome[]> {
    const now = this.clock.now();
    const outcomes: (EventOutcome | undefined)[] = inputs.map((input) => checkEvent(input, now));
    const sound = inputs.flatMap((input, at) => (outcomes[at] ? [] : [{ input, at }]));
    const ids = await findMemberIds(this.database.read, [...new Set(sound.map(({ input }) => input.member))]);
    const ofMember = new Map<Id, { event: MemberEvent; at: number }[]>();
    for (const { input, at } of sound) {
      const memberId = ids.get(input.member);
      if (memberId === undefined) {
        outcomes[at] = refuse('NOT_FOUND', `There is no member ${shown(input.member)}.`, 'member');
        continue;
      }
      const event = { event: eventOf(input, memberId), at };
      const known = ofMember.get(memberId);
      if (known) known.push(event);
      else ofMember.set(memberId, [event]);
    }
    const recorded: MemberEvent[] = [];
    const work = [...ofMember.values()].map(async (events) => {
      for (const { event, at } of events) {
        const outcome = await this.rounds.run(event);
        outcomes[at] = outcome;
        if (!isRefusal(outcome) && !outcome.replayed) recorded.push(event);
      }
    });
    await Promise.all(work);
    if (recorded.length > 0) await this.follow(recorded);
    return outcomes as EventOutcome[];
  }

  /** The events are booked: what fails after them, perhaps for one member alone, is due to the worker as well. */
  private async follow(recorded: readonly MemberEvent[]): Promise<void> {
    for (const consumer of this.consumers) {
      try {
        await consumer.after?.(recorded);
      } catch (error) {
        this.log.error({ err: error }, 'what follows recorded events could not be done; the worker tries again');
      }
    }
  }

  private async recordOne(event: MemberEvent): Promise<EventOutcome> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      // Read and built anew at each attempt, because what it was built on is not so any more.
      const booking = await this.bookingOf(event);
      if (!booking) return NO_MEMBER;
      try {
        return await this.submit(event, booking);
      } catch (error) {
        if (!(error instanceof StalePointsError)) throw error;
      }
    }
    return refuse('CONFLICT', 'The points of the member change all the while. Send the event again.', 'member');
  }

  /** The rows of the member are done with when this returns: what waits for the ledger should hold little in memory. */
  private async bookingOf(event: MemberEvent): Promise<Booking | undefined> {
    const rows = await this.memberRows.loadForEvent(event.memberId);
    if (!rows) return undefined;
    const catalogue = this.catalogue();
    const judging = judgingOf(rows, catalogue, event.occurredAt);
    const now = this.clock.now();
    const draft = new ChainDraft();
    const asked = addEarnings(draft, event, judging, now);
    for (const consumer of this.consumers) draft.add(consumer.part(event, judging));
    const row = { event, asked, programVersion: catalogue.programVersion };
    draft.companions.push(companion(eventWriter, row));
    const { openings, transfers, companions } = draft;
    const fingerprint = fingerprintOf(event);
    return { chain: { key: event.id, fingerprint, id: newId(now), openings, transfers }, companions, asked };
  }

  private async submit(event: MemberEvent, { chain, companions, asked }: Booking): Promise<EventOutcome> {
    const result = await this.ledger.submit(chain, companions);
    if (isMismatch(result)) {
      const named = `Event ${shown(event.eventId)} of ${shown(event.source)}`;
      return refuse('IDEMPOTENCY_MISMATCH', `${named} was recorded before with other content.`, 'eventId');
    }
    if (!result.applied) return refuse('CONFLICT', `The event could not be booked: ${result.status}.`);
    if (!result.replayed) return { event, replayed: false, earnings: earningsOf(asked, result.groupAmounts) };
    const known = await findEvent(this.database.read, event);
    return { event, replayed: true, earnings: known?.earnings ?? [] };
  }

  /** Events of a member, the latest first. Authorise before asking. */
  eventsOf(wanted: { memberId: Id; before?: EventPlace; limit: number }): Promise<RecordedEvent[]> {
    return findEvents(this.database.read, wanted);
  }
}
