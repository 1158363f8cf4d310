// A code file as a stream of lines: bounded memory whatever the file holds, each line judged on its own.
import type { Readable } from 'node:stream';

export const CODE_LENGTH_MAX = 128;
/** What is longer is too long before it is decoded: four bytes a character, and spaces around it. */
const LINE_BYTES_MAX = 8 * CODE_LENGTH_MAX;
const BYTE_ORDER_MARK = '\uFEFF';

export type CodeLine =
  | { readonly kind: 'CODE'; readonly code: string }
  | { readonly kind: 'BLANK' | 'HEADER' }
  /** Too long, not UTF-8, or with control characters. */
  | { readonly kind: 'FAULTY'; readonly reason: string };

/**
 * One code a line; spaces around it do not count, a first line `code` is a header, quotes of a one-column CSV are
 * taken off. Reads the bytes of at most one line of the allowed length at once.
 */
export async function* codeLines(source: Readable): AsyncGenerator<CodeLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: Buffer = Buffer.alloc(0);
  let overlong = false;
  let first = true;
  const lineOf = (bytes: Buffer): CodeLine => {
    const line = overlong || bytes.length > LINE_BYTES_MAX ? tooLong() : judge(bytes, decoder, first);
    first = false;
    overlong = false;
    return line;
  };
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const tail = chunk.subarray(from, end);
      yield lineOf(rest.length > 0 ? Buffer.concat([rest, tail]) : tail);
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    const open = chunk.subarray(from);
    // What is longer than any code is not kept: a file without line ends must not fill the memory.
    if (rest.length + open.length > LINE_BYTES_MAX) overlong = true;
    rest = overlong ? Buffer.alloc(0) : Buffer.concat([rest, open]);
  }
  if (rest.length > 0 || overlong) yield lineOf(rest);
}

function tooLong(): CodeLine {
  return { kind: 'FAULTY', reason: `longer than ${CODE_LENGTH_MAX} characters` };
}

function judge(bytes: Buffer, decoder: TextDecoder, first: boolean): CodeLine {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { kind: 'FAULTY', reason: 'not UTF-8' };
  }
  if (first && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
  text = text.trim();
  if (/^"[^"]*"$/.test(text)) text = text.slice(1, -1).trim();
  if (text === '') return { kind: 'BLANK' };
  if (first && text.toLowerCase() === 'code') return { kind: 'HEADER' };
  if (text.length > CODE_LENGTH_MAX) return tooLong();
  // Control and invisible format characters would make two codes that look the same.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
    return { kind: 'FAULTY', reason: 'has control or invisible characters' };
  return { kind: 'CODE', code: text };
}
