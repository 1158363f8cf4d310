// Statements as files: what is written is read back, verified by itself, and whatever was changed in it is found.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { BusinessTime } from '../../kernel/period';
import { StatementTally } from '../statement/canonical';
import {
  LINE_KINDS,
  type StatedItem,
  type Statement,
  type StatementHead,
  type StatementLine,
} from '../statement/statement';
import { StatementFileError } from './file-statement';
import { readStatement } from './read-statement';
import { csvStream } from './statement-csv';
import { jsonStream } from './statement-json';
import { minuteText, pdfStream } from './statement-pdf';
import { verifyStatement } from './verify-statement';

const NOON = Date.UTC(2027, 1, 1, 4);
const HEAD: StatementHead = {
  agreement: 'seats-for-screens',
  title: '星河影城：座位换屏幕',
  partner: 'cinema',
  number: 3,
  startsAt: Date.UTC(2026, 11, 31, 16),
  endsAt: Date.UTC(2027, 0, 31, 16),
  timeZone: 'Asia/Shanghai',
  currency: 'CNY',
  issuedAt: NOON,
  previousHash: 'ab'.repeat(32),
};
const SUM = { quantity: 0, value: 0 };
const itemOf = (number: number, code: string, side: StatedItem['side'], unit: string) => ({
  ...{ number, code, side, kind: 'LEAD' as const, unit, unitValue: 300, disputed: SUM },
  opening: { quantity: number, value: -number * 7 },
});

async function* each(lines: readonly StatementLine[]): AsyncGenerator<StatementLine> {
  yield* lines;
}

function statementOf(lines: readonly StatementLine[], head: Partial<StatementHead> = {}, unit = '条 =lead'): Statement {
  const about = { ...HEAD, ...head };
  const items = [itemOf(1, 'leads', 'PARTNER', unit), itemOf(2, 'views', 'OPERATOR', 'thousand, "views"')];
  const tally = new StatementTally(about, items);
  for (const line of lines) tally.add(line);
  const body = { ...about, ...tally.close() };
  const signed = { at: NOON + 1, by: 'bd:陈' };
  return {
    id: '1'.repeat(32),
    agreementId: '2'.repeat(32),
    partnerId: '3'.repeat(32),
    body,
    issuedBy: 'bd:陈',
    operator: signed,
  };
}

function lineOf(at: number, more: Partial<StatementLine> = {}): StatementLine {
  const id = at.toString(16).padStart(32, '0');
  return {
    id,
    at: NOON + at,
    item: 'leads',
    kind: 'DELIVERY',
    quantity: 2,
    value: 600,
    reference: `file:${at}`,
    ...more,
  };
}

const LINES = [lineOf(1), lineOf(2, { item: 'views', kind: 'REDEMPTION', reference: undefined }), lineOf(3)];
const FORMS = { json: jsonStream, csv: csvStream } as const;
type Form = keyof typeof FORMS;

const textOf = async (form: Form, statement: Statement, lines: readonly StatementLine[]) =>
  (await buffer(FORMS[form](statement, each(lines)))).toString();
const verify = async (text: string, chunk = 64 * 1024) => {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  );
  return verifyStatement(await readStatement(Readable.from(chunks)));
};

