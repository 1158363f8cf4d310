// A guarded connector ends each call by itself, repeats only what is safe to repeat, and lets a failing partner be.
import { SECOND, systemClock } from '../kernel/clock';
import { newId } from '../kernel/id';
import {
  type Call,
  type Connector,
  confirmed,
  declined,
  type IssueRequest,
  OPERATIONS,
  type Operation,
  type Outcome,
  type UnknownCause,
  unknown,
} from './connector';
import { type GuardedApi, type GuardOptions, guardConnector } from './guarded-connector';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

type Answer = (call: Call) => Promise<Outcome<never>>;

/** Answers each call with the next answer, the last one again and again; whatever the operation. */
class Scripted {
  readonly calls: Operation[] = [];
  operations: ReadonlySet<Operation> = new Set(OPERATIONS);
  constructor(private answers: readonly Answer[]) {}

  readonly connector: Connector = new Proxy({} as Connector, {
    get: (_target, operation: Operation | 'operations') => {
      if (operation === 'operations') return this.operations;
      return (...given: unknown[]) => {
        this.calls.push(operation);
        const [answer] = this.answers;
        if (this.answers.length > 1) this.answers = this.answers.slice(1);
        return answer!(given.at(-1) as Call);
      };
    },
  });

  become(...answers: readonly Answer[]): void {
    this.answers = answers;
  }
}

const yes: Answer = async () => confirmed(undefined as never);
const no: Answer = async () => declined('OUT_OF_STOCK', 'sold out');
const fault =
  (cause: UnknownCause): Answer =>
  async () =>
    unknown(cause, 'as scripted');
const hang: Answer = () => new Promise(() => {});

const REQUEST: IssueRequest = {
  redemptionId: newId(0),
  offerRef: 'latte',
  memberRef: 'm1',
  claimedAt: 0,
  expiresAt: SECOND,
  faceValue: { amount: 1_000, currency: 'CNY' },
};
const REF = { redemptionId: REQUEST.redemptionId, offerRef: 'latte' };

const CALLS: Readonly<Record<Operation, (api: GuardedApi) => Promise<Outcome<unknown>>>> = {
  availability: (api) => api.availability(['latte']),
  issue: (api) => api.issue(REQUEST),
  status: (api) => api.status(REF),
  cancel: (api) => api.cancel(REF),
  catalogue: (api) => api.catalogue(),
  cardStatus: (api) => api.cardStatus('m1'),
};

function guarded(answers: readonly Answer[], options: GuardOptions = {}) {
  const partner = new Scripted(answers);
  return { partner, api: guardConnector(partner.connector, options, systemClock) };
}

/** Lets every retry and time budget run out. */
async function outcomeOf<Value>(pending: Promise<Value>): Promise<Value> {
  await jest.advanceTimersByTimeAsync(20 * SECOND);
  return pending;
}

async function issueTimes(api: GuardedApi, times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) await api.issue(REQUEST);
}

describe('a call', () => {
  it.each(OPERATIONS.map((operation) => [operation]))('of %s hands the answer on', async (operation) => {
    const { api, partner } = guarded([yes]);
    expect(await CALLS[operation](api)).toEqual(confirmed(undefined));
    expect(partner.calls).toEqual([operation]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('of what the partner does not have is not tried', async () => {
    const { api, partner } = guarded([yes]);
    partner.operations = new Set(['issue']);
    expect(await api.catalogue()).toMatchObject({ cause: 'NOT_TRIED', sent: false });
    expect(partner.calls).toEqual([]);
  });

  it.each([
    ['availability', 2_000],
    ['issue', 5_000],
    ['status', 3_000],
    ['cancel', 3_000],
    ['catalogue', 10_000],
    ['cardStatus', 1_000],
  ] as const)('of %s that hangs ends after %d ms', async (operation, budget) => {
    const { api } = guarded([hang]);
    const settled = jest.fn();
    const pending = CALLS[operation](api).then(settled);
    await jest.advanceTimersByTimeAsync(budget - 1);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(12);
    await pending;
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ cause: 'TIMED_OUT', sent: true }));
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes the connector’s last word that nothing was sent', async () => {
    const untilAborted: Answer = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(unknown('UNREACHABLE', 'no line'))));
    const { api } = guarded([untilAborted], { budgets: { issue: 100 } });
    expect(await outcomeOf(api.issue(REQUEST))).toMatchObject({ cause: 'UNREACHABLE', sent: false });
  });

  it.each([
    [0, 'as the time ends'],
    [60 * SECOND, 'long after'],
  ])('ignores an answer that comes %d ms late, %s', async (late) => {
    const tooLate: Answer = ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => setTimeout(() => resolve(confirmed(undefined as never)), late)),
      );
    const { api } = guarded([tooLate], { budgets: { issue: 100 } });
    expect(await outcomeOf(api.issue(REQUEST))).toMatchObject({ cause: 'TIMED_OUT', sent: true });
    await jest.advanceTimersByTimeAsync(2 * late);
    expect(api.health()).toMatchObject({ running: 0, operations: { issue: { confirmed: 0 } } });
  });

  it.each<[string, Answer]>([
    ['rejects', () => Promise.reject(new Error('key hunter2'))],
    [
      'throws',
      () => {
        throw new Error('key hunter2');
      },
    ],
  ])('to a connector that %s is unreadable, and the log is told', async (_case, answer) => {
    const onThrow = jest.fn();
    const { api } = guarded([answer], { onThrow });
    const outcome = await api.issue(REQUEST);
    expect(outcome).toMatchObject({ kind: 'UNKNOWN', cause: 'UNREADABLE', sent: true });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(onThrow.mock.calls).toEqual([['issue', expect.any(Error)]]);
  });
});

