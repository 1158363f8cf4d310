// A file of CSV with a header, gzipped or not, as a stream of checked records: bounded memory whatever the file holds.
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, type Parser, parse } from 'csv-parse';
import type { z } from 'zod';
import { csvFault } from '../kernel/csv-fault';
import { fileSize, unpackedBytes } from './data-file';
import { ImportFault, shownValue } from './import-fault';

const RECORD_BYTES_MAX = 65_536;

export interface CsvRecord<Value> {
  /** From 1, the header being the first. */
  readonly line: number;
  readonly value: Value;
}

type Row = { readonly record: readonly string[]; readonly info: Info };

export class CsvFile<Value> {
  readonly name: string;

  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly columns: readonly string[],
    private readonly schema: z.ZodType<Value>,
  ) {
    this.name = basename(path);
  }

  /** `columns`: what the header must say. Throws ImportFault when there is no such file. */
  static async open<Value>(
    path: string,
    columns: readonly string[],
    schema: z.ZodType<Value>,
  ): Promise<CsvFile<Value>> {
    return new CsvFile(path, await fileSize(path), columns, schema);
  }

  /** Every record in file order. Throws ImportFault at the first line that is faulty. */
  async *records(onRead: (bytes: number) => void = () => {}): AsyncGenerator<CsvRecord<Value>> {
    let line = 0;
    const parser = parse({ info: true, bom: true, max_record_size: RECORD_BYTES_MAX });
    try {
      for await (const { record, info } of this.rows(parser, onRead)) {
        line = info.lines;
        if (line > 1) yield { line, value: this.valueOf(record, line) };
        else this.checkHeader(record);
      }
    } catch (error) {
      throw this.named(error as Error, line);
    }
    if (line === 0) throw this.fault(1, `there is no header; allowed is ${this.columns.join(',')}.`);
  }

  fault(line: number, what: string): ImportFault {
    return new ImportFault(`${this.name}, line ${line}: ${what}`);
  }

  private rows(parser: Parser, onRead: (bytes: number) => void): AsyncIterable<Row> {
    // The pipeline ends the parser with whatever fails the reading, so that one loop sees both.
    return pipeline(Readable.from(unpackedBytes(this.path, onRead)), parser, () => {});
  }

  private checkHeader(record: readonly string[]): void {
    if (record.join() === this.columns.join()) return;
    throw this.fault(1, `the header is ${shownValue(record.join())}; allowed is ${this.columns.join(',')}.`);
  }

  private valueOf(record: readonly string[], line: number): Value {
    const fields = Object.fromEntries(this.columns.map((column, at) => [column, record[at]]));
    const parsed = this.schema.safeParse(fields);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    const column = String(issue.path[0]);
    throw this.fault(line, `${column} is ${shownValue(fields[column])}; ${issue.message}.`);
  }

  private named(error: Error, line: number): Error {
    if (error instanceof ImportFault) return error;
    if (error instanceof CsvError) {
      const at = typeof error.lines === 'number' ? error.lines : line + 1;
      return this.fault(at, `${csvFault(error.code, RECORD_BYTES_MAX)}.`);
    }
    return new ImportFault(`${this.name} is damaged or cut short after line ${line}: ${error.message}.`);
  }
}
