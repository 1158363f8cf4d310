// Files that commands write: whole, or not at all.
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fileFault } from './given-file';

/** From a text or a stream; under another name first, so that a part is never taken for the whole. */
export async function writeWhole(source: NodeJS.ReadableStream | string, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(typeof source === 'string' ? [source] : source, createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw fileFault(error, file, 'written') ?? error;
  }
}
