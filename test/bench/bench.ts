// What all parts of the bench share: the database server, its worlds, the pace, and where progress goes.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type PrivateMysql, startPrivateMysql } from '../support/mysql-server';
import { Child } from './child';
import { moveTo } from './machine';
import type { WorldPlace } from './world';

export interface Pace {
  readonly rounds: number;
  /** Of one slice. */
  readonly milliseconds: number;
  readonly warmUp: number;
  /** After so long a world has to do with the members that it has. */
  readonly fillSeconds: number;
}

export interface Bench {
  readonly mysql: PrivateMysql;
  readonly pace: Pace;
  progress(text: string): void;
  /** An empty database, and a directory for the keys of its gateways. */
  place(name: string): Promise<WorldPlace>;
}

// What a request costs by the size of the world is asked, not what the disk costs: a million members are 6 GB, and all
// of them should lie in memory. At most half of what is free is taken.
const BUFFER_POOL_MEGABYTES = Math.min(8_192, Math.max(1_024, freemem() >> 21));
// With the default of 96 MB the fill of a large world would wait for checkpoints most of the time.
const FLAGS = ['--innodb-log-file-size=1G', '--innodb-flush-log-at-trx-commit=1'];

/** Runs `work` with a database server of its own and tidies up after it. */
export async function withBench<Result>(
  pace: Pace,
  progress: (text: string) => void,
  work: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  progress('starting a private MySQL-family server');
  const mysql = await startPrivateMysql({ bufferPoolMegabytes: BUFFER_POOL_MEGABYTES, flags: FLAGS });
  const directory = await mkdtemp(join(tmpdir(), 'perkgate-bench-'));
  try {
    moveTo('others', mysql.pid);
    return await work({ mysql, pace, progress, place: (name) => makePlace(mysql.url, directory, name) });
  } finally {
    await Child.stopAll();
    await mysql.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function makePlace(url: string, directory: string, name: string): Promise<WorldPlace> {
  const connection = await createConnection(url);
  await connection.query(`CREATE DATABASE ${name}`);
  await connection.end();
  await mkdir(join(directory, name));
  return { url: `${url}/${name}`, directory: join(directory, name) };
}
