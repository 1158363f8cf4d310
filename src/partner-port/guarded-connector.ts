// Puts a time budget, careful retries, a circuit breaker and a bulkhead around a connector: calls end by themselves.
import {
  BrokenCircuitError,
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
} from 'cockatiel';
import type { Clock } from '../kernel/clock';
import { CallBudget, timedOut } from './call-budget';
import {
  type Call,
  type Connector,
  type IssueRequest,
  type Operation,
  type Outcome,
  type PartnerApi,
  type RedemptionRef,
  type Unknown,
  type UnknownCause,
  unknown,
} from './connector';
import { type Circuit, HealthRecord, type PartnerHealth } from './partner-health';

/** Milliseconds that a call may take in all: waiting in line and retries included. */
export type Budgets = Readonly<Record<Operation, number>>;

/**
 * Availability gets longer than a member waits for it (`availability-cache.ts`): an answer that comes a little late
 * still serves the next member, and a partner that is slow at lists is not taken for dead at issuing.
 */
export const DEFAULT_BUDGETS: Budgets = {
  availability: 2_000,
  issue: 5_000,
  status: 3_000,
  cancel: 3_000,
  catalogue: 10_000,
  cardStatus: 1_000,
};

export interface GuardOptions {
  readonly budgets?: Partial<Budgets>;
  /** The partner answers a repeated `issue` or `cancel` with the first result, so either may be sent again. */
  readonly honoursIdempotencyKey?: boolean;
  /** Calls at a time. */
  readonly concurrency?: number;
  /** Calls that may wait in line for those. */
  readonly queue?: number;
  /** Milliseconds before a retry, on average; up to half of it more or less by chance. */
  readonly retryPause?: number;
  /** Milliseconds until an open circuit lets a trial through; doubled by each trial that fails, up to the most. */
  readonly trialAfter?: { readonly first: number; readonly most: number };
  /** Told of what a connector throws, which is a fault of ours and not the partner's. */
  readonly onThrow?: (operation: Operation, error: unknown) => void;
}

export interface GuardedApi extends PartnerApi {
  circuit(): Circuit;
  health(): PartnerHealth;
}

const CONCURRENCY = 8;
const QUEUE = 16;
const RETRY_PAUSE = 50;
const TRIAL_AFTER = { first: 2_000, most: 60_000 };
/** The circuit opens when half of the last calls were faults, once there were a few. */
const FAULT_SHARE = 0.5;
const CALLS_COUNTED = 20;
const CALLS_NEEDED = 5;

const WRITES: ReadonlySet<Operation> = new Set(['issue', 'cancel']);
/** Faults that may be gone in a moment. */
const PASSING: ReadonlySet<UnknownCause> = new Set(['UNREACHABLE', 'BROKEN_OFF', 'PARTNER_ERROR']);
const CIRCUITS: Readonly<Record<CircuitState, Circuit>> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Isolated]: 'OPEN',
};

export function guardConnector(connector: Connector, options: GuardOptions, clock: Clock): GuardedApi {
  const guard = new Guard(connector, options, clock);
  const { operations, watched } = connector;
  return {
    operations,
    watched,
    availability: (refs: readonly string[]) => guard.run('availability', (call) => connector.availability(refs, call)),
    issue: (request: IssueRequest) => guard.run('issue', (call) => connector.issue(request, call)),
    status: (redemption: RedemptionRef) => guard.run('status', (call) => connector.status(redemption, call)),
    cancel: (redemption: RedemptionRef) => guard.run('cancel', (call) => connector.cancel(redemption, call)),
    catalogue: (cursor?: string) => guard.run('catalogue', (call) => connector.catalogue!(cursor, call)),
    cardStatus: (memberRef: string) => guard.run('cardStatus', (call) => connector.cardStatus!(memberRef, call)),
    circuit: () => guard.circuit(),
    health: () => guard.health(),
  };
}

type Attempt<Value> = (call: Call) => Promise<Outcome<Value>>;

class Guard {
  private readonly budgets: Budgets;
  private readonly queue: number;
  private readonly concurrency: number;
  private readonly bulkhead: BulkheadPolicy;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly record: HealthRecord;

