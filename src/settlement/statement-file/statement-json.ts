// A statement as JSON, written while it is read: one line of the statement on one line of the file.
import { Readable } from 'node:stream';
import { timeText } from '../statement/canonical';
import { type Signature, STATEMENT_FORM, type Statement, type StatementLine, totalsOf } from '../statement/statement';

/** What stands before the lines; the names are those of `schema/statement.schema.json`. */
export function headJson({ body, issuedBy, operator, partner }: Statement) {
  const { startsAt, endsAt, issuedAt, previousHash, items, lineCount, hash, ...head } = body;
  const signature = (given: Signature | undefined) => (given ? { at: timeText(given.at), by: given.by } : null);
  return {
    form: STATEMENT_FORM,
    agreement: head.agreement,
    title: head.title,
    partner: head.partner,
    number: head.number,
    previousHash: previousHash ?? null,
    startsAt: timeText(startsAt),
    endsAt: timeText(endsAt),
    timeZone: head.timeZone,
    currency: head.currency,
    issuedAt: timeText(issuedAt),
    issuedBy,
    signatures: { operator: signature(operator), partner: signature(partner) },
    totals: totalsOf(items),
    items,
    lineCount,
    hash,
  };
}

export function lineJson({ id, at, item, kind, quantity, value, reference }: StatementLine) {
  return { id, at: timeText(at), item, kind, quantity, value, reference: reference ?? null };
}

const CHUNK = 64 * 1024;

export function jsonStream(statement: Statement, lines: AsyncIterable<StatementLine>): Readable {
  async function* texts(): AsyncGenerator<Buffer> {
    let waiting = JSON.stringify({ ...headJson(statement), lines: [] }, null, 2).replace(/\]\n\}$/, '');
    let first = true;
    for await (const line of lines) {
      waiting += `${first ? '\n' : ',\n'}${JSON.stringify(lineJson(line))}`;
      first = false;
      if (waiting.length < CHUNK) continue;
      yield Buffer.from(waiting);
      waiting = '';
    }
    yield Buffer.from(`${waiting}\n]}\n`);
  }
  return Readable.from(texts());
}
