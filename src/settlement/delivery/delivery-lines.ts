// A file of deliveries as a stream of lines, each judged on its own; the first one names the columns.
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse/sync';
import { BYTE_ORDER_MARK, byteLines } from '../../kernel/byte-lines';
import { csvFault } from '../../kernel/csv-fault';
import { type BusinessTime, dayOfDate } from '../../kernel/period';
import { shown } from '../../members/input-checks';
import { checkSource } from '../adjustment/adjustment';
import type { DeliveryInput } from './delivery';

export const DELIVERY_COLUMNS = [
  'external_id',
  'item',
  'quantity',
  'delivered_at',
  'source',
  'evidence',
  'note',
] as const;
type Column = (typeof DELIVERY_COLUMNS)[number];
const NEEDED: readonly Column[] = ['external_id', 'item', 'quantity'];
const LINE_BYTES_MAX = 8_192;
/** Of lines that name none. */
const SOURCE = 'file';

export type DeliveryLine =
  | { readonly kind: 'DELIVERY'; readonly source: string; readonly input: DeliveryInput }
  | { readonly kind: 'BLANK' | 'HEADER' }
  | { readonly kind: 'FAULTY'; readonly reason: string }
  /** The first line does not say which columns there are; nothing after it can be read. */
  | { readonly kind: 'UNREADABLE'; readonly reason: string };

/** With an offset, since a time without one is another one on each machine. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** One delivery a line: CSV with commas, quotes where a cell has commas, links of the evidence apart by spaces. */
export async function* deliveryLines(source: Readable, time: BusinessTime): AsyncGenerator<DeliveryLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let columns: readonly string[] | undefined;
  for await (const bytes of byteLines(source, LINE_BYTES_MAX)) {
    const cells = bytes ? cellsOf(bytes, decoder, columns === undefined) : `longer than ${LINE_BYTES_MAX} bytes`;
    if (columns === undefined) {
      const fault = typeof cells === 'string' ? cells : headerFault(cells);
      if (fault !== undefined || typeof cells === 'string') {
        yield { kind: 'UNREADABLE', reason: fault ?? '' };
        return;
      }
      columns = cells;
      yield { kind: 'HEADER' };
    } else {
      yield typeof cells === 'string' ? { kind: 'FAULTY', reason: cells } : judge(cells, columns, time);
    }
  }
}

/** The cells of a line, or what is wrong with it. */
function cellsOf(bytes: Buffer, decoder: TextDecoder, first: boolean): readonly string[] | string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return 'not UTF-8';
  }
  const line = first && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  try {
    const [cells] = parse(line.trimEnd(), { relax_column_count: true, trim: true }) as string[][];
    return cells ?? [];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return `not CSV: ${csvFault(error.code, LINE_BYTES_MAX)}`;
  }
}

function headerFault(columns: readonly string[]): string | undefined {
  const known: readonly string[] = DELIVERY_COLUMNS;
  const rule = `the first line names the columns, out of ${known.join(', ')}`;
  const strange = columns.find((column, at) => !known.includes(column) || columns.indexOf(column) < at);
  if (strange !== undefined) return `${rule}, each once; ${shown(strange)} is none of them or stands there twice`;
  const missing = NEEDED.find((column) => !columns.includes(column));
  return missing === undefined ? undefined : `${rule}; ${missing} is missing`;
}

function judge(cells: readonly string[], columns: readonly string[], time: BusinessTime): DeliveryLine {
  if (cells.every((cell) => cell === '')) return { kind: 'BLANK' };
  const faulty = (reason: string): DeliveryLine => ({ kind: 'FAULTY', reason });
  if (cells.length !== columns.length) return faulty(`${cells.length} cells; the first line names ${columns.length}`);
  const cell = (column: Column) => cells[columns.indexOf(column)] ?? '';
  const quantity = cell('quantity');
  if (!/^\d{1,10}$/.test(quantity)) return faulty(`quantity is ${shown(quantity)}; allowed is an integer from 1`);
  const given = cell('delivered_at');
  const deliveredAt = given === '' ? undefined : instantOf(given, time);
  if (Number.isNaN(deliveredAt)) {
    return faulty(`delivered_at is ${shown(given)}; allowed is 2026-11-01, or a time like 2026-11-01T00:00:00+08:00`);
  }
  const source = cell('source') === '' ? SOURCE : cell('source');
  const sourceFault = checkSource('source', source);
  if (sourceFault) return faulty(sourceFault.message);
  const evidence = cell('evidence').split(' ').filter(Boolean);
  const note = cell('note') === '' ? undefined : cell('note');
  const input = { externalId: cell('external_id'), item: cell('item'), quantity: Number(quantity) };
  return { kind: 'DELIVERY', source, input: { ...input, deliveredAt, evidence, note } };
}

/** A business day is its first instant; NaN for what is neither a day nor a time. */
function instantOf(text: string, time: BusinessTime): number {
  if (dayOfDate(text) !== undefined) {
    const [year, month, day] = text.split('-').map(Number);
    return time.startOfDate(year!, month!, day!);
  }
  return TIME.test(text) ? Date.parse(text) : Number.NaN;
}