describe('a fault', () => {
  const reads = ['availability', 'status', 'catalogue', 'cardStatus'] as const;
  const writes = ['issue', 'cancel'] as const;
  const tries = async (operation: Operation, cause: UnknownCause, options: GuardOptions = {}) => {
    const { api, partner } = guarded([fault(cause)], options);
    await outcomeOf(CALLS[operation](api));
    return partner.calls.length;
  };

  it.each(reads.map((operation) => [operation]))('of %s is tried once more when it may pass', async (operation) => {
    for (const cause of ['UNREACHABLE', 'BROKEN_OFF', 'PARTNER_ERROR'] as const) {
      expect(await tries(operation, cause)).toBe(2);
    }
    for (const cause of ['TIMED_OUT', 'UNREADABLE', 'UNAUTHORIZED', 'FORBIDDEN_ADDRESS'] as const) {
      expect(await tries(operation, cause)).toBe(1);
    }
  });

  it.each(writes.map((operation) => [operation]))(
    'of %s is tried again only if nothing was sent',
    async (operation) => {
      expect(await tries(operation, 'UNREACHABLE')).toBe(2);
      expect(await tries(operation, 'BROKEN_OFF')).toBe(1);
      expect(await tries(operation, 'PARTNER_ERROR')).toBe(1);
      expect(await tries(operation, 'FORBIDDEN_ADDRESS')).toBe(1);
    },
  );

  it.each(writes.map((operation) => [operation]))(
    'of %s is tried once more by the idempotency key',
    async (operation) => {
      const options = { honoursIdempotencyKey: true };
      expect(await tries(operation, 'BROKEN_OFF', options)).toBe(2);
      expect(await tries(operation, 'PARTNER_ERROR', options)).toBe(2);
      expect(await tries(operation, 'UNREADABLE', options)).toBe(1);
    },
  );

  it('that passes is not seen', async () => {
    const { api } = guarded([fault('BROKEN_OFF'), yes], { honoursIdempotencyKey: true });
    expect(await outcomeOf(api.issue(REQUEST))).toEqual(confirmed(undefined));
  });

  it('after which nothing more was sent is still one after which something may have been', async () => {
    const { api } = guarded([fault('BROKEN_OFF'), fault('UNREACHABLE')], { honoursIdempotencyKey: true });
    expect(await outcomeOf(api.issue(REQUEST))).toMatchObject({ cause: 'BROKEN_OFF', sent: true });
  });

  it('is not tried again when the time is over', async () => {
    const { api, partner } = guarded([fault('BROKEN_OFF')], { budgets: { status: 100 }, retryPause: 1_000 });
    expect(await outcomeOf(api.status(REF))).toMatchObject({ cause: 'BROKEN_OFF' });
    expect(partner.calls).toHaveLength(1);
  });
});

