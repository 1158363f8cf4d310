// The real command line as a child process: commands that run to their end, and a gateway that serves until it is told.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runCommandLine } from '../../src/commands/program-line';

const BUILT = join(__dirname, '..', '..', 'dist');
const MAIN = join(BUILT, 'src', 'main.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the child finds in its environment: what is given and PATH, nothing of the tests' own. */
function environmentOf(given: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', ...given };
}

class Watched {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (data: Buffer) => {
      this.stdout += data.toString();
    });
    child.stderr?.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    // `close` comes after the last output, `exit` may come before it.
    this.ended = once(child, 'close').then(([code]) => ({ code, stdout: this.stdout, stderr: this.stderr }));
  }
}

function launch(args: readonly string[], environment: Readonly<Record<string, string>>, main = MAIN): Watched {
  const options = { env: environmentOf(environment), stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  return new Watched(spawn(process.execPath, [main, ...args], options));
}

/**
 * As `perkgate`, but in this process, which saves the start of another one: the same command line, with what it writes,
 * its exit code and its environment kept apart.
 */
export async function perkgateInside(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text.toString();
      return true;
    }),
  );
  const [outside, exitCode] = [process.env, process.exitCode];
  process.env = environmentOf(environment);
  process.exitCode = undefined;
  try {
    await runCommandLine(['node', 'perkgate', ...args]);
    return { code: Number(process.exitCode ?? 0), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.env = outside;
    process.exitCode = exitCode;
  }
}

/** Runs `perkgate ARGS` to its end, as a process of its own. */
export function perkgate(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return launch(args, environment).ended;
}

/** Runs `npm run bench -- ARGS` or `npm run replay -- ARGS` to its end, without the build before it. */
export function measure(name: 'bench' | 'replay', args: readonly string[]): Promise<Ended> {
  return launch(args, {}, join(BUILT, 'test', name, 'main.js')).ended;
}

/** The last line of the output as JSON. */
export function lastJson(output: string): Record<string, unknown> {
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

export class ServingProcess {
  private constructor(
    private readonly watched: Watched,
    readonly url: string,
  ) {}

  /** `perkgate serve`; answers once it says where it serves. */
  static async start(
    environment: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Promise<ServingProcess> {
    return ServingProcess.run(['serve', ...args], /Perkgate serves (http:\S+)\/graphql/, environment);
  }

  /** Any command that serves; answers once it has said where, as the first group of `where`. */
  static async run(
    args: readonly string[],
    where: RegExp,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServingProcess> {
    const watched = launch(args, environment);
    const found = await new Promise<string | undefined>((resolve) => {
      watched.child.stdout?.on('data', () => {
        const url = where.exec(watched.stdout)?.[1];
        if (url) resolve(url);
      });
      void watched.ended.then(() => resolve(undefined));
    });
    if (found === undefined) throw new Error(`it did not serve: ${watched.stderr || watched.stdout}`);
    return new ServingProcess(watched, found);
  }

  get stdout(): string {
    return this.watched.stdout;
  }

  /** Sends the signal, and answers how it ended and after how long. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended & { readonly milliseconds: number }> {
    const begun = performance.now();
    this.watched.child.kill(signal);
    const ended = await this.watched.ended;
    return { ...ended, milliseconds: performance.now() - begun };
  }

  /** For the end of a test that may have failed before it ended the process. */
  async remove(): Promise<void> {
    if (this.watched.child.exitCode === null) await this.end('SIGKILL');
  }
}
