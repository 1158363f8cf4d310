// Rounds: what begins together, how much is under way, and that a failure is that of one item only.
import { Rounds } from './rounds';

/** Work that ends when it is told to. */
class Desk {
  readonly begun: number[] = [];
  private readonly ends = new Map<number, { end(): void; fail(): void }>();

  readonly work = (item: number): Promise<string> => {
    this.begun.push(item);
    return new Promise((resolve, reject) => {
      this.ends.set(item, { end: () => resolve(`done ${item}`), fail: () => reject(new Error(`failed ${item}`)) });
    });
  };

  async end(...items: number[]): Promise<void> {
    for (const item of items) this.ends.get(item)!.end();
    await turn();
  }

  async fail(item: number): Promise<void> {
    this.ends.get(item)!.fail();
    await turn();
  }
}

/** What begins, begins a turn of the event loop later. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resume) => setImmediate(resume));
}

function numbers(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, at) => from + at);
}

test('no more is under way than allowed, and the next round begins when there is room for all of it', async () => {
  const desk = new Desk();
  const rounds = new Rounds(desk.work, { size: 3, underWay: 6 });
  const results = numbers(0, 10).map((item) => rounds.run(item));
  await turn();
  expect(desk.begun).toEqual(numbers(0, 6));
  await desk.end(0, 4);
  expect(desk.begun).toHaveLength(6);
  await desk.end(1);
  expect(desk.begun).toEqual(numbers(0, 9));
  // The last is a round of its own, and one place is enough for it.
  await desk.end(8);
  expect(desk.begun).toEqual(numbers(0, 10));
  await desk.end(2, 3, 5, 6, 7, 9);
  expect(await Promise.all(results)).toEqual(numbers(0, 10).map((item) => `done ${item}`));
});

test('a single item that finds nothing under way waits for nobody', async () => {
  const desk = new Desk();
  const rounds = new Rounds(desk.work, { size: 100, underWay: 400 });
  const result = rounds.run(7);
  await turn();
  await desk.end(7);
  expect(await result).toBe('done 7');
});

test('what fails makes room, and fails nobody else', async () => {
  const desk = new Desk();
  const rounds = new Rounds(desk.work, { size: 1, underWay: 1 });
  const [first, second] = [rounds.run(1), rounds.run(2)];
  const failed = expect(first).rejects.toThrow('failed 1');
  await turn();
  await desk.fail(1);
  await failed;
  await desk.end(2);
  expect(await second).toBe('done 2');
});
