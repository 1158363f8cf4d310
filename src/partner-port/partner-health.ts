// How a partner's API has been doing, kept in memory for staff: counts, the last fault, and how long calls take.
import type { Clock, Instant } from '../kernel/clock';
import type { Operation, Outcome, UnknownCause } from './connector';

export type Circuit = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface OperationHealth {
  readonly confirmed: number;
  readonly declined: number;
  /** How often it was unknown, by cause. */
  readonly unknown: Readonly<Partial<Record<UnknownCause, number>>>;
  /** Milliseconds; of the calls that were tried, the later ones counting more. Absent before the first one. */
  readonly latency?: number;
}

export interface PartnerFault {
  readonly operation: Operation;
  readonly cause: UnknownCause;
  /** Holds no secret. */
  readonly message: string;
  readonly at: Instant;
}

/** Since the gateway started, in this process. */
export interface PartnerHealth {
  readonly circuit: Circuit;
  /** Calls that run now, and those that wait for one of them to end. */
  readonly running: number;
  readonly waiting: number;
  readonly operations: Readonly<Partial<Record<Operation, OperationHealth>>>;
  readonly lastFault?: PartnerFault;
  /** When the partner last confirmed or declined something. */
  readonly lastAnswerAt?: Instant;
}

/** The weight of the newest call in the average. */
const NEWEST = 0.2;

interface Tally {
  confirmed: number;
  declined: number;
  unknown: Partial<Record<UnknownCause, number>>;
  latency?: number;
}

export class HealthRecord {
  private readonly tallies = new Map<Operation, Tally>();
  private lastFault: PartnerFault | undefined;
  private lastAnswerAt: Instant | undefined;

  constructor(private readonly clock: Clock) {}

  note(operation: Operation, outcome: Outcome<unknown>, startedAt: Instant): void {
    const now = this.clock.now();
    const tally = this.tallyOf(operation);
    if (outcome.kind === 'UNKNOWN') {
      const { cause, message } = outcome;
      tally.unknown[cause] = (tally.unknown[cause] ?? 0) + 1;
      // What was not tried says nothing new about the partner; the fault that led there stays.
      if (cause === 'NOT_TRIED') return;
      this.lastFault = { operation, cause, message, at: now };
    } else {
      if (outcome.kind === 'CONFIRMED') tally.confirmed += 1;
      else tally.declined += 1;
      this.lastAnswerAt = now;
    }
    const took = now - startedAt;
    tally.latency = tally.latency === undefined ? took : tally.latency + (took - tally.latency) * NEWEST;
  }

  view(circuit: Circuit, running: number, waiting: number): PartnerHealth {
    const operations = Object.fromEntries(
      [...this.tallies].map(([operation, tally]) => [operation, { ...tally, unknown: { ...tally.unknown } }]),
    );
    const { lastFault, lastAnswerAt } = this;
    return { circuit, running, waiting, operations, lastFault, lastAnswerAt };
  }

  private tallyOf(operation: Operation): Tally {
    const known = this.tallies.get(operation);
    if (known) return known;
    const fresh: Tally = { confirmed: 0, declined: 0, unknown: {} };
    this.tallies.set(operation, fresh);
    return fresh;
  }
}
