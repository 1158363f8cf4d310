// Reads a ZIP that is in memory, by its central directory, for tests that look into workbooks.
import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** The texts of its files by their names. Throws when it has no end, as a file that broke off. */
export function unzip(file: Buffer): ReadonlyMap<string, string> {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || file.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('this is no whole ZIP');
  const files = new Map<string, string>();
  let at = file.readUInt32LE(end + 16);
  for (let count = file.readUInt16LE(end + 10); count > 0; count -= 1) {
    if (file.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new Error(`there is no entry at ${at}`);
    const [size, nameLength] = [file.readUInt32LE(at + 20), file.readUInt16LE(at + 28)];
    const [extra, comment, local] = [
      file.readUInt16LE(at + 30),
      file.readUInt16LE(at + 32),
      file.readUInt32LE(at + 42),
    ];
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    const data = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    files.set(name, inflateRawSync(file.subarray(data, data + size)).toString('utf8'));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

const UNESCAPED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#13;': '\r' };

/** The rows of a sheet as texts; an empty cell is an empty text. */
export function sheetRows(xml: string): string[][] {
  const text = (cell: string) => /<(?:t|v)[^>]*>([^<]*)</.exec(cell)?.[1] ?? '';
  const plain = (cell: string) => text(cell).replaceAll(/&(amp|lt|gt|#13);/g, (name) => UNESCAPED[name]!);
  const rows = xml.match(/<row>.*?<\/row>/gs) ?? [];
  return rows.map((row) => (row.match(/<c\/>|<c.*?<\/c>/gs) ?? []).map(plain));
}
