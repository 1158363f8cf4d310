// Coupon codes at rest: encrypted, and findable for duplicates only by who has the key.
import { createHmac, hkdfSync } from 'node:crypto';
import type { Id } from '../kernel/id';
import { takeRandom } from '../kernel/random';
import { Sealer } from './sealer';

const HASH_BYTES = 16;
// Crockford's alphabet: no I, L, O, U, so that a code can be read aloud.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LETTERS = 16;

/** A code belongs to its item. Duplicates are found by HMAC-SHA256 under a key of its own. */
export class CodeCipher extends Sealer {
  private readonly hashKey: Buffer;

  /** `key`: 32 bytes. */
  constructor(key: Buffer) {
    super(key, 'perkgate code cipher');
    this.hashKey = Buffer.from(hkdfSync('sha256', key, '', 'perkgate code hash', 32));
  }

  /** Equal codes of one offer give equal hashes. */
  hash(itemId: Id, code: string): Buffer {
    return createHmac('sha256', this.hashKey).update(itemId).update(code).digest().subarray(0, HASH_BYTES);
  }
}

/** A code of our own making: 16 letters, 80 random bits. */
export function newCode(): string {
  let code = '';
  for (const byte of takeRandom(CODE_LETTERS)) code += ALPHABET[byte & 31];
  return code;
}
