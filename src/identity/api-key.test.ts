// Keys are recognised as ours or not at all, and the ring accepts what is good now, asking as seldom as it may.
import { ManualClock, MINUTE, SECOND } from '../kernel/clock';
import { newId } from '../kernel/id';
import { type ApiKey, ApiKeyMint } from './api-key';
import { ApiKeyRing, type StoredKey } from './api-key-ring';
import { TokenRefusedError } from './token-refused';

const mint = new ApiKeyMint(Buffer.alloc(32, 1));
const NOW = 1_700_000_000_000;
const partnerId = newId(NOW);

describe('a key', () => {
  const key = mint.make();

  test('is recognised by its maker, and by nobody with another master key', () => {
    expect(mint.prefixOf(key.text)).toBe(key.prefix);
    expect(new ApiKeyMint(Buffer.alloc(32, 2)).prefixOf(key.text)).toBeUndefined();
  });

  test('is another one with any letter changed', () => {
    for (let at = 4; at < key.text.length; at += 1) {
      const letter = key.text[at] === '0' ? '1' : '0';
      const changed = key.text.slice(0, at) + letter + key.text.slice(at + 1);
      const taken = mint.prefixOf(changed) !== undefined && mint.hash(changed).equals(key.hash);
      expect([at, taken]).toEqual([at, false]);
    }
  });

  test('is kept as a hash that needs the master key', () => {
    expect(mint.hash(key.text)).toEqual(key.hash);
    expect(new ApiKeyMint(Buffer.alloc(32, 2)).hash(key.text).equals(key.hash)).toBe(false);
    expect(() => new ApiKeyMint(Buffer.alloc(16))).toThrow(/32 bytes/);
  });

  test('is made afresh each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => mint.make().text)).size).toBe(100);
  });
});

describe('the ring', () => {
  let clock: ManualClock;
  let ticks: number;
  let stored: Map<string, StoredKey>;
  let looks: string[];
  let uses: number;
  let isLive: boolean;
  let ring: ApiKeyRing;
  let key: ApiKey;

  const store = (made: ApiKey, changes: Partial<StoredKey> = {}) => {
    const row = { id: newId(NOW), partnerId, hash: made.hash, scopes: new Set(['OFFERS_READ'] as const) };
    stored.set(made.prefix, { ...row, endsAt: NOW + MINUTE, ...changes });
  };
  const refused = async (token: string) => {
    const error = await ring.actorOf(token).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof TokenRefusedError ? error.reason : error;
  };

  beforeEach(() => {
    clock = new ManualClock(NOW);
    [ticks, stored, looks, uses, isLive] = [0, new Map(), [], 0, true];
    ring = new ApiKeyRing({
      mint,
      clock,
      find: async (prefix) => {
        looks.push(prefix);
        return stored.get(prefix);
      },
      codeOf: () => (isLive ? 'brand' : undefined),
      used: async () => {
        uses += 1;
      },
      ticks: () => ticks,
    });
    key = mint.make();
    store(key);
  });

  test('makes an actor with the scopes of the key, and no other', async () => {
    const actor = await ring.actorOf(key.text);
    expect(actor).toEqual({ role: 'PARTNER', subject: 'brand', partnerId, scopes: new Set(['OFFERS_READ']) });
    expect(Object.isFrozen(actor)).toBe(true);
  });

  test('looks once for many requests at once, and again after half a second', async () => {
    await Promise.all([1, 2, 3].map(() => ring.actorOf(key.text)));
    ticks = 499;
    await ring.actorOf(key.text);
    expect(looks).toHaveLength(1);
    ticks = 500;
    await ring.actorOf(key.text);
    expect(looks).toHaveLength(2);
  });

  test('turns guesses away without a look', async () => {
    for (const guess of ['pgk_', `pgk_${'0'.repeat(16)}_${'A'.repeat(43)}`, `${key.text}x`]) {
      expect(await refused(guess)).toMatch(/no key that was made here/);
    }
    expect(looks).toEqual([]);
  });

  test('refuses what is not stored, stored for another text, over, or of a partner that may not act', async () => {
    expect(await refused(mint.make().text)).toMatch(/is not known/);
    const moved = mint.make();
    stored.set(moved.prefix, { ...stored.get(key.prefix)! });
    expect(await refused(moved.text)).toMatch(/is not known/);
    clock.set(NOW + MINUTE);
    expect(await refused(key.text)).toMatch(/expired or revoked/);
    clock.set(NOW);
    isLive = false;
    expect(await refused(key.text)).toMatch(/may not act/);
  });

  test('no reason repeats the key', async () => {
    stored.clear();
    expect(await refused(key.text)).not.toContain(key.text.slice(-43));
  });

  test('forgets at once, also what is being looked up', async () => {
    await ring.actorOf(key.text);
    store(key, { endsAt: NOW });
    expect(await refused(key.text)).toBeUndefined();
    ring.forget(key.prefix);
    expect(await refused(key.text)).toMatch(/expired or revoked/);
    // Given a look that began before the change: its answer is not remembered.
    const fresh = mint.make();
    store(fresh);
    const early = ring.actorOf(fresh.text);
    ring.forget(fresh.prefix);
    store(fresh, { endsAt: NOW });
    await early;
    expect(await refused(fresh.text)).toMatch(/expired or revoked/);
  });

  test('a key that is made after it was asked for is found at the next request', async () => {
    const late = mint.make();
    expect(await refused(late.text)).toMatch(/is not known/);
    store(late);
    expect(await refused(late.text)).toBeUndefined();
  });

  test('notes a use once a minute', async () => {
    store(key, { endsAt: NOW + 10 * MINUTE });
    for (const seconds of [0, 1, 59, 60, 61]) {
      clock.set(NOW + seconds * SECOND);
      await ring.actorOf(key.text);
    }
    expect(uses).toBe(2);
  });

  test('a look that fails is the failure of that request alone', async () => {
    const failing = new Error('away');
    const find = jest.fn(async () => {
      throw failing;
    });
    const other = new ApiKeyRing({ mint, clock, find, codeOf: () => 'brand', used: async () => undefined });
    await expect(other.actorOf(key.text)).rejects.toBe(failing);
    await expect(other.actorOf(key.text)).rejects.toBe(failing);
    expect(find).toHaveBeenCalledTimes(2);
  });
});
