// Coupon codes at rest: encrypted, and findable for duplicates only by who has the key.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { assert } from '../kernel/assert';
import type { Id } from '../kernel/id';
import { takeRandom } from '../kernel/random';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HASH_BYTES = 16;
// Crockford's alphabet: no I, L, O, U, so that a code can be read aloud.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LETTERS = 16;

/**
 * AES-256-GCM with a fresh nonce a code. The item's id is authenticated with it, so that a ciphertext moved to another
 * offer's row does not open. Duplicates are found by HMAC-SHA256 under a key of its own.
 */
export class CodeCipher {
  private readonly cipherKey: Buffer;
  private readonly hashKey: Buffer;

  /** `key`: 32 bytes. */
  constructor(key: Buffer) {
    assert(key.length === 32, 'the code key has 32 bytes');
    this.cipherKey = Buffer.from(hkdfSync('sha256', key, '', 'perkgate code cipher', 32));
    this.hashKey = Buffer.from(hkdfSync('sha256', key, '', 'perkgate code hash', 32));
  }

  seal(itemId: Id, code: string): Buffer {
    const nonce = takeRandom(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.cipherKey, nonce);
    cipher.setAAD(Buffer.from(itemId, 'hex'));
    const sealed = Buffer.concat([cipher.update(code, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws when the key is another one or the row was tampered with. */
  open(itemId: Id, sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.cipherKey, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(itemId, 'hex'));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(opened).toString('utf8');
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
