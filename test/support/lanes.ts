// The two database lanes: the same tests, each file on a fresh SQLite file and on a fresh database of the MySQL server.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { MIGRATIONS } from '../../migrations/all';
import { type Database, openDatabase } from '../../src/database/database';
import type { DialectName } from '../../src/database/dialect';
import type { EntityClass, MigrationClass } from '../../src/database/sqlite';
import { MYSQL_URL_VARIABLE } from './lane-variables';

/** What every test database is opened with, unless a file of tests says otherwise. */
export const TEST_MIGRATIONS: MigrationClass[] = MIGRATIONS;
export const TEST_ENTITIES: EntityClass[] = [];

const LANES: readonly DialectName[] = ['sqlite', 'mysql'];
const OPEN_TIMEOUT_MS = 60_000;

export interface LaneOptions {
  readonly migrations?: MigrationClass[];
  readonly entities?: EntityClass[];
  readonly poolSize?: number;
}

/** Usable inside of tests and hooks, not while the tests are being declared. */
export interface Lane {
  readonly name: DialectName;
  /** As `openDatabase` takes it; also for a child process. */
  readonly url: string;
  /** Migrated already. */
  readonly database: Database;
  /** One more door to the same data, as a second process would have; closed after the file's tests. */
  openAnother(): Promise<Database>;
}

/** Declares `body` once per lane, titled `on sqlite` and `on mysql`; without a server the latter is skipped. */
export function eachDatabase(body: (lane: Lane) => void, options: LaneOptions = {}): void {
  for (const name of LANES) {
    const describeLane = name === 'sqlite' || process.env[MYSQL_URL_VARIABLE] ? describe : describe.skip;
    describeLane(`on ${name}`, () => {
      const lane = new FreshLane(name, options);
      beforeAll(() => lane.prepare(), OPEN_TIMEOUT_MS);
      body(lane);
      // Last, so that what the tests have opened is closed while the data are still there.
      afterAll(() => lane.remove(), OPEN_TIMEOUT_MS);
    });
  }
}

interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

class FreshLane implements Lane {
  private readonly opened: Database[] = [];
  private place: Place | undefined;

  constructor(
    readonly name: DialectName,
    private readonly options: LaneOptions,
  ) {}

  get url(): string {
    if (!this.place) throw new Error('the lane is not open yet: use it inside of tests and hooks only');
    return this.place.url;
  }

  get database(): Database {
    const first = this.opened[0];
    if (!first) throw new Error('the lane is not open yet: use it inside of tests and hooks only');
    return first;
  }

  async prepare(): Promise<void> {
    this.place = this.name === 'sqlite' ? await freshFile() : await freshMysqlDatabase();
    await (await this.openAnother()).migrate();
  }

  async openAnother(): Promise<Database> {
    const { migrations = TEST_MIGRATIONS, entities = TEST_ENTITIES, poolSize } = this.options;
    const database = await openDatabase({ url: this.url, poolSize, migrations, entities });
    this.opened.push(database);
    return database;
  }

  async remove(): Promise<void> {
    // A test may have closed or broken its database on purpose; the data are removed all the same.
    await Promise.allSettled(this.opened.map((database) => database.close()));
    await this.place?.remove();
  }
}

async function freshFile(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'perkgate-sqlite-'));
  return {
    url: `sqlite:${join(directory, 'perkgate.db')}`,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function freshMysqlDatabase(): Promise<Place> {
  const server = process.env[MYSQL_URL_VARIABLE] ?? '';
  const name = `perkgate_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return {
    url: Object.assign(new URL(server), { pathname: `/${name}` }).href,
    remove: () => onServer(server, `DROP DATABASE IF EXISTS ${name}`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const connection = await createConnection({ uri: url });
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
