// A statement as it stands in a file, checked against its JSON Schema.
import { Ajv2020 } from 'ajv/dist/2020';
import schema from '../../../schema/statement.schema.json';
import type { StatedItem, StatementLine, StatementTotals } from '../statement/statement';

/** As it stands in a file, checked against `schema/statement.schema.json`. */
export interface FileHead {
  readonly form: number;
  readonly agreement: string;
  readonly title: string;
  readonly partner: string;
  readonly number: number;
  readonly previousHash: string | null;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly issuedAt: string;
  readonly items: readonly StatedItem[];
  readonly totals: StatementTotals;
  readonly lineCount: number;
  readonly hash: string;
}

export interface FileStatement {
  readonly head: FileHead;
  /** Throws StatementFileError for one that is none. */
  readonly lines: AsyncIterable<StatementLine>;
}

/** Thrown when a file is no statement; the message says where and why. */
export class StatementFileError extends Error {
  override readonly name = 'StatementFileError';
}

const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true });
/** One that is written as no other is: the 31st of February is none. */
ajv.addFormat('date-time', (text: string) => {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
});
const validHead = ajv.compile<FileHead>(schema);
const validLine = ajv.compile({ ...schema.$defs.line, $id: 'urn:perkgate:statement-line', $defs: schema.$defs });

export function checkedHead(value: unknown): FileHead {
  if (validHead(value)) return value;
  const [error] = validHead.errors ?? [];
  throw new StatementFileError(`This is no statement: ${error?.instancePath || 'it'} ${error?.message}.`);
}

export function checkedLine(value: unknown, at: number): StatementLine {
  if (!validLine(value)) {
    const [error] = validLine.errors ?? [];
    throw new StatementFileError(`Line ${at} of the statement ${error?.instancePath ?? ''} ${error?.message}.`);
  }
  const { at: time, reference, ...line } = value as { at: string; reference: string | null } & object;
  return { ...line, at: Date.parse(time), reference: reference ?? undefined } as StatementLine;
}
