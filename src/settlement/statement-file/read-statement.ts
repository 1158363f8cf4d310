// Reads a statement from a file of JSON or CSV: what it says of itself first, then its lines, one at a time.
import type { Readable } from 'node:stream';
import { BYTE_ORDER_MARK, byteLines } from '../../kernel/byte-lines';
import type { StatementLine } from '../statement/statement';
import { checkedHead, checkedLine, type FileHead, type FileStatement, StatementFileError } from './file-statement';
import { csvStatement } from './read-csv';

const LINE_BYTES_MAX = 1024 * 1024;
/** A file that was written anew by another program, all on a few lines, is read as a whole up to this. */
const WHOLE_BYTES_MAX = 64 * 1024 * 1024;

/** By what the file begins with: a brace is JSON, everything else is CSV. */
export async function readStatement(source: Readable): Promise<FileStatement> {
  const lines = byteLines(source, LINE_BYTES_MAX);
  const first = await lines.next();
  const start = text(first.value).replace(BYTE_ORDER_MARK, '');
  const rest = { [Symbol.asyncIterator]: () => lines };
  return start.trimStart().startsWith('{') ? jsonStatement(start, rest) : csvStatement(start, textsOf(rest));
}

function text(bytes: Buffer | undefined): string {
  if (bytes) return bytes.toString('utf8');
  throw new StatementFileError(`This is no statement: a line is empty or longer than ${LINE_BYTES_MAX} bytes.`);
}

async function* textsOf(lines: AsyncIterable<Buffer | undefined>): AsyncGenerator<string> {
  for await (const line of lines) yield text(line);
}

async function jsonStatement(start: string, lines: AsyncIterable<Buffer | undefined>): Promise<FileStatement> {
  let head = start;
  const texts = textsOf(lines);
  while (!/^ {2}"lines": \[$/.test(head.slice(head.lastIndexOf('\n') + 1))) {
    const next = await texts.next();
    if (next.done) return wholeJson(head);
    if (head.length > WHOLE_BYTES_MAX) {
      throw new StatementFileError('The file is too large to be read as a whole; take it as Perkgate wrote it.');
    }
    head += `\n${next.value}`;
  }
  return { head: checkedHead(parsed(`${head}]}`)), lines: linesAfter(texts) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new StatementFileError(`This is no statement: it is not JSON. ${(error as Error).message}`);
  }
}

async function* linesAfter(texts: AsyncIterable<string>): AsyncGenerator<StatementLine> {
  let at = 0;
  let over = false;
  for await (const one of texts) {
    const json = one.trim();
    if (json === '') continue;
    if (over) throw new StatementFileError('This is no statement: something follows its end.');
    over = json === ']}';
    if (over) continue;
    at += 1;
    yield checkedLine(parsed(json.replace(/,$/, '')), at);
  }
  if (!over) throw new StatementFileError('This is no whole statement: its end is missing.');
}

function wholeJson(json: string): FileStatement {
  const head = checkedHead(parsed(json)) as FileHead & { readonly lines: readonly unknown[] };
  async function* lines(): AsyncGenerator<StatementLine> {
    for (const [at, line] of head.lines.entries()) yield checkedLine(line, at + 1);
  }
  return { head, lines: lines() };
}
