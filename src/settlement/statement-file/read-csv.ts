// Reads a statement from CSV: the rows of what it is and of its sums, up to its first line, are made what JSON says.
import { CsvError, parse } from 'csv-parse/sync';
import type { StatementLine } from '../statement/statement';
import { checkedHead, checkedLine, type FileStatement, StatementFileError } from './file-statement';
import { ABOUT_NAMES, CSV_COLUMNS, ITEM_SUMS } from './statement-csv';

type Name = (typeof CSV_COLUMNS)[number];
type Cells = Readonly<Record<Name, string>>;

const NUMBERS: readonly string[] = ['form', 'number', 'lineCount'];
const INTEGER = /^-?\d{1,16}$/;

/** `start`: the line that names the columns. */
export async function csvStatement(start: string, lines: AsyncGenerator<string>): Promise<FileStatement> {
  if (cellsOf(start).join(',') !== CSV_COLUMNS.join(',')) {
    throw new StatementFileError(`This is no statement: a CSV of one begins with ${CSV_COLUMNS.join(',')}.`);
  }
  const about: Record<string, unknown> = {};
  const totals: Record<string, number> = {};
  const items = new Map<string, Record<string, unknown>>();
  for (;;) {
    const next = await lines.next();
    const row = next.done ? undefined : rowOf(next.value);
    if (!row || row.record === 'line') {
      const head = checkedHead({ ...about, totals, items: [...items.values()], lines: [] });
      return { head, lines: linesFrom(row, lines) };
    }
    take(row, about, totals, items);
  }
}

function take(
  row: Cells,
  about: Record<string, unknown>,
  totals: Record<string, number>,
  items: Map<string, Record<string, unknown>>,
): void {
  const { record, id, item, side, kind, quantity, value, text } = row;
  if (record === 'about' && (ABOUT_NAMES as readonly string[]).includes(id)) {
    const empty = id === 'previousHash' && text === '';
    about[id] = empty ? null : NUMBERS.includes(id) ? number(text) : text;
  } else if (record === 'total') {
    totals[id] = number(value);
  } else if (record === 'item') {
    items.set(item, { number: number(id), code: item, side, kind, unit: text, unitValue: number(value) });
  } else if ((ITEM_SUMS as readonly string[]).includes(record) && items.has(item)) {
    items.get(item)![record] = { quantity: number(quantity), value: number(value) };
  } else if (record !== 'signature') {
    throw new StatementFileError(`This is no statement: it has a row ${JSON.stringify(record.slice(0, 40))}.`);
  }
}

async function* linesFrom(first: Cells | undefined, rest: AsyncIterable<string>): AsyncGenerator<StatementLine> {
  if (!first) return;
  let at = 1;
  yield lineOf(first, at);
  for await (const text of rest) {
    at += 1;
    yield lineOf(rowOf(text), at);
  }
}

function lineOf({ record, id, at, item, kind, quantity, value, text }: Cells, count: number): StatementLine {
  if (record !== 'line') throw new StatementFileError(`Row ${count} of the lines is none: it begins with ${record}.`);
  const reference = text === '' ? null : text;
  return checkedLine({ id, at, item, kind, quantity: number(quantity), value: number(value), reference }, count);
}

/** What is no number is left for the schema to refuse. */
function number(text: string): number {
  return INTEGER.test(text) ? Number(text) : Number.NaN;
}

function cellsOf(line: string): string[] {
  try {
    return (parse(line.replace(/\r$/, ''), { relax_column_count: true }) as string[][])[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) throw new StatementFileError(`This is no statement: ${error.message}`);
    throw error;
  }
}

function rowOf(line: string): Cells {
  const cells = cellsOf(line);
  if (cells.length !== CSV_COLUMNS.length) {
    throw new StatementFileError(`This is no statement: a row has ${cells.length} of ${CSV_COLUMNS.length} cells.`);
  }
  return Object.fromEntries(CSV_COLUMNS.map((name, at) => [name, cells[at]!])) as Cells;
}
