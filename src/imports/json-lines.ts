// A file of JSON lines, gzipped or not, as a stream of checked records: bounded memory whatever the file holds.
import { basename } from 'node:path';
import type { z } from 'zod';
import { fileSize, unpackedBytes } from './data-file';
import { ImportFault, shownValue } from './import-fault';

const LINE_BYTES_MAX = 65_536;
const NEWLINE = 10;

export interface JsonRecord<Value> {
  /** Physical line, from 1. */
  readonly line: number;
  /** Place among the lines that are not blank, from 1. */
  readonly record: number;
  readonly text: string;
  readonly value: Value;
}

export interface LineCount {
  lines: number;
  blank: number;
  /** Of the file as it lies on the disk. */
  bytes: number;
}

export function newLineCount(): LineCount {
  return { lines: 0, blank: 0, bytes: 0 };
}

export class JsonLinesFile<Value> {
  readonly name: string;

  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly schema: z.ZodType<Value>,
  ) {
    this.name = basename(path);
  }

  /** Throws ImportFault when there is no such file. A name that ends in `.gz` is unpacked on the way. */
  static async open<Value>(path: string, schema: z.ZodType<Value>): Promise<JsonLinesFile<Value>> {
    return new JsonLinesFile(path, await fileSize(path), schema);
  }

  /**
   * Every record in file order, or only those whose text `isWanted`; `count` is kept up to date. Throws ImportFault at
   * the first line that is faulty.
   */
  async *records(count = newLineCount(), isWanted?: (text: string) => boolean): AsyncGenerator<JsonRecord<Value>> {
    for await (const text of this.lines(count)) {
      count.lines += 1;
      if (text.trim() === '') {
        count.blank += 1;
        continue;
      }
      if (isWanted && !isWanted(text)) continue;
      const value = this.parse(text, count.lines);
      yield { line: count.lines, record: count.lines - count.blank, text, value };
    }
  }

  fault(line: number, what: string): ImportFault {
    return new ImportFault(`${this.name}, line ${line}: ${what}`);
  }

  private parse(text: string, line: number): Value {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw this.fault(line, `${shownValue(text)} is not JSON; allowed is one object a line.`);
    }
    const parsed = this.schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    const path = issue.path.map(String);
    const given = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], json);
    throw this.fault(line, `${path.join('.') || 'the record'} is ${shownValue(given)}; ${issue.message}.`);
  }

  private async *lines(count: LineCount): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const decoded = (bytes: Buffer): string => {
      this.checkLength(bytes, count);
      try {
        return decoder.decode(bytes);
      } catch {
        throw this.fault(count.lines + 1, 'the bytes are not UTF-8.');
      }
    };
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of this.chunks(count)) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const tail = chunk.subarray(from, end);
        yield decoded(rest.length > 0 ? Buffer.concat([rest, tail]) : tail);
        rest = Buffer.alloc(0);
        from = end + 1;
      }
      rest = Buffer.concat([rest, chunk.subarray(from)]);
      // Looked at before its end is found: a file without line ends must not fill the memory.
      this.checkLength(rest, count);
    }
    if (rest.length > 0) yield decoded(rest);
  }

  private checkLength(line: Buffer, count: LineCount): void {
    if (line.length <= LINE_BYTES_MAX) return;
    throw this.fault(count.lines + 1, `it is longer than ${LINE_BYTES_MAX} bytes; allowed is one record a line.`);
  }

  private async *chunks(count: LineCount): AsyncGenerator<Buffer> {
    try {
      yield* unpackedBytes(this.path, (bytes) => {
        count.bytes = bytes;
      });
    } catch (error) {
      const { message } = error as Error;
      throw new ImportFault(`${this.name} is damaged or cut short after line ${count.lines}: ${message}.`);
    }
  }
}
