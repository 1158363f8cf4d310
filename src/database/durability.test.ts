// Databases that may lose acknowledged commits are refused; those that may not keep them through a kill.
import { existsSync } from 'node:fs';
import { eachDatabase } from '../../test/support/lanes';
import { findMysqlProgram } from '../../test/support/mysql-program';
import { type PrivateMysql, startPrivateMysql } from '../../test/support/mysql-server';
import { type Database, openDatabase, UnsafeDatabaseError } from './database';
import type { Sql } from './sql';

const SERVER_TIMEOUT_MS = 120_000;

eachDatabase((lane) => {
  test('the database as we open it is safe', async () => {
    await expect(lane.database.checkDurability()).resolves.toBeUndefined();
  });

  test('it answers a ping while it is open, and none after', async () => {
    const other = await lane.openAnother();
    await expect(other.ping()).resolves.toBeUndefined();
    await other.close();
    await expect(other.ping()).rejects.toThrow();
  });

  if (lane.name === 'sqlite') {
    test('a file that is not flushed at each commit is refused', async () => {
      const database = await lane.openAnother();
      // The setting cannot be changed inside of a transaction, so its connection is kept for a moment longer.
      const connection = await database.transaction(async (tx): Promise<Sql> => tx);
      await connection.run('PRAGMA synchronous = NORMAL');
      await expect(database.checkDurability()).rejects.toThrow(UnsafeDatabaseError);
    });
  }
});

test.each(['sqlite:', 'sqlite::memory:'])('%s names no file and is refused', async (url) => {
  await expect(openDatabase({ url, migrations: [], entities: [] })).rejects.toThrow(/needs a file/);
});

const describeServer = findMysqlProgram() ? describe : describe.skip;

describeServer('a server of its own', () => {
  let server: PrivateMysql | undefined;
  const opened: Database[] = [];

  const start = async (flags: string[] = []) => {
    server = await startPrivateMysql({ bufferPoolMegabytes: 16, flags });
    const database = await openDatabase({ url: `${server.url}/mysql`, migrations: [], entities: [] });
    opened.push(database);
    return { server, database };
  };

  afterEach(async () => {
    await Promise.allSettled(opened.splice(0).map((database) => database.close()));
    await server?.stop();
  }, SERVER_TIMEOUT_MS);

  test(
    'that does not flush at each commit is refused, and the setting is named',
    async () => {
      const { database } = await start(['--innodb-flush-log-at-trx-commit=2']);
      const failure = database.checkDurability();
      await expect(failure).rejects.toThrow(UnsafeDatabaseError);
      await expect(failure).rejects.toThrow(/innodb_flush_log_at_trx_commit is 2, must be 1/);
    },
    SERVER_TIMEOUT_MS,
  );

  test(
    'that is killed and comes back has what was committed, and the same pool goes on',
    async () => {
      const { database, server: started } = await start();
      await database.transaction((tx) => tx.run('CREATE DATABASE shop'));
      await database.transaction((tx) => tx.run('CREATE TABLE shop.probe (amount BIGINT) ENGINE=InnoDB'));
      await database.transaction((tx) => tx.run('INSERT INTO shop.probe VALUES (7)'));
      await started.kill();
      const failure = await database.ping().catch((error: unknown) => error);
      expect(database.dialect.failureKind(failure)).toBe('UNKNOWN');
      await started.start();
      expect(await database.read.arrays('SELECT amount FROM shop.probe')).toEqual([[7]]);
      // The new connections are set up as the old ones were; MariaDB and MySQL name the variable differently.
      const variables = `SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')`;
      const [variable] = await database.read.arrays(variables);
      expect(variable?.[1]).toBe('READ-COMMITTED');
    },
    SERVER_TIMEOUT_MS,
  );

  test(
    'leaves neither a process nor a directory behind when it is stopped',
    async () => {
      const { server: started } = await start();
      expect(existsSync(started.directory)).toBe(true);
      expect(() => process.kill(started.pid, 0)).not.toThrow();
      await started.stop();
      expect(existsSync(started.directory)).toBe(false);
      expect(() => process.kill(started.pid, 0)).toThrow(/ESRCH/);
    },
    SERVER_TIMEOUT_MS,
  );
});
