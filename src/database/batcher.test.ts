// Reads batched over requests: what gathers, what is bounded, and what one bad key does to its neighbours.
import { padToPowerOfTwo, ReadBatcher } from './batcher';

/** A read whose batches stay under way until the test lets them land. */
function stagedRead() {
  const batches: { keys: readonly number[]; land(): void }[] = [];
  let arrived: () => void = () => undefined;
  const read = (keys: readonly number[]): Promise<number[]> =>
    new Promise((resolve) => {
      batches.push({ keys, land: () => resolve(keys.map((key) => key * 10)) });
      arrived();
    });
  const nextBatch = () => new Promise<void>((resolve) => (arrived = resolve));
  return { batches, read, nextBatch };
}

test('keys asked for together go in one batch, and those asked for meanwhile gather into the next', async () => {
  const { batches, read, nextBatch } = stagedRead();
  const batcher = new ReadBatcher(read, { keysMax: 16, inFlightMax: 1 });
  const first = [batcher.load(1), batcher.load(2)];
  await nextBatch();
  const second = [batcher.load(3), batcher.load(4)];
  await new Promise((resume) => setImmediate(resume));
  const third = batcher.load(5);
  await new Promise((resume) => setImmediate(resume));
  expect(batches.map(({ keys }) => keys)).toEqual([[1, 2]]);
  const landed = nextBatch();
  batches[0]!.land();
  await landed;
  batches[1]!.land();
  expect(await Promise.all([...first, ...second, third])).toEqual([10, 20, 30, 40, 50]);
  expect(batches.map(({ keys }) => keys)).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
});

test('a batch holds at most keysMax keys, and at most inFlightMax are under way', async () => {
  const { batches, read, nextBatch } = stagedRead();
  const batcher = new ReadBatcher(read, { keysMax: 2, inFlightMax: 2 });
  const values = [1, 2, 3, 4, 5].map((key) => batcher.load(key));
  await nextBatch();
  await new Promise((resume) => setImmediate(resume));
  expect(batches.map(({ keys }) => keys)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  const landed = nextBatch();
  batches[0]!.land();
  await landed;
  for (const batch of batches) batch.land();
  expect(await Promise.all(values)).toEqual([10, 20, 30, 40, 50]);
});

test('a key that cannot be read fails alone, and nothing is remembered', async () => {
  let reads = 0;
  const read = async (keys: readonly number[]): Promise<string[]> => {
    reads += 1;
    if (keys.includes(13)) throw new Error('unlucky');
    return keys.map((key) => `${key}`);
  };
  const batcher = new ReadBatcher(read, { keysMax: 4, inFlightMax: 1 });
  const outcomes = await Promise.allSettled([batcher.load(12), batcher.load(13), batcher.load(14)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await batcher.load(12)).toBe('12');
  expect(reads).toBe(5);
});

test('key lists are padded to powers of two with their last key', () => {
  expect(padToPowerOfTwo([1])).toEqual([1]);
  expect(padToPowerOfTwo([1, 2, 3])).toEqual([1, 2, 3, 3]);
  expect(padToPowerOfTwo([1, 2, 3, 4, 5])).toHaveLength(8);
});
