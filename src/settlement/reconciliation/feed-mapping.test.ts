// Files of partners as lines: columns by their titles, amounts and dates in the partner's format, faults line by line.
import { Readable } from 'node:stream';
import { BusinessTime } from '../../kernel/period';
import type { FeedMapping } from './feed';
import { dateReader } from './feed-dates';
import { feedLines } from './feed-file';
import { checkMapping, PLAIN_MAPPING, type ReadLine, readAmount } from './feed-mapping';

const SHANGHAI = new BusinessTime('Asia/Shanghai');
const at = (text: string) => ({ at: Date.parse(text) });
const day = (text: string) => ({ day: Date.parse(`${text}T00:00:00Z`) / 86_400_000 });

describe('dates', () => {
  test.each([
    ['ISO', '2026-03-10T12:30:00Z', at('2026-03-10T12:30:00Z')],
    ['ISO', '2026-03-10T12:30:00.250+0200', at('2026-03-10T10:30:00.250Z')],
    ['ISO', '2026-03-10 12:30', at('2026-03-10T12:30:00+08:00')],
    ['ISO', '2026-03-10', day('2026-03-10')],
    ['YYYY/M/D HH:mm', '2026/3/9 07:05', at('2026-03-09T07:05:00+08:00')],
    ['DD.MM.YYYY', '29.02.2028', day('2028-02-29')],
    ['YYYYMMDDHHmmss', '20260310123001', at('2026-03-10T12:30:01+08:00')],
    ['YYYY年M月D日', '2026年3月10日', day('2026-03-10')],
    ['YYYY-MM-DDTHH:mm:ss.SSSZ', '2026-03-10T12:30:00.001-05:00', at('2026-03-10T17:30:00.001Z')],
    ['EPOCH_SECONDS', '1773115200', at('2026-03-10T04:00:00Z')],
    ['EPOCH_MILLISECONDS', '1773115200123', at('2026-03-10T04:00:00.123Z')],
  ])('%s reads %s', (format, text, expected) => {
    const read = dateReader(format);
    if (typeof read === 'string') throw new Error(read);
    expect(read(text, SHANGHAI)).toEqual(expected);
  });

  test.each([
    ['ISO', '2026-02-29'],
    ['ISO', '2026-03-10T24:00:00Z'],
    ['ISO', '10.03.2026'],
    ['YYYY-MM-DD', '2026-3-10'],
    ['YYYY-MM-DD', '２０２６-03-10'],
    ['EPOCH_SECONDS', '1e9'],
  ])('%s does not read %s', (format, text) => {
    const read = dateReader(format);
    if (typeof read === 'string') throw new Error(read);
    expect(read(text, SHANGHAI)).toEqual({
      fault: expect.stringContaining(`allowed is a date of the calendar as ${format}`),
    });
  });

  test.each(['', 'YYYY', 'YYYY-MM-DD HH', 'MM/DD', 'YYYY-MM-DD YYYY', 'YYYY-MM-DD Z', 'x'.repeat(60)])(
    '%j is no format',
    (format) => {
      expect(dateReader(format)).toContain('mapping.dateFormat is');
    },
  );
});

describe('amounts', () => {
  const major = PLAIN_MAPPING.amount;
  test.each<[string, FeedMapping['amount'], number]>([
    ['12', major, 1_200],
    ['12.5', major, 1_250],
    ['1,234.50', major, 123_450],
    ['¥ 0.01', major, 1],
    ['8.50元', major, 850],
    ['1.005000', { ...major, decimals: 3 }, 1_005],
    ['1.234,50', { ...major, decimalSign: ',' }, 123_450],
    ['0,5', { ...major, decimalSign: ',' }, 50],
    ['4500', { ...major, unit: 'MINOR' }, 4_500],
    ['9', { ...major, decimals: 0 }, 9],
  ])('%s', (text, how, expected) => {
    expect(readAmount(text, how)).toBe(expected);
  });

  test.each(['-1', '1.005', '1e3', '１２', '1,23', '', '.5', '1.', '99999999999999', 'NaN', '0x10'])(
    '%j is none',
    (text) => {
      expect(readAmount(text, major)).toEqual({ fault: expect.stringContaining('amount is ') });
    },
  );
});

const SHOP: FeedMapping = {
  ...PLAIN_MAPPING,
  columns: { code: '券码', amount: '金额', date: '核销时间', state: '状态', offer: '活动' },
  dateFormat: 'YYYY/M/D HH:mm',
  states: [{ word: '已核销', state: 'USED' }],
  offers: [{ word: '拿铁', offer: 'latte' }],
};

