// A private MySQL-family server in a temporary directory for tests, benches and replays; it never outlives its owner.
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { provideMysqlProgram } from './mysql-program';

const runProgram = promisify(execFile);
const START_SECONDS = 60;
const PORT_ATTEMPTS = 3;

/**
 * The server's parent. It is told to fill the data directory, to start and to kill the server. At the end of its input,
 * which comes also when its owner dies in whatever way, it ends the server and removes the directory: nothing in there
 * is worth an orderly shutdown. Temporary tables have a folder of their own, because a server that starts deletes those
 * that it finds, another server's too.
 */
const KEEPER = `
trap : PIPE
directory=$1; shift; server=
mkdir "$directory/tmp"; export TMPDIR="$directory/tmp"
user=; [ "$(id -u)" != 0 ] || user=--user=root
fill() {
  "$1" --no-defaults "$2" --datadir="$directory/data" $user >>"$directory/server.log" 2>&1 && echo filled || echo failed
}
while read -r word; do
  case $word in
    mariadb) fill mariadb-install-db --skip-test-db ;;
    mysql) fill "$1" --initialize-insecure ;;
    start) "$@" $user >>"$directory/server.log" 2>&1 </dev/null & server=$!; echo "$server" ;;
    kill) kill -9 "$server"; wait "$server"; echo ended ;;
  esac
done
[ -z "$server" ] || { kill -9 "$server"; wait "$server"; }
rm -rf "$directory"
`;

export interface PrivateMysqlOptions {
  readonly bufferPoolMegabytes?: number;
  /** Further options of the server, for instance `--innodb-flush-log-at-trx-commit=2`; they win over ours. */
  readonly flags?: readonly string[];
}

export class PrivateMysql {
  /** The server's process while it runs. */
  pid = 0;

  constructor(
    /** `mysql://user:password@127.0.0.1:port`, without the name of a database. */
    readonly url: string,
    readonly directory: string,
    private readonly keeper: ChildProcessByStdio<Writable, Readable, null>,
    private readonly answers: Interface,
  ) {}

  /** Makes the data directory, in the way of the server's family. `startPrivateMysql` has done it. */
  async fill(family: 'mariadb' | 'mysql'): Promise<void> {
    const answer = await this.tell(family);
    if (answer !== 'filled') throw new Error(`no data directory could be made: ${await this.log()}`);
  }

  /** Starts the server on the data that are there, and waits until it answers. `startPrivateMysql` has done it once. */
  async start(): Promise<void> {
    this.pid = Number(await this.tell('start'));
    for (let waited = 0; waited < START_SECONDS * 1000; waited += 50) {
      if (await answersAt(this.url)) return;
      await this.throwIfAborted();
      await pause(50);
    }
    throw new Error(`the private MySQL server did not answer within ${START_SECONDS} s: ${await this.log()}`);
  }

  /** Ends the server as a power cut would (SIGKILL); `start` brings it back with what it had made durable. */
  async kill(): Promise<void> {
    await this.tell('kill');
  }

  /** Ends the server and removes its directory. */
  async stop(): Promise<void> {
    if (this.keeper.exitCode !== null) return;
    const ended = once(this.keeper, 'exit');
    this.keeper.stdin.end();
    await ended;
  }

  private async tell(word: 'mariadb' | 'mysql' | 'start' | 'kill'): Promise<string> {
    const answer = once(this.answers, 'line');
    this.keeper.stdin.write(`${word}\n`);
    return (await answer)[0] as string;
  }

  private async throwIfAborted(): Promise<void> {
    const log = await this.log();
    if (/\[ERROR\].*Aborting/.test(log)) throw new Error(`the private MySQL server ended at once: ${log}`);
  }

  private async log(): Promise<string> {
    const text = await readFile(join(this.directory, 'server.log'), 'utf8').catch(() => '(no log)');
    return text.slice(-2000);
  }
}

/** Installs nothing when there is a server program. Throws `MysqlAbsentError` when there is none and none to be had. */
export async function startPrivateMysql(options: PrivateMysqlOptions = {}): Promise<PrivateMysql> {
  const program = await provideMysqlProgram();
  const { stdout: version } = await runProgram(program, ['--version']);
  for (let attempt = 1; ; attempt += 1) {
    const server = await keep(program, options);
    try {
      await server.fill(version.includes('MariaDB') ? 'mariadb' : 'mysql');
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      // Somebody else may have taken the port between our look and the server's.
      if (attempt >= PORT_ATTEMPTS || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

async function keep(program: string, options: PrivateMysqlOptions): Promise<PrivateMysql> {
  const directory = await mkdtemp(join(tmpdir(), 'perkgate-mysql-'));
  const port = await freePort();
  const password = randomBytes(12).toString('hex');
  const account = `'perkgate'@'127.0.0.1'`;
  const initFile = join(directory, 'accounts.sql');
  await writeFile(
    initFile,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';\n` +
      `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;\n`,
    { mode: 0o600 },
  );
  const flags = [
    '--no-defaults',
    `--datadir=${join(directory, 'data')}`,
    `--socket=${join(directory, 'server.sock')}`,
    `--pid-file=${join(directory, 'server.pid')}`,
    `--port=${port}`,
    `--init-file=${initFile}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
    '--innodb-flush-log-at-trx-commit=1',
    `--innodb-buffer-pool-size=${options.bufferPoolMegabytes ?? 256}M`,
    '--max-connections=400',
    ...(options.flags ?? []),
  ];
  // A group of its own, so that an interrupt at the terminal reaches the owner only and the keeper tidies up after it.
  const script = ['-c', KEEPER, 'keeper', directory, program, ...flags];
  const keeper = spawn('sh', script, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  await once(keeper, 'spawn');
  const url = `mysql://perkgate:${password}@127.0.0.1:${port}`;
  return new PrivateMysql(url, directory, keeper, createInterface(keeper.stdout));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}

async function answersAt(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
    await connection.query('SELECT 1');
    await connection.end();
    return true;
  } catch {
    return false;
  }
}
