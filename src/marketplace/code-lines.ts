// A code file as a stream of lines: bounded memory whatever the file holds, each line judged on its own.
import type { Readable } from 'node:stream';
import { BYTE_ORDER_MARK, byteLines } from '../kernel/byte-lines';

export const CODE_LENGTH_MAX = 128;
/** What is longer is too long before it is decoded: four bytes a character, and spaces around it. */
const LINE_BYTES_MAX = 8 * CODE_LENGTH_MAX;

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
  let first = true;
  for await (const bytes of byteLines(source, LINE_BYTES_MAX)) {
    yield bytes ? judge(bytes, decoder, first) : tooLong();
    first = false;
  }
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
