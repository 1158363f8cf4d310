// Streams in pages and their merge, against the plain way of doing it in memory.
import fc from 'fast-check';
import type { SqlRow } from '../database/sql';
import { type Keyed, mergeByKey, rowsByKey } from './sorted-streams';

const keys = fc
  .uniqueArray(fc.nat({ max: 40 }))
  .map((list) => list.sort((left, right) => left - right).map((key) => key.toString(16).padStart(2, '0')));

async function* stream(list: readonly string[]): AsyncGenerator<Keyed> {
  for (const key of list) yield { key };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('each key comes once, in order, with what each stream has for it', async () => {
  const merge = async (left: string[], right: string[], third: string[]) => {
    const merged = await collect(mergeByKey<[Keyed, Keyed, Keyed]>([stream(left), stream(right), stream(third)]));
    const expected = [...new Set([...left, ...right, ...third])].sort();
    expect(merged.map(({ key }) => key)).toEqual(expected);
    for (const { key, found } of merged) {
      expect(found.map((row) => row?.key)).toEqual([left, right, third].map((list) => list.find((at) => at === key)));
    }
  };
  await fc.assert(fc.asyncProperty(keys, keys, keys, merge));
});

test('pages are asked for until one is empty, each after the last key of the one before', async () => {
  const asked: string[] = [];
  const all = ['01', '02', '05', '06', '09'].map((key): SqlRow => [Buffer.from(key, 'hex'), key]);
  const page = async (after: Buffer) => {
    asked.push(after.toString('hex'));
    return all.filter((row) => (row[0] as Buffer).compare(after) > 0).slice(0, 2);
  };
  expect((await collect(rowsByKey(page))).map((row) => row[1])).toEqual(['01', '02', '05', '06', '09']);
  expect(asked).toEqual(['', '02', '06', '09']);
});
