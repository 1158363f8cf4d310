// A stream of bytes as lines: at most one line of the allowed length is in memory, whatever the stream holds.
import type { Readable } from 'node:stream';

const LINE_END = 10;

/** Each line without its end; `undefined` for one of more than `most` bytes, which is not kept. */
export async function* byteLines(source: Readable, most: number): AsyncGenerator<Buffer | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let overlong = false;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, from)) {
      const tail = chunk.subarray(from, end);
      yield overlong || rest.length + tail.length > most ? undefined : Buffer.concat([rest, tail]);
      rest = Buffer.alloc(0);
      overlong = false;
      from = end + 1;
    }
    const open = chunk.subarray(from);
    // A file without line ends must not fill the memory.
    if (rest.length + open.length > most) overlong = true;
    rest = overlong ? Buffer.alloc(0) : Buffer.concat([rest, open]);
  }
  if (rest.length > 0 || overlong) yield overlong ? undefined : rest;
}

export const BYTE_ORDER_MARK = '\uFEFF';
