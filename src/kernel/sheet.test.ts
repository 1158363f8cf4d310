// Tables as files: what is written is what a reader reads, nothing in them is run, and little is in memory.
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { sheetRows, unzip } from '../../test/support/unzip';
import { type Cell, csvCell, type Row, type SheetFormat, sheetStream } from './sheet';

async function* each(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}

const HEADER = ['name', 'amount'];
const write = (format: SheetFormat, rows: AsyncIterable<Row>, more: object = {}) =>
  sheetStream(format, { name: 'list', header: HEADER, rows, now: 0, ...more });

test.each<[Cell, string]>([
  ['latte', 'latte'],
  [12, '12'],
  [-12, '-12'],
  [null, ''],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-5', "'-5"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['星巴克 ☕', '星巴克 ☕'],
])('%j in a CSV is %j', (cell, expected) => {
  expect(csvCell(cell)).toBe(expected);
});

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((given) => !/^[=+\-@\t\r]/.test(given));
const anyRows = fc.array(fc.tuple(text, fc.option(fc.maxSafeInteger())), { maxLength: 20 });

test('any texts and numbers come back from a CSV as they were', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows, async (rows) => {
      const read = parse(await buffer(write('csv', each(rows))), { record_delimiter: '\r\n' });
      expect(read).toEqual([HEADER, ...rows.map(([name, amount]) => [name, amount === null ? '' : String(amount)])]);
    }),
    { numRuns: 50 },
  );
});

test('and from a workbook, but for what XML cannot hold; a formula stays a text', async () => {
  const rows: Row[] = [
    ['=1+1', -5],
    ['<b>&"\r\n', null],
    ['nul\u0000', Number.MAX_SAFE_INTEGER],
    ['half \ud800', 0],
    ['星巴克 ☕', 1],
  ];
  const files = unzip(await buffer(write('xlsx', each(rows))));
  expect([...files.keys()].sort()).toEqual([
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/_rels/workbook.xml.rels',
    'xl/workbook.xml',
    'xl/worksheets/sheet1.xml',
  ]);
  const sheet = files.get('xl/worksheets/sheet1.xml')!;
  expect(sheet).not.toContain('<f>');
  expect(sheetRows(sheet)).toEqual([
    HEADER,
    ['=1+1', '-5'],
    ['<b>&"\r\n', ''],
    ['nul\u{fffd}', String(Number.MAX_SAFE_INTEGER)],
    ['half \u{fffd}', '0'],
    ['星巴克 ☕', '1'],
  ]);
});

test.each([
  [0, [0]],
  [2, [2]],
  [3, [2, 1]],
  [4, [2, 2]],
  [5, [2, 2, 1]],
])('%d rows on sheets of two lie on sheets of %j', async (count, expected) => {
  const rows = Array.from({ length: count }, (_, at): Row => [`row ${at}`, at]);
  const files = unzip(await buffer(write('xlsx', each(rows), { sheetRows: 3 })));
  const sheets = expected.map((_, at) => sheetRows(files.get(`xl/worksheets/sheet${at + 1}.xml`)!));
  expect(sheets.map(([header, ...others]) => [header, others.length])).toEqual(expected.map((size) => [HEADER, size]));
  expect(sheets.flatMap(([, ...others]) => others.map(([name]) => name))).toEqual(rows.map(([name]) => name));
  expect(files.get('xl/workbook.xml')!.match(/<sheet /g)).toHaveLength(expected.length);
});

describe.each(['csv', 'xlsx'] as const)('a %s', (format) => {
  test('whose source fails breaks off', async () => {
    async function* failing(): AsyncGenerator<Row> {
      yield ['one', 1];
      throw new Error('the database is away');
    }
    await expect(buffer(write(format, failing()))).rejects.toThrow('the database is away');
  });

  test('that is not read on does not read on either', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Row> {
      for (; ; asked += 1) yield [`a row of some length ${asked} ${'x'.repeat(1_000)}`, asked];
    }
    const file = write(format, endless());
    await new Promise((resolve) => file.once('readable', resolve));
    const seen: number[] = [];
    // Until nothing more is asked for from one look to the next.
    while (seen.at(-1) !== asked || seen.at(-2) !== asked) {
      seen.push(asked);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).toBeLessThan(format === 'csv' ? 1_000 : 200_000);
    file.destroy();
  });
});
