// A whole gateway on a database of its own, for replays and for tests of imports: no server, and a clock to be moved.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { openGateway } from '../../src/commands/command';
import type { Gateway } from '../../src/compose/gateway';
import { readConfig } from '../../src/config';
import { type Instant, ManualClock } from '../../src/kernel/clock';
import { packageRoot } from '../../src/kernel/package-root';

/** Where the published data sets lie when they lie anywhere: beside the repository. */
export const DATA_FOLDER = join(packageRoot(), '..', 'shared', 'data', 'starbucks-rewards');

export interface OpenHouse {
  readonly gateway: Gateway;
  /** The one that the gateway's services look at. */
  readonly clock: ManualClock;
}

export async function openHouse(url: string, now: Instant): Promise<OpenHouse> {
  const clock = new ManualClock(now);
  const codeKey = Buffer.alloc(32, 7).toString('base64');
  const config = readConfig({ PERKGATE_MODE: 'demo', LOG_LEVEL: 'error', DATABASE_URL: url, CODE_KEY: codeKey });
  return { gateway: await openGateway(config, clock), clock };
}

/** A database that is made for one replay and removed after it. */
export interface FreshDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

export async function freshFile(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'perkgate-replay-'));
  return {
    url: `sqlite:${join(folder, 'perkgate.db')}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function freshMysql(server: string, name: string): Promise<FreshDatabase> {
  const tell = async (statement: string): Promise<void> => {
    const connection = await createConnection({ uri: server });
    await connection.query(statement).finally(() => connection.end());
  };
  await tell(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  return { url, remove: () => tell(`DROP DATABASE ${name}`) };
}
