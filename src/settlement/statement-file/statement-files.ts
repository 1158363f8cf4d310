// Statements as files, in each of the forms that there are.
import type { Readable } from 'node:stream';
import type { Catalogue } from '../../program/catalogue';
import type { Statement } from '../statement/statement';
import type { StatementService } from '../statement/statement.service';
import { csvStream } from './statement-csv';
import { jsonStream } from './statement-json';
import { pdfStream } from './statement-pdf';

export const STATEMENT_FORMATS = ['json', 'csv', 'pdf'] as const;
export type StatementFormat = (typeof STATEMENT_FORMATS)[number];

export const STATEMENT_MEDIA: Readonly<Record<StatementFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
};

export class StatementFiles {
  constructor(
    private readonly statements: StatementService,
    private readonly catalogue: () => Catalogue,
  ) {}

  /** Made while it is read; what breaks off has no end. */
  stream(statement: Statement, format: StatementFormat): Readable {
    const lines = this.statements.lines(statement);
    if (format === 'pdf') return pdfStream(statement, lines, this.catalogue().time);
    return format === 'csv' ? csvStream(statement, lines) : jsonStream(statement, lines);
  }
}

/** `views-for-leads-statement-3.json` */
export function fileNameOf({ body }: Statement, format: StatementFormat): string {
  return `${body.agreement}-statement-${body.number}.${format}`;
}
