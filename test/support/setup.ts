// Once before all tests: finds or starts the MySQL server, or leaves the reason why there is none.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { MYSQL_ABSENT_VARIABLE, MYSQL_URL_VARIABLE } from './lane-variables';
import { MysqlAbsentError } from './mysql-program';
import { type PrivateMysql, startPrivateMysql } from './mysql-server';

/** Kept for the teardown, which is loaded on its own. */
export const started: { server?: PrivateMysql } = {};

export default async function setup({ rootDir }: { rootDir: string }): Promise<void> {
  // A run that breaks off leaves no summary of its own, and must not leave that of an earlier one either.
  await rm(join(rootDir, 'test-results', 'summary.json'), { force: true });
  delete process.env[MYSQL_URL_VARIABLE];
  delete process.env[MYSQL_ABSENT_VARIABLE];
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    process.env[MYSQL_URL_VARIABLE] = await checkedServer(given);
    return;
  }
  try {
    started.server = await startPrivateMysql();
    process.env[MYSQL_URL_VARIABLE] = started.server.url;
  } catch (error) {
    if (!(error instanceof MysqlAbsentError)) throw error;
    process.env[MYSQL_ABSENT_VARIABLE] = error.message;
  }
}

/** A server that was asked for is used or the run fails; it is never skipped in silence. */
async function checkedServer(given: string): Promise<string> {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['mysql:', 'mariadb:'].includes(url.protocol)) {
    throw new Error('TEST_DATABASE_URL must look like mysql://user:password@host:port; unset it for a private server');
  }
  url.protocol = 'mysql:';
  url.pathname = '';
  try {
    const connection = await createConnection({ uri: url.href, connectTimeout: 5_000 });
    await connection.end();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`TEST_DATABASE_URL names ${url.host}, which does not let us in: ${reason}`);
  }
  return url.href;
}
