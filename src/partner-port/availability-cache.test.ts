// Availability is shown at once and asked for behind the reader; a partner in trouble costs nobody's time.
import { ManualClock, MINUTE, SECOND } from '../kernel/clock';
import type { AvailabilityCacheOptions } from './availability-cache';
import { AvailabilityCache } from './availability-cache';
import type { AvailabilityLook } from './availability-shelf';
import { confirmed, declined, type Outcome, type RemoteAvailability, unknown } from './connector';
import type { Circuit } from './partner-health';

const START = 1_800_000_000_000;
const COFFEE = 'c0ffee';
const FLOWERS = 'f10e5';

type Said = Outcome<readonly RemoteAvailability[]>;

/** A partner whose answers the test gives, call by call. */
class Partner {
  readonly asked: (readonly string[])[] = [];
  circuitNow: Circuit = 'CLOSED';
  private readonly pending: ((said: Said | Promise<Said>) => void)[] = [];

  availability(offerRefs: readonly string[]): Promise<Said> {
    this.asked.push(offerRefs);
    return new Promise((resolve) => this.pending.push(resolve));
  }

  circuit(): Circuit {
    return this.circuitNow;
  }

  /** Answers the oldest call that is open, and lets the cache take it in. */
  async say(said: Said | Promise<Said>): Promise<void> {
    this.pending.shift()!(said);
    await quiet();
  }

  async has(...offerRefs: readonly string[]): Promise<void> {
    await this.say(confirmed(offerRefs.map((offerRef) => ({ offerRef, available: true, left: 3 }))));
  }
}

/** Until nothing is left that runs by itself. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function scene(options: AvailabilityCacheOptions = {}) {
  const clock = new ManualClock(START);
  const partner = new Partner();
  const cache = new AvailabilityCache(clock, options);
  const look = (...refs: readonly string[]) => cache.look(COFFEE, partner, refs);
  /** What is answered without waiting. */
  const now = (...refs: readonly string[]): AvailabilityLook => {
    const found = look(...refs);
    if (found instanceof Promise) throw new Error('the cache waits');
    return found;
  };
  return { clock, partner, cache, look, now };
}

async function known(...refs: readonly string[]) {
  const set = scene();
  const first = set.look(...refs);
  await quiet();
  await set.partner.has(...refs);
  await first;
  return set;
}

const latte = { offerRef: 'latte', available: true, left: 3 };
const live = (asOf: number, availability: RemoteAvailability = latte) => ({ source: 'LIVE', availability, asOf });
const unavailable = (asOf: number) => ({ source: 'UNAVAILABLE', asOf });

beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] }));
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('a first look', () => {
  it('waits for the partner’s answer, which is as of when it was asked', async () => {
    const { clock, partner, look } = scene();
    const found = look('latte', 'tea');
    await quiet();
    clock.advance(200);
    await partner.say(confirmed([latte, { offerRef: 'tea', available: false }]));
    expect(partner.asked).toEqual([['latte', 'tea']]);
    expect(await found).toEqual(
      new Map([
        ['latte', live(START)],
        ['tea', live(START, { offerRef: 'tea', available: false })],
      ]),
    );
  });

  it('waits no longer than the patience, and the answer serves the next one', async () => {
    const { partner, look, now } = scene();
    const found = look('latte');
    await jest.advanceTimersByTimeAsync(299);
    await jest.advanceTimersByTimeAsync(1);
    expect(await found).toEqual(new Map([['latte', unavailable(START)]]));
    expect(now('latte').get('latte')).toEqual(unavailable(START));
    await partner.has('latte');
    expect(now('latte').get('latte')).toEqual(live(START));
    expect(partner.asked).toHaveLength(1);
  });

  it.each<[Circuit]>([['OPEN'], ['HALF_OPEN']])('waits not at all while the circuit is %s', async (circuit) => {
    const { partner, now } = scene();
    partner.circuitNow = circuit;
    expect(now('latte').get('latte')).toEqual(unavailable(START));
    await quiet();
    await partner.has('latte');
    expect(now('latte').get('latte')).toEqual(live(START));
  });

  it('of an offer that the partner leaves out finds nothing, and the next one does not wait for it', async () => {
    const { partner, look, now, clock } = scene();
    const found = look('latte', 'tea');
    await quiet();
    await partner.has('latte');
    expect((await found).get('tea')).toEqual(unavailable(START));
    expect(now('tea').get('tea')).toEqual(unavailable(START));
    clock.advance(6 * SECOND);
    expect(now('tea').get('tea')).toEqual(unavailable(START + 6 * SECOND));
    await quiet();
    expect(partner.asked).toEqual([['latte', 'tea'], ['tea']]);
  });

  it('of nothing asks nobody', async () => {
    const { partner, now } = scene();
    expect(now()).toEqual(new Map());
    await quiet();
    expect(partner.asked).toEqual([]);
  });
});

