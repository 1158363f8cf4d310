// Random bytes, drawn in blocks because one call of the generator costs more than what the bytes are used for.
import { randomBytes } from 'node:crypto';

const BLOCK_BYTES = 4096;
let block = Buffer.alloc(0);
let offset = 0;

/** Bytes of the system's generator that nobody else gets; for at most a few dozen at a time. */
export function takeRandom(bytes: number): Buffer {
  if (offset + bytes > block.length) {
    // A fresh block each time, never an old one filled again: what was handed out stays as it is.
    block = randomBytes(Math.max(BLOCK_BYTES, bytes));
    offset = 0;
  }
  offset += bytes;
  return block.subarray(offset - bytes, offset);
}
