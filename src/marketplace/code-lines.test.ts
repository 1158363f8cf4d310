// A code file line by line: what is a code, what is not, whatever the bytes and however they arrive.
import { Readable } from 'node:stream';
import { type CodeLine, codeLines } from './code-lines';

type Bytes = string | Buffer;

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
  return chunks;
}

async function linesOf(source: Iterable<Buffer>): Promise<CodeLine[]> {
  const lines: CodeLine[] = [];
  for await (const line of codeLines(Readable.from(source))) lines.push(line);
  return lines;
}

function words(line: CodeLine): string {
  if (line.kind === 'CODE') return line.code;
  return line.kind === 'FAULTY' ? `! ${line.reason}` : line.kind;
}

/** What the lines are, the same for every way in which the file may be cut into chunks. */
async function judged(file: Bytes): Promise<string[]> {
  const bytes = Buffer.from(file as string);
  const [whole, ...others] = await Promise.all(
    [bytes.length || 1, 1, 7, 1_024].map(async (size) => (await linesOf(cut(bytes, size))).map(words)),
  );
  for (const other of others) expect(other).toEqual(whole);
  return whole!;
}

const LONG = '! longer than 128 characters';
const HIDDEN = '! has control or invisible characters';

test.each<[string, Bytes, string[]]>([
  ['an empty file', '', []],
  ['a last line without an end', 'A\nB', ['A', 'B']],
  ['a last line with an end', 'A\nB\n', ['A', 'B']],
  ['blank lines', '\nA\n\n  \n\t\nB\n\n', ['BLANK', 'A', 'BLANK', 'BLANK', 'BLANK', 'B', 'BLANK']],
  ['line ends of Windows', 'A\r\nB\r\n\r\n', ['A', 'B', 'BLANK']],
  ['spaces around a code', '  A \t\n\u00a0B\u3000\n', ['A', 'B']],
  ['a header', 'Code\nA\n', ['HEADER', 'A']],
  ['a header in quotes behind a byte order mark', '\ufeff"code"\r\nA\r\n', ['HEADER', 'A']],
  ['a byte order mark before the first code', '\ufeffA\nB', ['A', 'B']],
  ['the word of the header further down', 'A\ncode\n', ['A', 'code']],
  ['quotes', '"A"\n" B "\n""\n"C\n"D"E"\n', ['A', 'B', 'BLANK', '"C', '"D"E"']],
  ['duplicates', 'A\nA\na\n', ['A', 'A', 'a']],
  ['other scripts', '优惠券\n🎫\n', ['优惠券', '🎫']],
  ['128 characters', `${'x'.repeat(128)}\n${'券'.repeat(128)}`, ['x'.repeat(128), '券'.repeat(128)]],
  ['129 characters', `${'x'.repeat(129)}\nB`, [LONG, 'B']],
  ['10,000 characters', `A\n${'x'.repeat(10_000)}\nB`, ['A', LONG, 'B']],
  ['10,000 characters, more than a chunk back', `${'x'.repeat(10_000)}\n${'y'.repeat(10_000)}`, [LONG, LONG]],
  ['10,000 spaces around a code', `${' '.repeat(10_000)}A\nB`, [LONG, 'B']],
  ['10,000 characters at the end of the file', `A\n${'x'.repeat(10_000)}`, ['A', LONG]],
  ['bytes that are no UTF-8', Buffer.from([0x41, 0x0a, 0xff, 0xfe, 0x0a, 0x42]), ['A', '! not UTF-8', 'B']],
  ['a character cut off by the line end', Buffer.from([0xe5, 0x88, 0x0a, 0x42]), ['! not UTF-8', 'B']],
  ['half of a surrogate pair', Buffer.from([0xed, 0xa0, 0xbd, 0x0a]), ['! not UTF-8']],
  ['UTF-16', Buffer.from('A\nB\n', 'utf16le'), [HIDDEN, HIDDEN, HIDDEN]],
  ['a null', 'A\u0000B\n', [HIDDEN]],
  ['a tab inside', 'A\tB\n', [HIDDEN]],
  ['a carriage return inside', 'A\rB\n', [HIDDEN]],
  ['a zero width space', 'A\u200bB\n', [HIDDEN]],
  ['an override of the direction', 'A\u202eB\n', [HIDDEN]],
  ['a soft hyphen', 'A\u00adB\n', [HIDDEN]],
  ['a separator of lines', 'A\u2028B\n', [HIDDEN]],
])('%s', async (_title, file, expected) => {
  expect(await judged(file)).toEqual(expected);
});

test('fifty megabytes without a line end are one faulty line, and are not kept', async () => {
  const chunk = Buffer.alloc(65_536, 'x');
  const chunks = Math.ceil((50 * 2 ** 20) / chunk.length);
  let most = 0;
  function* source(): Generator<Buffer> {
    yield Buffer.from('A\n');
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < chunks; at += 1) {
      yield chunk;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    yield Buffer.from('\nB');
  }
  expect((await linesOf(source())).map(words)).toEqual(['A', LONG, 'B']);
  expect(most).toBeLessThan(5 * 2 ** 20);
});

test('a source that breaks off breaks the reading off', async () => {
  function* source(): Generator<Buffer> {
    yield Buffer.from('A\nB');
    throw new Error('the disk is gone');
  }
  const read = codeLines(Readable.from(source()));
  expect(await read.next()).toMatchObject({ value: { code: 'A' } });
  await expect(read.next()).rejects.toThrow('the disk is gone');
});
