// Finds the program of a MySQL-family server on this machine, or installs MariaDB where that is possible.
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const runProgram = promisify(execFile);
const NAMES = ['mariadbd', 'mysqld'];
const FURTHER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec'];

/** There is no server program here, and the message says why none can be installed. */
export class MysqlAbsentError extends Error {
  override readonly name = 'MysqlAbsentError';
}

/** The path of `mariadbd` or `mysqld`, or `undefined` when neither is on PATH nor where servers usually lie. */
export function findMysqlProgram(path = process.env.PATH ?? ''): string | undefined {
  for (const folder of [...path.split(delimiter).filter(Boolean), ...FURTHER_FOLDERS]) {
    for (const name of NAMES) {
      const program = join(folder, name);
      if (isProgram(program)) return program;
    }
  }
  return undefined;
}

/** As `findMysqlProgram`, but installs MariaDB first when there is no server and the machine allows it. */
export async function provideMysqlProgram(): Promise<string> {
  const found = findMysqlProgram();
  if (found) return found;
  const obstacle = obstacleToInstall();
  if (obstacle) throw new MysqlAbsentError(`neither mariadbd nor mysqld was found, and ${obstacle}`);
  process.stderr.write('No MySQL server here: installing mariadb-server with apt-get, this takes a minute.\n');
  await installMariadb();
  const installed = findMysqlProgram();
  if (!installed) throw new MysqlAbsentError('mariadb-server was installed, but mariadbd is still not to be found');
  return installed;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function obstacleToInstall(): string | undefined {
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return 'this is not Debian or Ubuntu';
  if (process.getuid?.() !== 0) return 'only root can install mariadb-server';
  return undefined;
}

// Debian's packages ask this program before they start a service; 101 means no. One that is there already stays.
const SERVICE_GUARD = '/usr/sbin/policy-rc.d';

async function installMariadb(): Promise<void> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
  const guarded = existsSync(SERVICE_GUARD);
  if (!guarded) await writeFile(SERVICE_GUARD, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await runProgram('apt-get', ['update'], options);
    await runProgram('apt-get', ['install', '-y', '--no-install-recommends', 'mariadb-server'], options);
  } catch (error) {
    const output = (error as { stderr?: string }).stderr ?? String(error);
    throw new MysqlAbsentError(`mariadb-server could not be installed: ${output.trim().slice(-500)}`);
  } finally {
    if (!guarded) await rm(SERVICE_GUARD, { force: true });
  }
}