  constructor(
    private readonly connector: Connector,
    private readonly options: GuardOptions,
    private readonly clock: Clock,
  ) {
    this.budgets = { ...DEFAULT_BUDGETS, ...options.budgets };
    this.concurrency = options.concurrency ?? CONCURRENCY;
    this.queue = options.queue ?? QUEUE;
    this.bulkhead = bulkhead(this.concurrency, this.queue);
    const { first, most } = options.trialAfter ?? TRIAL_AFTER;
    this.breaker = circuitBreaker(
      handleWhenResult((outcome) => isFault(outcome as Outcome<unknown>)),
      {
        halfOpenAfter: new ExponentialBackoff({ initialDelay: first, maxDelay: most }),
        breaker: new CountBreaker({
          threshold: FAULT_SHARE,
          size: CALLS_COUNTED,
          minimumNumberOfCalls: CALLS_NEEDED,
        }),
      },
    );
    this.record = new HealthRecord(clock);
  }

  circuit(): Circuit {
    return CIRCUITS[this.breaker.state];
  }

  health(): PartnerHealth {
    const { executionSlots, queueSlots } = this.bulkhead;
    return this.record.view(this.circuit(), this.concurrency - executionSlots, this.queue - queueSlots);
  }

  async run<Value>(operation: Operation, attempt: Attempt<Value>): Promise<Outcome<Value>> {
    if (!this.connector.operations.has(operation)) return unknown('NOT_TRIED', `The partner has no ${operation}.`);
    const startedAt = this.clock.now();
    const budget = new CallBudget(operation, this.budgets[operation]);
    const outcome = await Promise.race([this.inLine(operation, attempt, budget), budget.over]);
    budget.end();
    this.record.note(operation, outcome, startedAt);
    return outcome;
  }

  private async inLine<Value>(
    operation: Operation,
    attempt: Attempt<Value>,
    budget: CallBudget,
  ): Promise<Outcome<Value>> {
    try {
      return await this.bulkhead.execute(() =>
        budget.begin() ? this.attempts(operation, attempt, budget) : budget.over,
      );
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      return unknown('NOT_TRIED', `${this.concurrency} calls are running and ${this.queue} wait.`);
    }
  }

  private async attempts<Value>(
    operation: Operation,
    attempt: Attempt<Value>,
    budget: CallBudget,
  ): Promise<Outcome<Value>> {
    const first = await this.once(operation, attempt, budget);
    if (budget.signal.aborted || !this.mayRetry(operation, first)) return first;
    const { retryPause = RETRY_PAUSE } = this.options;
    await budget.pause(retryPause * (0.5 + Math.random()));
    if (budget.signal.aborted) return first;
    const second = await this.once(operation, attempt, budget);
    // A second attempt that sent nothing does not undo what the first may have sent.
    return second.kind === 'UNKNOWN' && !second.sent ? first : second;
  }

  private mayRetry(operation: Operation, outcome: Outcome<unknown>): boolean {
    if (outcome.kind !== 'UNKNOWN' || !PASSING.has(outcome.cause)) return false;
    return !outcome.sent || !WRITES.has(operation) || this.options.honoursIdempotencyKey === true;
  }

  private async once<Value>(
    operation: Operation,
    attempt: Attempt<Value>,
    budget: CallBudget,
  ): Promise<Outcome<Value>> {
    // While a trial is under way the others are not kept waiting for how it ends.
    if (this.breaker.state === CircuitState.HalfOpen) return circuitOpen();
    try {
      return await this.breaker.execute(() => Promise.race([this.safely(operation, attempt, budget), budget.over]));
    } catch (error) {
      if (error instanceof BrokenCircuitError) return circuitOpen();
      throw error;
    }
  }

  private async safely<Value>(
    operation: Operation,
    attempt: Attempt<Value>,
    budget: CallBudget,
  ): Promise<Outcome<Value>> {
    const { signal } = budget;
    try {
      const outcome = await attempt({ signal });
      // The caller has gone on as if this had not come; only that nothing was sent is still of use.
      return signal.aborted && outcome.kind !== 'UNKNOWN' ? timedOut(operation) : outcome;
    } catch (error) {
      this.options.onThrow?.(operation, error);
      return unknown('UNREADABLE', `The connector failed at ${operation}; the log has the error.`);
    }
  }
}

/** Declining is an answer, and so is being at it; and what was not tried says nothing about the partner. */
function isFault(outcome: Outcome<unknown>): boolean {
  return outcome.kind === 'UNKNOWN' && outcome.cause !== 'NOT_TRIED' && outcome.cause !== 'PENDING';
}

function circuitOpen(): Unknown {
  return unknown('NOT_TRIED', 'The circuit is open: too many of the last calls failed. It tries again by itself.');
}
