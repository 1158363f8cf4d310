// Workers and their leases: of several processes one runs a job at a time, and another takes over when it is gone.
import { eachDatabase } from '../../test/support/lanes';
import type { Database } from '../database/database';
import { ManualClock, SECOND } from '../kernel/clock';
import { releaseLease, takeLease } from './lease.store';
import { type Job, Worker } from './worker';

const LEASE = 30 * SECOND;
let counted = 0;

/** A job that a test holds up in the middle, and that knows how often it ran at once. */
class Gated implements Job {
  readonly name = `job-${process.pid}-${counted++}`;
  runs = 0;
  most = 0;
  private inside = 0;
  private gate = Promise.resolve();
  private open = () => {};

  constructor(private readonly found: () => number = () => 0) {}

  close(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }
  release(): void {
    this.open();
  }
  async run(): Promise<number> {
    this.runs += 1;
    this.inside += 1;
    this.most = Math.max(this.most, this.inside);
    await this.gate;
    this.inside -= 1;
    return this.found();
  }
}

eachDatabase((lane) => {
  let doors: Database[];
  let clock: ManualClock;
  let errors: object[];
  beforeAll(async () => {
    // SQLite's driver waits synchronously, so there two processes share a door.
    doors = [lane.database, lane.name === 'mysql' ? await lane.openAnother() : lane.database];
  });
  beforeEach(() => {
    clock = new ManualClock(Date.UTC(2026, 10, 22));
    errors = [];
  });

  const workerOf = (jobs: readonly Job[], door = 0) =>
    new Worker(doors[door]!, jobs, clock, { error: (details) => void errors.push(details) });

  test('a turn runs each job until it finds nothing, at most twenty passes', async () => {
    let left = 3;
    const some = new Gated(() => (left > 0 ? left-- : 0));
    const endless = new Gated(() => 1);
    const idle = new Gated();
    expect(await workerOf([some, endless, idle]).turn()).toBe(6 + 20);
    expect([some.runs, endless.runs, idle.runs]).toEqual([4, 20, 1]);
  });

  test('a job that throws is logged, and neither stops the others nor is left out the next time', async () => {
    const broken: Job = { name: `broken-${counted++}`, run: () => Promise.reject(new Error('no')) };
    const sound = new Gated(() => (sound.runs === 1 ? 5 : 0));
    const worker = workerOf([broken, sound]);
    expect(await worker.turn()).toBe(5);
    expect(errors).toMatchObject([{ job: broken.name }]);
    await worker.turn();
    expect(errors).toHaveLength(2);
  });

  test('two workers never run one job at once', async () => {
    const job = new Gated();
    const [one, two] = [workerOf([job], 0), workerOf([job], 1)];
    job.close();
    const first = one.turn();
    const second = two.turn();
    // Given one of them inside, when the other had every chance to get in.
    await Promise.race([first, second]);
    clock.advance(LEASE - 1);
    expect(await workerOf([job], 1).turn()).toBe(0);
    job.release();
    await Promise.all([first, second]);
    expect([job.runs, job.most]).toEqual([1, 1]);
  });

  test('many workers that start at once get one lease', async () => {
    const job = new Gated();
    const workers = Array.from({ length: 12 }, (_, at) => workerOf([job], at % 2));
    job.close();
    const turns = workers.map((worker) => worker.turn());
    let waiting = turns.length;
    const others = new Promise<void>((resolve) => {
      for (const turn of turns) void turn.then(() => --waiting === 1 && resolve());
    });
    await others;
    job.release();
    await Promise.all(turns);
    expect([job.runs, errors]).toEqual([1, []]);
  });

  test('another takes over when the lease of a dead one has ended, and not before', async () => {
    const job = new Gated();
    await workerOf([job]).turn();
    const other = workerOf([job], 1);
    clock.advance(LEASE - 1);
    await other.turn();
    expect(job.runs).toBe(1);
    clock.advance(1);
    await other.turn();
    expect(job.runs).toBe(2);
  });

  test('a worker that stops gives its leases back', async () => {
    const job = new Gated();
    const one = workerOf([job]);
    job.close();
    one.start();
    const stopped = one.stop();
    job.release();
    await stopped;
    await workerOf([job], 1).turn();
    expect(job.runs).toBeGreaterThan(1);
  });

  test('and one that was only given turns does so too', async () => {
    const job = new Gated();
    const one = workerOf([job]);
    await one.turn();
    await one.stop();
    await workerOf([job], 1).turn();
    expect(job.runs).toBe(2);
  });

  test('only the owner gives a lease back', async () => {
    const name = `lease-${counted++}`;
    const take = (owner: string, now: number) => takeLease(doors[0]!, name, owner, now, now + LEASE);
    expect(await take('a', 0)).toBe(true);
    await releaseLease(doors[1]!, name, 'b');
    expect(await take('b', 1)).toBe(false);
    // The owner prolongs it, so it ends later.
    expect(await take('a', 10)).toBe(true);
    expect(await take('b', LEASE)).toBe(false);
    expect(await take('b', LEASE + 10)).toBe(true);
    expect(await take('a', LEASE + 11)).toBe(false);
    await releaseLease(doors[1]!, name, 'b');
    expect(await take('a', LEASE + 12)).toBe(true);
  });
});
