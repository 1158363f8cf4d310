// Runs the jobs of all rooms: one bounded pass at a time, each under a lease, so that many processes may run workers.
import type { Database } from '../database/database';
import { type Clock, SECOND } from '../kernel/clock';
import { type Id, newId } from '../kernel/id';
import { releaseLease, takeLease } from './lease.store';

/** One bounded pass of background work; answers how much it found to do. */
export interface Job {
  readonly name: string;
  run(): Promise<number>;
}

export interface WorkerLog {
  error(details: object, message: string): void;
}

const LEASE_MS = 30 * SECOND;
const IDLE_MS = 1 * SECOND;
/** Passes in a row while there is work, before the other jobs get their turn. */
const PASSES_A_TURN = 20;

export class Worker {
  private readonly owner: Id;
  private running = false;
  private loop: Promise<void> | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly jobs: readonly Job[],
    private readonly clock: Clock,
    private readonly log: WorkerLog,
  ) {
    this.owner = newId(clock.now());
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.loop = this.work();
  }

  /** Finishes the pass in hand and gives the leases back, those of single turns too. */
  async stop(): Promise<void> {
    this.running = false;
    this.wake?.();
    await this.loop;
    for (const { name } of this.jobs) {
      await releaseLease(this.database, name, this.owner).catch((error: unknown) => {
        this.log.error({ err: error, job: name }, 'a lease could not be given back; it ends by itself');
      });
    }
  }

  /** One turn of every job whose lease is free; for tests, and for work that must be done now. */
  async turn(): Promise<number> {
    let found = 0;
    for (const job of this.jobs) {
      try {
        found += await this.turnOf(job);
      } catch (error) {
        // One job's fault must not stop the others; it is tried again in the next turn.
        this.log.error({ err: error, job: job.name }, 'a job failed');
      }
    }
    return found;
  }

  private async turnOf(job: Job): Promise<number> {
    let found = 0;
    for (let pass = 1; pass <= PASSES_A_TURN; pass += 1) {
      const now = this.clock.now();
      if (!(await takeLease(this.database, job.name, this.owner, now, now + LEASE_MS))) return found;
      const did = await job.run();
      found += did;
      if (did === 0) break;
    }
    return found;
  }

  private async work(): Promise<void> {
    while (this.running) {
      await this.turn();
      if (this.running) await this.idle();
    }
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS);
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
