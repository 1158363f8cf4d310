// Texts at rest: encrypted, bound to whom they belong, and readable only by who has the key.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { assert } from '../kernel/assert';
import type { Id } from '../kernel/id';
import { takeRandom } from '../kernel/random';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM with a fresh nonce for each text, under a key that is derived for one purpose. */
export class Sealer {
  private readonly key: Buffer;

  /** `key`: 32 bytes. What is sealed for one purpose does not open for another. */
  constructor(key: Buffer, purpose: string) {
    assert(key.length === 32, 'the code key has 32 bytes');
    this.key = Buffer.from(hkdfSync('sha256', key, '', purpose, 32));
  }

  /** The owner is authenticated with the text, so that a ciphertext moved to another row does not open. */
  seal(ownerId: Id, text: string): Buffer {
    const nonce = takeRandom(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    cipher.setAAD(Buffer.from(ownerId, 'hex'));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Throws when it was sealed for another owner, under another key or purpose, or was changed. */
  open(ownerId: Id, sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(ownerId, 'hex'));
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const opened = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(opened).toString('utf8');
  }
}

/** For the secrets of partners: tokens of their APIs, keys of signatures. */
export class SecretCipher extends Sealer {
  constructor(key: Buffer) {
    super(key, 'perkgate secret cipher');
  }
}
