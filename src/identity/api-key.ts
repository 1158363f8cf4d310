// The keys of partners: how one looks, how it is made, and what is kept of it.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { assert } from '../kernel/assert';
import { takeRandom } from '../kernel/random';

const PREFIX_BYTES = 8;
const SECRET_BYTES = 24;
const TAG_BYTES = 8;
const PATTERN = /^pgk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiKey {
  /** `pgk_<prefix>_<secret>`; shown once and never kept. */
  readonly text: string;
  /** 16 hexadecimal digits by which the key is found; no secret. */
  readonly prefix: string;
  /** What is kept. */
  readonly hash: Buffer;
}

/** Whether a bearer token claims to be a key; anything else is a token of the issuer. */
export function looksLikeKey(token: string): boolean {
  return token.startsWith('pgk_');
}

/**
 * Makes and recognises keys. The secret ends in a tag that only this gateway can make, so that guesses are turned away
 * without a look into the database; what is kept is an HMAC, so that whoever can read the table has no key, and whoever
 * can write it cannot make one.
 */
export class ApiKeyMint {
  private readonly tagKey: Buffer;
  private readonly hashKey: Buffer;

  /** `key`: 32 bytes. */
  constructor(key: Buffer) {
    assert(key.length === 32, 'the key that keys are made with has 32 bytes');
    this.tagKey = Buffer.from(hkdfSync('sha256', key, '', 'perkgate api key tag', 32));
    this.hashKey = Buffer.from(hkdfSync('sha256', key, '', 'perkgate api key hash', 32));
  }

  make(): ApiKey {
    const prefix = takeRandom(PREFIX_BYTES).toString('hex');
    const random = takeRandom(SECRET_BYTES);
    const secret = Buffer.concat([random, this.tagOf(prefix, random)]).toString('base64url');
    const text = `pgk_${prefix}_${secret}`;
    return { text, prefix, hash: this.hash(text) };
  }

  /** The prefix of a key that was made here, or `undefined`. Whether it is still good is for the table to say. */
  prefixOf(text: string): string | undefined {
    const [, prefix, secret] = PATTERN.exec(text) ?? [];
    if (prefix === undefined || secret === undefined) return undefined;
    const bytes = Buffer.from(secret, 'base64url');
    // Two texts that decode to the same bytes are not the same key.
    if (bytes.toString('base64url') !== secret) return undefined;
    const tag = this.tagOf(prefix, bytes.subarray(0, SECRET_BYTES));
    return timingSafeEqual(tag, bytes.subarray(SECRET_BYTES)) ? prefix : undefined;
  }

  /** 32 bytes. */
  hash(text: string): Buffer {
    return createHmac('sha256', this.hashKey).update(text).digest();
  }

  private tagOf(prefix: string, random: Buffer): Buffer {
    return createHmac('sha256', this.tagKey).update(prefix).update(random).digest().subarray(0, TAG_BYTES);
  }
}
