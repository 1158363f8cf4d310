// The files of a data set as they lie on the disk: their bytes unpacked, their digest, the figures known of them.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { pipeline as piped } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { ImportFault } from './import-fault';

/** In bytes, as it lies on the disk. Throws ImportFault when there is no such file. */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImportFault(`The file ${path} cannot be read (${error.code ?? error.message}).`);
  });
  if (!found.isFile()) throw new ImportFault(`${path} is no file.`);
  return found.size;
}

/** A name that ends in `.gz` is unpacked on the way; `onRead` is told the bytes read from the disk so far. */
export async function* unpackedBytes(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  // The pipeline ends the unpacking with whatever fails the reading, so that one loop sees both.
  const source = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      onRead(file.bytesRead);
      yield chunk;
    }
  } finally {
    file.destroy();
  }
}

/** Names the data by their content, so that an interrupted import goes on with the same data or not at all. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const digests: string[] = [];
  for (const path of paths) {
    const hash = createHash('sha256');
    await piped(createReadStream(path), hash);
    digests.push(hash.digest('hex'));
  }
  return createHash('sha256').update(digests.join()).digest('hex').slice(0, 32);
}

/** What a file of known figures says; `undefined` when there is none beside the data. */
export async function knownFigures<Figures>(
  folder: string,
  name: string,
  schema: z.ZodType<Figures>,
): Promise<Figures | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ImportFault(`${name} cannot be read (${error.code ?? error.message}).`);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ImportFault(`${name} does not hold the figures of this data set; remove it, or take the right one.`);
  }
}