describe.each(['json', 'csv'] as const)('as %s', (form) => {
  test('what is written is read back and agrees with itself', async () => {
    const statement = statementOf(LINES);
    const text = await textOf(form, statement, LINES);
    const report = await verify(text, 5);
    expect(report).toEqual({
      ...{ agreement: 'seats-for-screens', number: 3, lines: 3, faults: [] },
      ...{ hash: statement.body.hash, computed: statement.body.hash },
    });
    const empty = statementOf([]);
    expect((await verify(await textOf(form, empty, []))).faults).toEqual([]);
    const first = statementOf(LINES, { previousHash: undefined, number: 1 });
    expect((await verify(await textOf(form, first, LINES))).faults).toEqual([]);
  });

  test('whatever stands in the texts, and with any amounts', async () => {
    const plain = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => {
      return text.trim() === text && text !== '' && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
    });
    const text = fc.oneof(
      plain,
      plain.map((one) => `=${one}`),
      plain.map((one) => `'-${one}`),
      fc.constant('-'),
    );
    const amount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
    const line = fc.record({
      at: fc.integer({ min: 0, max: 1_000 }),
      item: fc.constantFrom('leads', 'views'),
      kind: fc.constantFrom(...LINE_KINDS),
      quantity: amount,
      value: amount,
      reference: fc.option(
        plain.map((one) => `file:${one}`),
        { nil: undefined },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), text, text, async (some, title, unit) => {
        const lines = some.map(({ at, ...more }) => lineOf(at, { ...more, at: NOON + at }));
        const statement = statementOf(lines, { title }, unit);
        const report = await verify(await textOf(form, statement, lines), 100);
        expect(report.faults).toEqual([]);
        expect(report.computed).toBe(statement.body.hash);
      }),
      { numRuns: 60 },
    );
  });

  test('a change of any digit or letter that counts is found', async () => {
    const text = await textOf(form, statementOf(LINES), LINES);
    const places = [...text.matchAll(/[0-9a-z]/g)].map(({ index }) => index);
    const free = unhashed(text, form);
    let [tried, found] = [0, 0];
    for (const place of places) {
      if (free.some(([from, to]) => place >= from && place < to)) continue;
      const letter = text[place] === '1' ? '2' : '1';
      const changed = text.slice(0, place) + letter + text.slice(place + 1);
      tried += 1;
      const faults = await verify(changed).then(
        (report) => report.faults,
        (error: unknown) => {
          if (error instanceof StatementFileError) return [error.message];
          throw error;
        },
      );
      if (faults.length > 0) found += 1;
      else throw new Error(`not found: ${JSON.stringify(changed.slice(place - 30, place + 30))}`);
    }
    expect(tried).toBeGreaterThan(300);
    expect(found).toBe(tried);
  });

  test('a line taken out, doubled, moved, or put in is found', async () => {
    const whole = await textOf(form, statementOf(LINES), LINES);
    for (const lines of [LINES.slice(1), [...LINES, LINES[2]!], [LINES[1]!, LINES[0]!, LINES[2]!]]) {
      const statement = { ...statementOf(LINES) };
      const report = await verify(await textOf(form, statement, lines));
      expect(report.faults.join()).toContain('hash');
    }
    const foreign = [...LINES, lineOf(4, { item: 'cups' })];
    const report = await verify(await textOf(form, statementOf(LINES), foreign));
    expect(report.faults[0]).toContain('no item of the statement');
    // And so is a file that was cut off.
    const cut = verify(whole.slice(0, -20)).then(({ faults }) => {
      if (faults.length > 0) throw new StatementFileError(faults[0]);
    });
    await expect(cut).rejects.toThrow(StatementFileError);
  });
});

/** Where a file tells of signatures and of who issued it, which no hash can know before. */
function unhashed(text: string, form: Form): (readonly [number, number])[] {
  const patterns =
    form === 'json'
      ? [/"issuedBy": .*\n/, /"signatures": \{[\s\S]*?\},\n {2}"totals"/]
      : [/about,issuedBy.*\r\n/, /signature,.*\r\n/];
  return patterns.map((pattern) => {
    const { index, 0: match } = pattern.exec(text)!;
    return [index, index + match.length] as const;
  });
}

test('JSON that another program wrote anew is a statement too', async () => {
  const text = await textOf('json', statementOf(LINES), LINES);
  for (const space of [undefined, 4]) {
    expect((await verify(JSON.stringify(JSON.parse(text), null, space))).faults).toEqual([]);
  }
});

test.each([
  ['', 'is empty'],
  ['{', 'not JSON'],
  ['{}', 'required'],
  ['[]', 'begins with record'],
  ['a,b,c\n1,2,3', 'begins with record'],
  ['record,id,at,item,side,kind,quantity,value,text\nabout,form', 'cells'],
  ['record,id,at,item,side,kind,quantity,value,text\nnothing,,,,,,,,', 'row "nothing"'],
])('%j is none', async (text, message) => {
  await expect(verify(text)).rejects.toThrow(message);
});

test.each([
  // On the 8th of March 2026 the clocks of New York went from 2 to 3, on the 1st of November back from 2 to 1.
  ['America/New_York', '2026-03-08T16:30:00Z', '2026-03-08 12:30'],
  ['America/New_York', '2026-11-01T17:30:00Z', '2026-11-01 12:30'],
  ['Asia/Shanghai', '2026-10-31T16:05:59Z', '2026-11-01 00:05'],
])('in %s %s is printed as %s', (zone, instant, text) => {
  expect(minuteText(Date.parse(instant), new BusinessTime(zone))).toBe(text);
});

test('as PDF it has its pages, its font, and no more lines than are read', async () => {
  const lines = Array.from({ length: 60 }, (_, at) => lineOf(at, { reference: `广告-${at}` }));
  const pdf = (await buffer(pdfStream(statementOf(lines), each(lines), new BusinessTime('Asia/Shanghai')))).toString(
    'latin1',
  );
  expect(pdf.startsWith('%PDF-')).toBe(true);
  expect(pdf.trimEnd().endsWith('%%EOF')).toBe(true);
  expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+NotoSansHans-Regular/);
  expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(1);
  // The font is embedded with the glyphs that are used, not as a whole.
  expect(pdf.length).toBeLessThan(200_000);
});
