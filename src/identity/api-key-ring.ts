// From a partner's key to the actor: found by its prefix, compared in constant time, looked up twice a second at most.
import { timingSafeEqual } from 'node:crypto';
import type { Actor, PartnerScope } from '../kernel/actor';
import { BoundedMap } from '../kernel/bounded-map';
import type { Clock, Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { type ApiKeyMint, looksLikeKey } from './api-key';
import { TokenRefusedError } from './token-refused';

/** What is kept of a key. */
export interface StoredKey {
  readonly id: Id;
  readonly partnerId: Id;
  readonly hash: Buffer;
  readonly scopes: ReadonlySet<PartnerScope>;
  /** Exclusive; earlier than it was made for once the key is rotated or revoked. */
  readonly endsAt: Instant;
  readonly lastUsedAt?: Instant;
}

export interface ApiKeyRingOptions {
  readonly mint: ApiKeyMint;
  readonly clock: Clock;
  find(prefix: string): Promise<StoredKey | undefined>;
  /** The code of a partner that may act now; `undefined` for one that is suspended, or no longer there. */
  codeOf(partnerId: Id): string | undefined;
  /** Told at most once a minute and process; never throws. */
  used(key: StoredKey): Promise<void>;
  /** Milliseconds of a clock that always runs, whatever the calendar says. */
  ticks?(): number;
}

interface Known {
  readonly key: StoredKey;
  readonly readAt: number;
}

/** How long a key is good after another process has revoked it. */
const FRESH_MS = 500;
const KEYS_KEPT = 5_000;
const USE_NOTED_MS = 60_000;
/** What a key that is not there is compared with, so that finding nothing takes as long. */
const NO_HASH = Buffer.alloc(32);

export class ApiKeyRing {
  private readonly known = new BoundedMap<string, Known>(KEYS_KEPT);
  private readonly asking = new Map<string, Promise<StoredKey | undefined>>();
  private readonly noted = new BoundedMap<Id, Instant>(KEYS_KEPT);
  private readonly ticks: () => number;

  constructor(private readonly options: ApiKeyRingOptions) {
    this.ticks = options.ticks ?? (() => performance.now());
  }

  accepts(token: string): boolean {
    return looksLikeKey(token);
  }

  /** Throws TokenRefusedError, or what `find` throws. */
  async actorOf(token: string): Promise<Actor> {
    const { mint, clock, codeOf } = this.options;
    const prefix = mint.prefixOf(token);
    if (prefix === undefined) throw new TokenRefusedError('it is no key that was made here');
    const key = await this.keyOf(prefix);
    const matches = timingSafeEqual(mint.hash(token), key?.hash ?? NO_HASH);
    if (!key || !matches) throw new TokenRefusedError(`the key ${prefix} is not known`);
    if (clock.now() >= key.endsAt) throw new TokenRefusedError(`the key ${prefix} is expired or revoked`);
    const subject = codeOf(key.partnerId);
    if (subject === undefined) throw new TokenRefusedError(`the partner of the key ${prefix} may not act`);
    await this.note(key);
    return Object.freeze({ role: 'PARTNER', subject, partnerId: key.partnerId, scopes: key.scopes });
  }

  /** In this process a revoked key is refused from the next request on. */
  forget(prefix: string): void {
    this.known.delete(prefix);
    this.asking.delete(prefix);
  }

  private async keyOf(prefix: string): Promise<StoredKey | undefined> {
    const known = this.known.get(prefix);
    if (known && this.ticks() - known.readAt < FRESH_MS) return known.key;
    const asked = this.asking.get(prefix) ?? this.ask(prefix);
    return asked;
  }

  private ask(prefix: string): Promise<StoredKey | undefined> {
    const readAt = this.ticks();
    const asked = this.options
      .find(prefix)
      .then((key) => {
        // Forgotten meanwhile: what was read may be what was before the change, and serves this one request only.
        if (this.asking.get(prefix) === asked) {
          if (key) this.known.set(prefix, { key, readAt });
          else this.known.delete(prefix);
        }
        return key;
      })
      .finally(() => {
        if (this.asking.get(prefix) === asked) this.asking.delete(prefix);
      });
    this.asking.set(prefix, asked);
    return asked;
  }

  private async note(key: StoredKey): Promise<void> {
    const now = this.options.clock.now();
    const last = Math.max(key.lastUsedAt ?? 0, this.noted.get(key.id) ?? 0);
    if (now - last < USE_NOTED_MS) return;
    this.noted.set(key.id, now);
    await this.options.used(key);
  }
}
