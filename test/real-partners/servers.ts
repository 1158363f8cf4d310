// Other people's servers as child processes: their packages are installed here first, or their tests are skipped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const INSTALL_MS = 300_000;
const START_MS = 90_000;

/** Why the servers cannot run here, or `undefined`. Installs what the lock file says when it is not there yet. */
export function whyNotInstalled(): string | undefined {
  if (isInstalled()) return undefined;
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', '--loglevel=error'];
  const { status, stderr, error } = spawnSync('npm', flags, { cwd: __dirname, encoding: 'utf8', timeout: INSTALL_MS });
  if (status === 0 && isInstalled()) return undefined;
  const said = (error?.message ?? stderr).split('\n').find((line) => line.trim() !== '');
  return `the packages of test/real-partners cannot be installed: ${said}`;
}

/** What npm wrote of the installed packages has each version that the lock file asks for. */
function isInstalled(): boolean {
  const installed = join(__dirname, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const versions = (file: string): Record<string, { version?: string; optional?: boolean }> =>
    JSON.parse(readFileSync(file, 'utf8')).packages;
  const there = versions(installed);
  return Object.entries(versions(join(__dirname, 'package-lock.json')))
    .filter(([path, { optional }]) => path !== '' && !optional)
    .every(([path, { version }]) => there[path]?.version === version);
}

export class ServerProcess {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString('utf8');
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** A script in this folder, once it has written something that `ready` finds. */
  static async start(args: readonly string[], ready: RegExp): Promise<{ server: ServerProcess; found: string }> {
    // Tests tell nobody outside that they ran.
    const env = { ...process.env, VENDURE_DISABLE_TELEMETRY: 'true', SCARF_ANALYTICS: 'false' };
    const child = spawn(process.execPath, args, { cwd: __dirname, env, stdio: ['pipe', 'pipe', 'pipe'] });
    const server = new ServerProcess(child);
    const found = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${args[0]} ${why}:\n${server.output.slice(-2_000)}`));
      const late = setTimeout(() => fail('is not ready'), START_MS);
      child.stdout?.on('data', () => {
        const match = ready.exec(server.output);
        if (match) {
          clearTimeout(late);
          resolve(match[0]);
        }
      });
      child.once('exit', () => {
        clearTimeout(late);
        fail('has ended');
      });
    }).catch((error: Error) => {
      child.kill('SIGKILL');
      throw error;
    });
    return { server, found };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
