// What the checks of the contract suite have in hand: the connector with a watch on each call, and ids of their own.
import { assert } from '../kernel/assert';
import { type Clock, DAY } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import type { Money } from '../kernel/money';
import type { Call, Connector, Issued, IssueRequest, Operation, Outcome, RedemptionRef } from './connector';
import type { NoReply, PartnerReply } from './transport';

/** How a request is signed that goes past the connector. */
export type Signing = 'RIGHT' | 'WRONG_SECRET' | 'OTHER_BODY' | 'TOO_OLD' | 'MISSING';

export interface RawRequest {
  readonly path: string;
  /** Makes it a POST, with exactly this text as its body. */
  readonly body?: string;
  readonly signing: Signing;
}

/** Requests past the connector, for kinds of manifests whose protocol is known. */
export interface RawAccess {
  send(request: RawRequest, signal: AbortSignal): Promise<PartnerReply | NoReply>;
}

export interface SuiteOptions {
  readonly connector: Connector;
  readonly clock: Clock;
  /** An offer of the partner that can be issued often enough: the suite takes about ten. */
  readonly offerRef: string;
  readonly memberRef?: string;
  /** A member with a card at the partner, if it runs cards. */
  readonly cardHolder?: string;
  readonly faceValue?: Money;
  /** Milliseconds within which each answer is due; the suite waits for twice as long. 2,000 by default. */
  readonly budget?: number;
  /** Makes the coupon used at the partner, where that can be provoked; answers whether it worked. */
  readonly use?: (redemptionId: Id) => Promise<boolean>;
  readonly raw?: RawAccess;
}

const BUDGET_MS = 2_000;
const PATIENCE = 2;
const VALID_DAYS = 7;

export interface Timed {
  readonly operation: Operation;
  readonly milliseconds: number;
}

export class Scene {
  readonly budget: number;
  readonly timed: Timed[] = [];
  private readonly made: IssueRequest[] = [];

  constructor(readonly options: SuiteOptions) {
    this.budget = options.budget ?? BUDGET_MS;
  }

  /** A request for an issue that nobody has sent yet. */
  request(changes: Partial<IssueRequest> = {}): IssueRequest {
    const { clock, offerRef, memberRef = 'verify-member', faceValue = { amount: 100, currency: 'CNY' } } = this.options;
    const claimedAt = clock.now();
    const redemptionId = newId(claimedAt);
    const expiresAt = claimedAt + VALID_DAYS * DAY;
    return { redemptionId, offerRef, memberRef, claimedAt, expiresAt, faceValue, ...changes };
  }

  async issue(request: IssueRequest): Promise<Outcome<Issued>> {
    this.made.push(request);
    return this.ask('issue', (call) => this.options.connector.issue(request, call));
  }

  availability(offerRefs: readonly string[]) {
    return this.ask('availability', (call) => this.options.connector.availability(offerRefs, call));
  }

  status(redemption: RedemptionRef) {
    return this.ask('status', (call) => this.options.connector.status(redemption, call));
  }

  cancel(redemption: RedemptionRef) {
    return this.ask('cancel', (call) => this.options.connector.cancel(redemption, call));
  }

  /** For checks that are run only with raw access. */
  raw(request: RawRequest): Promise<PartnerReply | NoReply> {
    const { raw } = this.options;
    assert(raw, 'no raw access');
    return raw.send(request, this.patience());
  }

  /** Calls the connector and keeps how long it took. */
  async ask<Value>(operation: Operation, work: (call: Call) => Promise<Value>): Promise<Value> {
    const begun = performance.now();
    try {
      return await work({ signal: this.patience() });
    } finally {
      this.timed.push({ operation, milliseconds: performance.now() - begun });
    }
  }

  private patience(): AbortSignal {
    return AbortSignal.timeout(this.budget * PATIENCE);
  }

  /** Takes back what the checks have issued, as far as the partner lets them. */
  async cleanUp(): Promise<void> {
    const { connector } = this.options;
    await Promise.all(this.made.map((request) => connector.cancel(request, { signal: this.patience() })));
  }
}
