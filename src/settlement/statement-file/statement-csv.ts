// A statement as CSV, written while it is read: what it is, its sums, then its lines, told apart by the first column.
import type { Readable } from 'node:stream';
import { type Row, sheetStream } from '../../kernel/sheet';
import type { StatedItem, Statement, StatementLine } from '../statement/statement';
import { headJson, lineJson } from './statement-json';

export const CSV_COLUMNS = ['record', 'id', 'at', 'item', 'side', 'kind', 'quantity', 'value', 'text'] as const;
/** Rows of what the statement is, by their names in JSON. */
export const ABOUT_NAMES = [
  'form',
  'agreement',
  'title',
  'partner',
  'number',
  'previousHash',
  'startsAt',
  'endsAt',
  'timeZone',
  'currency',
  'issuedAt',
  'issuedBy',
  'lineCount',
  'hash',
] as const;
export const ITEM_SUMS = ['opening', 'counted', 'adjusted', 'closing', 'disputed'] as const;

export function csvStream(statement: Statement, lines: AsyncIterable<StatementLine>): Readable {
  const rows = rowsOf(statement, lines);
  return sheetStream('csv', { name: 'statement', header: CSV_COLUMNS, rows, now: statement.body.issuedAt });
}

async function* rowsOf(statement: Statement, lines: AsyncIterable<StatementLine>): AsyncGenerator<Row> {
  const head = headJson(statement);
  for (const name of ABOUT_NAMES) {
    const text = head[name];
    yield ['about', name, null, null, null, null, null, null, text === null ? null : String(text)];
  }
  for (const [side, signature] of Object.entries(head.signatures)) {
    if (signature) yield ['signature', null, signature.at, null, side.toUpperCase(), null, null, null, signature.by];
  }
  for (const [name, value] of Object.entries(head.totals)) {
    yield ['total', name, null, null, null, null, null, value, null];
  }
  for (const item of head.items) yield* itemRows(item);
  for await (const line of lines) {
    const { id, at, item, kind, quantity, value, reference } = lineJson(line);
    yield ['line', id, at, item, null, kind, quantity, value, reference];
  }
}

function* itemRows(item: StatedItem): Generator<Row> {
  const { number, code, side, kind, unit, unitValue } = item;
  yield ['item', String(number), null, code, side, kind, null, unitValue, unit];
  for (const name of ITEM_SUMS) {
    const { quantity, value } = item[name];
    yield [name, null, null, code, side, null, quantity, value, null];
  }
}