async function read(text: string | Buffer, mapping: FeedMapping = SHOP, chunk = 7): Promise<ReadLine[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, n) =>
    bytes.subarray(n * chunk, (n + 1) * chunk),
  );
  const lines: ReadLine[] = [];
  for await (const line of feedLines(Readable.from(chunks), mapping, SHANGHAI)) lines.push(line);
  return lines;
}

describe('a file', () => {
  const header = '\uFEFF门店,核销时间,券码,状态,活动,金额\r\n';

  test('is read by the titles of its columns, wherever its chunks end', async () => {
    const body =
      '一店,2026/3/10 12:30,"A,1",已核销,拿铁,"1,200.00"\r\n\r\n二店,2026/3/10 9:30,B2,,,\r\n二店,2026/3/10 09:30, B3 ,,mug,\r\n';
    for (const size of [1, 2, 5, 1_000]) {
      expect(await read(header + body, SHOP, size)).toEqual([
        expect.objectContaining({
          line: 2,
          code: 'A,1',
          offer: 'latte',
          amount: 120_000,
          state: 'USED',
          ...at('2026-03-10T12:30:00+08:00'),
        }),
        { line: 4, fault: 'date is "2026/3/10 9:30"; allowed is a date of the calendar as YYYY/M/D HH:mm' },
        expect.objectContaining({ line: 5, code: 'B3', offer: 'mug', amount: undefined, state: undefined }),
      ]);
    }
  });

  test('names the states that it knows where it meets another', async () => {
    const [line] = await read(`${header}一店,2026/3/10 12:30,A,退款,,1\n`);
    expect(line).toEqual({ line: 2, fault: 'state is "退款"; mapping.states knows: "已核销"' });
  });

  test('may be in GB 18030, with semicolons', async () => {
    const mapping: FeedMapping = { ...PLAIN_MAPPING, encoding: 'gb18030', delimiter: ';', columns: { code: '券码' } };
    const bytes = Buffer.concat([Buffer.from([0xc8, 0xaf, 0xc2, 0xeb]), Buffer.from(';x\nA1;2\n')]);
    expect(await read(bytes, mapping, 1)).toEqual([expect.objectContaining({ line: 2, code: 'A1' })]);
  });

  test.each<[string, string | Buffer, string]>([
    [
      'without the columns',
      'code,date\nA,1\n',
      'The header has no column "券码", which is to tell the code. It has: "code", "date".',
    ],
    ['that is empty', '', 'The file is empty; its first line must be a header.'],
    [
      'with an open quote',
      `${header}一店,"2026\n`,
      'is no CSV with "," between values: a quote is opened and never closed.',
    ],
    [
      'with an endless line',
      'x'.repeat(20_000),
      'between values: it is longer than 16384 bytes; allowed is one record a line.',
    ],
    ['with a quote in a value', `${header}一"店,2026\n`, 'between values: a quote stands where none may; '],
    [
      'in another encoding',
      Buffer.from([0xc8, 0xaf, 0xc2, 0xeb]),
      'The file is not in utf-8; name the encoding that it is in.',
    ],
  ])('%s cannot be read', async (_title, text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe('a mapping', () => {
  test.each<[string, Partial<FeedMapping>, string]>([
    ['without the column that names the redemption', { columns: { reference: 'id' } }, 'mapping.columns has no code'],
    ['that names a column twice', { columns: { code: 'a', date: 'a' } }, 'names one column of the file twice'],
    ['with a title that cannot be seen', { columns: { code: '\u200b' } }, 'mapping.columns.code is'],
    ['with half digits', { amount: { ...PLAIN_MAPPING.amount, decimals: 1.5 } }, 'decimals is 1.5; allowed are 0 to 4'],
    ['with a date that is none', { dateFormat: 'D/M' }, 'mapping.dateFormat is "D/M"'],
  ])('%s is refused', (_title, more, message) => {
    const fault = checkMapping({ ...PLAIN_MAPPING, columns: { code: 'a' }, ...more }, 'CODE');
    expect(fault?.message).toContain(message);
  });

  test('by member needs the member and the offer', () => {
    const columns = { member: 'who', offer: 'what' };
    expect(checkMapping({ ...PLAIN_MAPPING, columns }, 'MEMBER')).toBeUndefined();
    expect(checkMapping({ ...PLAIN_MAPPING, columns: { member: 'who' } }, 'MEMBER')?.message).toContain('has no offer');
  });
});