describe('the circuit', () => {
  const trialAfter = { first: 1_000, most: 10_000 };

  it('opens when most calls are faults, and then nothing is sent', async () => {
    const { api, partner } = guarded([fault('UNREADABLE')]);
    await issueTimes(api, 4);
    expect(api.circuit()).toBe('CLOSED');
    await issueTimes(api, 1);
    expect(api.circuit()).toBe('OPEN');
    expect(await api.availability(['latte'])).toMatchObject({ cause: 'NOT_TRIED', sent: false });
    expect(partner.calls).toHaveLength(5);
  });

  it.each([
    ['a partner that declines', no],
    ['a partner that confirms', yes],
    ['a partner that is at it', fault('PENDING')],
    ['calls that the connector does not try', fault('NOT_TRIED')],
  ])('stays closed for %s', async (_case, answer) => {
    const { api } = guarded([answer]);
    await issueTimes(api, 30);
    expect(api.circuit()).toBe('CLOSED');
  });

  it('stays closed while faults are the smaller part', async () => {
    const { api } = guarded([yes, yes, yes, fault('UNREADABLE'), yes, fault('UNREADABLE'), yes]);
    await issueTimes(api, 30);
    expect(api.circuit()).toBe('CLOSED');
  });

  it('lets one trial through after a while, which closes it when it succeeds', async () => {
    const { api, partner } = guarded([fault('UNREADABLE')], { trialAfter });
    await issueTimes(api, 5);
    partner.become(() => new Promise((resolve) => setTimeout(resolve, 100, confirmed(undefined))));
    await jest.advanceTimersByTimeAsync(trialAfter.most);
    const trial = api.issue(REQUEST);
    await jest.advanceTimersByTimeAsync(50);
    expect(api.circuit()).toBe('HALF_OPEN');
    expect(await api.status(REF)).toMatchObject({ cause: 'NOT_TRIED', sent: false });
    await jest.advanceTimersByTimeAsync(50);
    expect(await trial).toEqual(confirmed(undefined));
    expect(api.circuit()).toBe('CLOSED');
    expect(partner.calls).toHaveLength(6);
  });

  it('opens again when the trial fails', async () => {
    const { api, partner } = guarded([fault('UNREADABLE')], { trialAfter });
    await issueTimes(api, 5);
    await jest.advanceTimersByTimeAsync(trialAfter.most);
    expect(await api.issue(REQUEST)).toMatchObject({ cause: 'UNREADABLE' });
    expect(api.circuit()).toBe('OPEN');
    expect(await api.issue(REQUEST)).toMatchObject({ cause: 'NOT_TRIED' });
    expect(partner.calls).toHaveLength(6);
  });

  it('is not held half open by a trial that never ends', async () => {
    const { api, partner } = guarded([fault('UNREADABLE')], { trialAfter });
    await issueTimes(api, 5);
    await jest.advanceTimersByTimeAsync(trialAfter.most);
    partner.become(hang);
    await outcomeOf(api.issue(REQUEST));
    expect(api.circuit()).toBe('OPEN');
  });
});

describe('the bulkhead', () => {
  it('lets so many run and so many wait, and refuses the rest at once', async () => {
    const { api, partner } = guarded([hang], { concurrency: 2, queue: 1 });
    const running = [api.issue(REQUEST), api.issue(REQUEST), api.issue(REQUEST)];
    expect(await api.issue(REQUEST)).toMatchObject({ cause: 'NOT_TRIED', sent: false });
    expect(api.health()).toMatchObject({ running: 2, waiting: 1 });
    expect(partner.calls).toHaveLength(2);
    expect(await outcomeOf(Promise.all(running))).toMatchObject([
      { cause: 'TIMED_OUT', sent: true },
      { cause: 'TIMED_OUT', sent: true },
      { cause: 'NOT_TRIED', sent: false },
    ]);
    expect(partner.calls).toHaveLength(2);
    expect(api.health()).toMatchObject({ running: 0, waiting: 0 });
  });

  it('does not send what waited in line until its time was over', async () => {
    const { api, partner } = guarded([hang], { concurrency: 1, queue: 4, budgets: { status: 500 } });
    const slow = api.issue(REQUEST);
    const inLine = api.status(REF);
    await jest.advanceTimersByTimeAsync(500);
    expect(await inLine).toMatchObject({ cause: 'NOT_TRIED', sent: false });
    const late = api.cancel(REF);
    partner.become(yes);
    expect(await outcomeOf(Promise.all([slow, late]))).toMatchObject([{ cause: 'TIMED_OUT' }, { cause: 'NOT_TRIED' }]);
    expect(partner.calls).toEqual(['issue']);
  });

  it('goes on with who waits next when the first in line has given up', async () => {
    const { api, partner } = guarded([hang, yes], { concurrency: 1, queue: 4, budgets: { issue: 1_000, status: 500 } });
    const answers = [api.issue(REQUEST), api.status(REF), api.cancel(REF)];
    expect(await outcomeOf(Promise.all(answers))).toMatchObject([
      { cause: 'TIMED_OUT' },
      { cause: 'NOT_TRIED' },
      { kind: 'CONFIRMED' },
    ]);
    expect(partner.calls).toEqual(['issue', 'cancel']);
  });
});

it('tells staff how the partner does', async () => {
  const { api } = guarded([yes, no, fault('UNREADABLE')]);
  await api.issue(REQUEST);
  await api.issue(REQUEST);
  const failedAt = systemClock.now();
  await api.status(REF);
  expect(api.health()).toEqual({
    circuit: 'CLOSED',
    running: 0,
    waiting: 0,
    operations: {
      issue: { confirmed: 1, declined: 1, unknown: {}, latency: 0 },
      status: { confirmed: 0, declined: 0, unknown: { UNREADABLE: 1 }, latency: 0 },
    },
    lastFault: { operation: 'status', cause: 'UNREADABLE', message: 'as scripted', at: failedAt },
    lastAnswerAt: failedAt,
  });
});