describe('a later look', () => {
  it('is live for five seconds, and asks nobody', async () => {
    const { clock, partner, now } = await known('latte');
    clock.advance(5 * SECOND);
    expect(now('latte').get('latte')).toEqual(live(START));
    await quiet();
    expect(partner.asked).toHaveLength(1);
  });

  it('is cached after that, while the partner is asked once behind it', async () => {
    const { clock, partner, now } = await known('latte');
    clock.advance(5 * SECOND + 1);
    const cached = { source: 'CACHED', availability: latte, asOf: START };
    expect(now('latte').get('latte')).toEqual(cached);
    expect(now('latte').get('latte')).toEqual(cached);
    await quiet();
    expect(now('latte').get('latte')).toEqual(cached);
    expect(partner.asked).toHaveLength(2);
    await partner.say(confirmed([{ offerRef: 'latte', available: false }]));
    expect(now('latte').get('latte')).toEqual(live(START + 5 * SECOND + 1, { offerRef: 'latte', available: false }));
  });

  it('shows what was known for ten minutes when the partner fails, and not longer', async () => {
    const { clock, partner, now } = await known('latte');
    clock.advance(10 * MINUTE);
    expect(now('latte').get('latte')).toMatchObject({ source: 'CACHED', asOf: START });
    await quiet();
    await partner.say(unknown('TIMED_OUT', 'too slow'));
    clock.advance(1);
    expect(now('latte').get('latte')).toEqual(unavailable(START + 10 * MINUTE + 1));
  });

  it('waits again for what is too old, when the partner is well', async () => {
    const { clock, partner, look } = await known('latte');
    clock.advance(11 * MINUTE);
    const found = look('latte');
    expect(found).toBeInstanceOf(Promise);
    await quiet();
    await partner.has('latte');
    expect((await found).get('latte')).toEqual(live(START + 11 * MINUTE));
  });
});

describe('a partner that fails', () => {
  it.each<[string, () => Said | Promise<Said>]>([
    ['is not reached', () => unknown('UNREACHABLE', 'gone')],
    ['declines', () => declined('OTHER', 'closed')],
    ['has an API that rejects', () => Promise.reject(new Error('broken'))],
  ])('since it %s ends the wait, and keeps nobody waiting until it is well', async (_case, said) => {
    const { clock, partner, look, now } = scene();
    const found = look('latte');
    await quiet();
    await partner.say(said());
    expect((await found).get('latte')).toEqual(unavailable(START));
    expect(now('latte', 'tea').size).toBe(2);
    await quiet();
    expect(partner.asked).toHaveLength(1);
    clock.advance(SECOND);
    expect(now('latte').get('latte')).toEqual(unavailable(START + SECOND));
    await quiet();
    expect(partner.asked).toHaveLength(2);
    await partner.has('latte');
    expect(now('latte').get('latte')).toEqual(live(START + SECOND));
    expect(look('tea')).toBeInstanceOf(Promise);
    await quiet();
    await partner.has('tea');
  });

  it('takes with it what stood in line behind', async () => {
    const { partner, look } = scene();
    const first = look('latte');
    await quiet();
    const second = look('tea');
    await partner.say(unknown('BROKEN_OFF', 'gone'));
    expect([(await first).get('latte'), (await second).get('tea')]).toEqual([unavailable(START), unavailable(START)]);
    expect(partner.asked).toEqual([['latte']]);
  });

  it('does not touch another partner', async () => {
    const { partner, cache, now } = await known('latte');
    const flowers = new Partner();
    const found = cache.look(FLOWERS, flowers, ['latte', 'rose']);
    await jest.advanceTimersByTimeAsync(300);
    expect((await found).get('latte')).toEqual(unavailable(START));
    expect(now('latte').get('latte')).toEqual(live(START));
    expect([partner.asked.length, flowers.asked.length]).toEqual([1, 1]);
  });

  it('cannot bring in offers that it was not asked for', async () => {
    const { partner, look, now } = scene();
    const found = look('latte');
    await quiet();
    await partner.has('latte', 'tea');
    await found;
    partner.circuitNow = 'OPEN';
    expect(now('tea').get('tea')).toEqual(unavailable(START));
    await quiet();
    await partner.has('tea');
  });
});

describe('calls', () => {
  it('are one at a time, and gather what is wanted meanwhile', async () => {
    const { partner, look } = scene();
    const looks = [look('a', 'b'), look('b', 'c')];
    await quiet();
    looks.push(look('c', 'd'), look('e', 'a'));
    await quiet();
    expect(partner.asked).toEqual([['a', 'b', 'c']]);
    await partner.has('a', 'b', 'c');
    expect(partner.asked).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    await partner.has('d', 'e');
    const found = await Promise.all(looks);
    expect(found.flatMap((each) => [...each.values()]).map(({ source }) => source)).toEqual(Array(8).fill('LIVE'));
  });

  it('have at most a hundred ids', async () => {
    const { partner, look } = scene();
    const refs = Array.from({ length: 250 }, (_value, at) => `offer-${at}`);
    const found = look(...refs);
    await quiet();
    await partner.has(...partner.asked[0]!);
    await partner.has(...partner.asked[1]!);
    await partner.has(...partner.asked[2]!);
    expect(partner.asked.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(partner.asked.flat()).toEqual(refs);
    expect([...(await found).values()].every(({ source }) => source === 'LIVE')).toBe(true);
  });

  it('are remembered up to a number of offers, the least used forgotten first', async () => {
    const { partner, look, now } = scene({ offers: 2 });
    const found = look('a', 'b', 'c');
    await quiet();
    await partner.has('a', 'b', 'c');
    expect([...(await found).values()].map(({ source }) => source)).toEqual(['UNAVAILABLE', 'LIVE', 'LIVE']);
    expect(now('b', 'c').size).toBe(2);
  });
});

describe('when it stops', () => {
  it('ends every wait, asks nobody and drops what comes in', async () => {
    const { partner, cache, look, now } = scene();
    const found = [look('latte'), cache.look(FLOWERS, new Partner(), ['rose'])];
    await quiet();
    cache.stop();
    for (const each of await Promise.all(found)) expect([...each.values()]).toEqual([unavailable(START)]);
    await partner.has('latte');
    expect(now('latte', 'tea').get('latte')).toEqual(unavailable(START));
    expect(cache.look('new', partner, ['tea'])).toEqual(new Map([['tea', unavailable(START)]]));
    await quiet();
    expect(partner.asked).toHaveLength(1);
  });
});
