// A partner of the tests: well-behaved unless a test stages what it does next; keeps its own books of coupons.
import type { Id } from '../../src/kernel/id';
import {
  confirmed,
  declined,
  type Issued,
  type IssueRequest,
  OPERATIONS,
  type Operation,
  type Outcome,
  type PartnerApi,
  type PartnerDirectory,
  type RedemptionRef,
  type RemoteRedemption,
  unknown,
} from '../../src/partner-port/connector';

type Asked = 'issue' | 'status' | 'cancel';
/** What it does with a call: `real` is what it would do by itself, now or later or never. */
export type Behaviour = (real: () => Outcome<never>) => Promise<Outcome<unknown>> | Outcome<unknown>;

export const timedOut = unknown('TIMED_OUT', 'no answer in time');
export const unreachable = unknown('UNREACHABLE', 'connection refused');

/** Does it, and the answer is lost. */
export const silently: Behaviour = (real) => {
  real();
  return timedOut;
};

function deferred<Value>(): { promise: Promise<Value>; resolve(value: Value): void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export class FakePartner implements PartnerApi, PartnerDirectory {
  readonly operations: ReadonlySet<Operation> = new Set(OPERATIONS);
  /** Whether it has to be asked about uses. */
  watched = false;
  /** What was asked, oldest first. */
  readonly calls: Asked[] = [];
  readonly requests: IssueRequest[] = [];
  readonly coupons = new Map<Id, Exclude<RemoteRedemption, { state: 'ABSENT' | 'PENDING' | 'DECLINED' }>>();
  private readonly staged: Record<Asked, Behaviour[]> = { issue: [], status: [], cancel: [] };
  private made = 0;

  apiOf(): PartnerApi {
    return this;
  }

  /** What it does with the next calls of an operation, in their order. */
  next(operation: Asked, ...behaviours: (Behaviour | Outcome<unknown>)[]): void {
    const made = behaviours.map((one): Behaviour => (typeof one === 'function' ? one : () => one));
    this.staged[operation].push(...made);
  }

  /** The next call waits until it is let go, and then does what it is told to. */
  hold(operation: Asked): { arrived: Promise<void>; release(behaviour?: Behaviour): void } {
    const gate = deferred<Behaviour>();
    const arrived = deferred<void>();
    this.next(operation, async (real) => {
      arrived.resolve();
      return (await gate.promise)(real);
    });
    return { arrived: arrived.promise, release: (behaviour = (real) => real()) => gate.resolve(behaviour) };
  }

  stateOf(redemptionId: Id): string {
    return this.coupons.get(redemptionId)?.state ?? 'ABSENT';
  }

  use(redemptionId: Id): RemoteRedemption {
    const used = { ...this.coupons.get(redemptionId)!, state: 'USED' } as const;
    this.coupons.set(redemptionId, used);
    return used;
  }

  issue(request: IssueRequest): Promise<Outcome<Issued>> {
    this.requests.push(request);
    return this.play('issue', () => this.makeCoupon(request));
  }
  status(ref: RedemptionRef): Promise<Outcome<RemoteRedemption>> {
    return this.play('status', () => confirmed(this.coupons.get(ref.redemptionId) ?? { state: 'ABSENT' }));
  }
  cancel(ref: RedemptionRef): Promise<Outcome<RemoteRedemption>> {
    return this.play('cancel', () => this.takeBack(ref.redemptionId));
  }
  async availability() {
    return confirmed([]);
  }
  async catalogue() {
    return confirmed({ offers: [] });
  }
  async cardStatus() {
    return confirmed({ state: 'ABSENT' as const });
  }

  /** The same redemption is answered with the same coupon. */
  makeCoupon({ redemptionId }: Pick<IssueRequest, 'redemptionId'>): Outcome<Issued> {
    const known = this.coupons.get(redemptionId);
    if (known) return confirmed(known.issued);
    this.made += 1;
    const name = `${redemptionId.slice(-8)}-${this.made}`;
    const issued = { partnerRef: `ref-${name}`, code: `CODE-${name}`, link: `https://partner.example/${name}` };
    this.coupons.set(redemptionId, { state: 'ISSUED', issued });
    return confirmed(issued);
  }

  private takeBack(redemptionId: Id): Outcome<RemoteRedemption> {
    const known = this.coupons.get(redemptionId);
    if (!known) return confirmed({ state: 'ABSENT' });
    if (known.state === 'USED') return declined('ALREADY_USED', 'It was used.');
    const cancelled = { state: 'CANCELLED', issued: known.issued } as const;
    this.coupons.set(redemptionId, cancelled);
    return confirmed(cancelled);
  }

  private async play<Value>(operation: Asked, real: () => Outcome<Value>): Promise<Outcome<Value>> {
    this.calls.push(operation);
    const behaviour = this.staged[operation].shift();
    if (!behaviour) return real();
    return (await behaviour(real as () => Outcome<never>)) as Outcome<Value>;
  }
}
