// A child process of the bench: started at its place, asked over its channel, ended with the bench.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import type { Reply } from './answers';
import { type Place, placed } from './machine';

export interface ChildOptions {
  /** The compiled file, by its path under `dist`. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly place: Place;
  readonly environment?: Readonly<Record<string, string>>;
  /** It has work of its own also when nobody asks it, as a gateway with its jobs has. */
  readonly worksByItself?: boolean;
}

// As `npm start` does: what a request makes lives as long as the request, and a small nursery would copy it about. All
// ways that are compared get the same.
const NODE_FLAGS = ['--max-semi-space-size=128'];

const DIST = join(__dirname, '..', '..');

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const running = new Set<Child>();

export class Child {
  private readonly asked = new Map<number, Asked>();
  private lastQuestion = 0;
  private output = '';

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
    private readonly worksByItself: boolean,
  ) {
    child.stdout?.on('data', (text) => {
      this.output = (this.output + text).slice(-20_000);
    });
    child.stderr?.on('data', (text) => {
      this.output = (this.output + text).slice(-20_000);
    });
    child.on('message', (reply: Reply) => this.settle(reply));
    child.on('exit', (code, signal) => {
      const error = new Error(`${name} ended (${code ?? signal}): ${this.output.slice(-2_000)}`);
      for (const { reject } of this.asked.values()) reject(error);
      this.asked.clear();
      running.delete(this);
    });
  }

  static start(name: string, options: ChildOptions): Child {
    const { file, args = [], place, environment = {}, worksByItself = false } = options;
    const probe = join(DIST, 'test', 'bench', 'probe.js');
    const [program, all] = placed(place, process.execPath, [...NODE_FLAGS, '-r', probe, join(DIST, file), ...args]);
    const child = spawn(program, all, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // As in production: graphql, for one, checks less there.
      env: { ...process.env, NODE_ENV: 'production', ...environment },
    });
    const started = new Child(name, child, worksByItself);
    running.add(started);
    return started;
  }

  /** Holds still whatever else works by itself, so that the first core is the measured server's own. */
  static async alone<Result>(server: Child, work: () => Promise<Result>): Promise<Result> {
    const others = [...running].filter((one) => one !== server && one.worksByItself);
    for (const { child } of others) child.kill('SIGSTOP');
    try {
      return await work();
    } finally {
      for (const { child } of others) child.kill('SIGCONT');
    }
  }

  /** Whatever is still there, for instance because a part of the bench failed. */
  static async stopAll(): Promise<void> {
    for (const child of running) await child.stop();
  }

  ask<Answer>(verb: string, input?: unknown): Promise<Answer> {
    if (this.child.exitCode !== null) return Promise.reject(new Error(`${this.name} has ended: ${this.output}`));
    this.lastQuestion += 1;
    const id = this.lastQuestion;
    return new Promise<Answer>((resolve, reject) => {
      this.asked.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, verb, input });
    });
  }

  /** CPU time used so far, in milliseconds. */
  cpu(): Promise<number> {
    return this.ask<number>('cpu');
  }

  async profiled(work: () => Promise<unknown>): Promise<Profiler.Profile> {
    await this.ask('profileStart');
    await work();
    return this.ask<Profiler.Profile>('profileStop');
  }

  /** The first match in what the process prints. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended: ${this.output}`);
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child, 'exit')]);
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }

  private settle({ id, value, error }: Reply): void {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(`${this.name}: ${error}`));
  }
}
