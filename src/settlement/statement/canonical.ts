// The text that the hash of a statement is made of, line by line, so that either side can make it again.
import { createHash, type Hash } from 'node:crypto';
import { defused } from '../../kernel/sheet';
import {
  NOTHING,
  plus,
  STATEMENT_FORM,
  type StatedItem,
  type StatementHead,
  type StatementLine,
  type Sum,
} from './statement';

type Field = string | number | undefined;

/** Fields apart by tabs; what begins like a formula is written as in CSV, and what is absent is a hyphen. */
function textLine(...fields: readonly Field[]): string {
  const texts = fields.map((field) => (typeof field === 'string' ? defused(field) : (field ?? '-')));
  return `${texts.join('\t')}\n`;
}

export function timeText(instant: number): string {
  return new Date(instant).toISOString();
}

export function headLines(head: StatementHead): string {
  const { agreement, title, partner, number, previousHash, startsAt, endsAt, timeZone, currency, issuedAt } = head;
  return [
    textLine('perkgate-statement', STATEMENT_FORM),
    textLine('agreement', agreement, title),
    textLine('partner', partner),
    textLine('number', number),
    textLine('previous', previousHash),
    textLine('period', timeText(startsAt), timeText(endsAt), timeZone),
    textLine('currency', currency),
    textLine('issued', timeText(issuedAt)),
  ].join('');
}

/** What of an item is known before any line. */
export function itemLines({ number, code, side, kind, unit, unitValue, opening }: StatedItem): string {
  return (
    textLine('item', number, code, side, kind, unit, unitValue) +
    textLine('opening', code, opening.quantity, opening.value)
  );
}

export function lineText({ id, at, item, kind, quantity, value, reference }: StatementLine): string {
  return textLine('line', id, timeText(at), item, kind, quantity, value, reference);
}

export function closingLines({ code, counted, adjusted, closing, disputed }: StatedItem): string {
  const line = (word: string, { quantity, value }: Sum) => textLine(word, code, quantity, value);
  return line('counted', counted) + line('adjusted', adjusted) + line('closing', closing) + line('disputed', disputed);
}

/**
 * Adds up the lines of a statement and makes its hash, a line at a time: first the head, then each item with its
 * opening, then the lines in their order, then the sums of each item, last how many lines there were.
 */
export class StatementTally {
  private readonly hash: Hash = createHash('sha256');
  private readonly sums = new Map<string, { counted: Sum; adjusted: Sum }>();
  private lines = 0;

  constructor(
    head: StatementHead,
    private readonly items: readonly Omit<StatedItem, 'counted' | 'adjusted' | 'closing'>[],
  ) {
    this.hash.update(headLines(head));
    for (const item of items) {
      this.sums.set(item.code, { counted: NOTHING, adjusted: NOTHING });
      this.hash.update(itemLines(item as StatedItem));
    }
  }

  /** False for a line of an item that the statement does not have. */
  add(line: StatementLine): boolean {
    this.lines += 1;
    this.hash.update(lineText(line));
    const sum = this.sums.get(line.item);
    if (!sum) return false;
    const part = line.kind === 'ADJUSTMENT' ? 'adjusted' : 'counted';
    sum[part] = plus(sum[part], line);
    return true;
  }

  /** No line can be added after. */
  close(): { readonly items: readonly StatedItem[]; readonly lineCount: number; readonly hash: string } {
    const items = this.items.map((item) => {
      const { counted, adjusted } = this.sums.get(item.code)!;
      return { ...item, counted, adjusted, closing: plus(plus(item.opening, counted), adjusted) };
    });
    for (const item of items) this.hash.update(closingLines(item));
    this.hash.update(textLine('lines', this.lines));
    return { items, lineCount: this.lines, hash: this.hash.digest('hex') };
  }
}
