// What a failure means to the caller: as the drivers report it, and as real servers cause it.
import { eachDatabase } from '../../test/support/lanes';
import { type FailureKind, mysqlDialect, placeholders, questionMarks, sqliteDialect } from './dialect';

const MYSQL_FAILURES: readonly [string, object, FailureKind][] = [
  ['deadlock, or lost certification at COMMIT', { errno: 1213, code: 'ER_LOCK_DEADLOCK' }, 'CONFLICT'],
  ['lock wait timeout', { errno: 1205, code: 'ER_LOCK_WAIT_TIMEOUT' }, 'CONFLICT'],
  ['record changed since last read', { errno: 1020, code: 'ER_CHECKREAD' }, 'CONFLICT'],
  ['duplicate key', { errno: 1062, code: 'ER_DUP_ENTRY' }, 'DUPLICATE'],
  ['cluster node without its cluster', { errno: 1047, code: 'ER_UNKNOWN_COM_ERROR' }, 'UNKNOWN'],
  ['error during commit', { errno: 1180, code: 'ER_ERROR_DURING_COMMIT' }, 'UNKNOWN'],
  ['server gone', { errno: 2006 }, 'UNKNOWN'],
  ['connection lost in a query', { errno: 2013 }, 'UNKNOWN'],
  ['server shutting down', { errno: 1053, code: 'ER_SERVER_SHUTDOWN' }, 'UNKNOWN'],
  ['connection killed', { errno: 1927, code: 'ER_CONNECTION_KILLED', fatal: true }, 'UNKNOWN'],
  ['statement interrupted', { errno: 1317, code: 'ER_QUERY_INTERRUPTED' }, 'UNKNOWN'],
  ['connection lost', { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'UNKNOWN'],
  ['connection reset', { code: 'ECONNRESET', errno: -104 }, 'UNKNOWN'],
  ['nobody listening', { code: 'ECONNREFUSED', errno: -111 }, 'UNKNOWN'],
  ['use after a fatal error', { code: 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR' }, 'UNKNOWN'],
  ['connection closed under us', { message: "Can't add new command when connection is in closed state" }, 'UNKNOWN'],
  ['pool closed', { message: 'Pool is closed.' }, 'UNKNOWN'],
  ['wrapped by the mapper', { driverError: { errno: 1213 }, code: 'ER_LOCK_DEADLOCK' }, 'CONFLICT'],
  ['no such table', { errno: 1146, code: 'ER_NO_SUCH_TABLE' }, 'FAULT'],
  ['syntax', { errno: 1064, code: 'ER_PARSE_ERROR' }, 'FAULT'],
  ['check constraint', { errno: 4025, code: 'ER_CONSTRAINT_FAILED' }, 'FAULT'],
];

const SQLITE_FAILURES: readonly [string, object, FailureKind][] = [
  ['another writer', { code: 'SQLITE_BUSY', message: 'database is locked' }, 'CONFLICT'],
  ['snapshot out of date', { code: 'SQLITE_BUSY_SNAPSHOT', message: 'database is locked' }, 'CONFLICT'],
  ['table locked', { code: 'SQLITE_LOCKED', message: 'database table is locked' }, 'CONFLICT'],
  ['primary key', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, 'DUPLICATE'],
  ['unique key', { code: 'SQLITE_CONSTRAINT_UNIQUE' }, 'DUPLICATE'],
  ['wrapped by the mapper', { driverError: { code: 'SQLITE_CONSTRAINT_UNIQUE' } }, 'DUPLICATE'],
  ['check constraint', { code: 'SQLITE_CONSTRAINT_CHECK' }, 'FAULT'],
  ['no such table', { code: 'SQLITE_ERROR', message: 'no such table: probe' }, 'FAULT'],
];

test.each(MYSQL_FAILURES)('mysql: %s', (_title, properties, kind) => {
  expect(mysqlDialect.failureKind(Object.assign(new Error('given'), properties))).toBe(kind);
});

test.each(SQLITE_FAILURES)('sqlite: %s', (_title, properties, kind) => {
  expect(sqliteDialect.failureKind(Object.assign(new Error('given'), properties))).toBe(kind);
});

test.each([undefined, null, 'text', 7, {}, new Error('ours')])('%p, which no driver throws, is a fault', (thrown) => {
  expect(mysqlDialect.failureKind(thrown)).toBe('FAULT');
  expect(sqliteDialect.failureKind(thrown)).toBe('FAULT');
});

test('lists of question marks', () => {
  expect(placeholders(2, 3)).toBe('(?, ?, ?), (?, ?, ?)');
  expect(questionMarks(3)).toBe('?, ?, ?');
});

eachDatabase((lane) => {
  const kindOf = async (work: Promise<unknown>): Promise<FailureKind> =>
    work.then(
      () => {
        throw new Error('this should have failed');
      },
      (error: unknown) => lane.database.dialect.failureKind(error),
    );

  beforeAll(async () => {
    const { types, tableOptions } = lane.database.dialect;
    const columns = `
      name ${types.text(40)} NOT NULL, place ${types.integer} NOT NULL, amount ${types.amount} NOT NULL,
      CHECK (amount >= 0), PRIMARY KEY (name, place), UNIQUE (amount)`;
    await lane.database.transaction((tx) => tx.run(`CREATE TABLE probe (${columns})${tableOptions(true)}`));
    await lane.database.transaction((tx) => tx.run(`INSERT INTO probe VALUES ('a', 1, 10)`));
  });

  test.each<[string, string, FailureKind]>([
    ['the same primary key', `INSERT INTO probe VALUES ('a', 1, 11)`, 'DUPLICATE'],
    ['the same unique value', `INSERT INTO probe VALUES ('b', 1, 10)`, 'DUPLICATE'],
    ['a value that the table refuses', `INSERT INTO probe VALUES ('c', 1, -1)`, 'FAULT'],
    ['an unknown table', 'DELETE FROM no_such_table', 'FAULT'],
    ['nonsense', 'DO THE RIGHT THING', 'FAULT'],
  ])('%s, tried for real', async (_title, statement, kind) => {
    expect(await kindOf(lane.database.transaction((tx) => tx.run(statement)))).toBe(kind);
  });

  test('an upsert overwrites the columns it names and no others', async () => {
    const tail = lane.database.dialect.onDuplicateUpdate(['name', 'place'], ['amount']);
    const upsert = `INSERT INTO probe (name, place, amount) VALUES (?, ?, ?)${tail}`;
    await lane.database.transaction((tx) => tx.run(upsert, ['upsert', 1, 20]));
    await lane.database.transaction((tx) => tx.run(upsert, ['upsert', 1, 21]));
    const query = `SELECT place, amount FROM probe WHERE name = 'upsert'`;
    expect(await lane.database.read.arrays(query)).toEqual([[1, 21]]);
  });

  test('an ignoring insert leaves the row that is there', async () => {
    const statement = `${lane.database.dialect.insertIgnore} INTO probe VALUES ('a', 1, 99)`;
    expect(await lane.database.transaction((tx) => tx.run(statement))).toBe(0);
    expect(await lane.database.read.arrays(`SELECT amount FROM probe WHERE name = 'a'`)).toEqual([[10]]);
  });

  test('any text comes back as it went in, whether it had to be escaped or not', async () => {
    const texts = ["'; DROP TABLE probe; --", `{"a":"b"}`, '\\', "\\'", '\n\r\t\x1a', '`?`', '王小明 😀', '"\'"', '%_'];
    const lines = texts.map((text, at) => [`text ${text}`, at, 1_000 + at]);
    await lane.database.transaction((tx) => tx.insertMany('probe', ['name', 'place', 'amount'], lines));
    const query = 'SELECT name FROM probe WHERE amount >= 1000 ORDER BY place';
    expect((await lane.database.read.arrays(query)).map(([name]) => name)).toEqual(texts.map((text) => `text ${text}`));
    for (const text of texts) {
      const found = await lane.database.read.arrays('SELECT COUNT(*) FROM probe WHERE name = ?', [`text ${text}`]);
      expect(Number(found[0]![0])).toBe(1);
    }
  });

  test('bytes behind bytes', async () => {
    const { concat } = lane.database.dialect;
    const query = `SELECT ${concat('head', "x'00ff'")} FROM (SELECT x'00c3ff80' AS head) AS given`;
    expect((await lane.database.read.arrays(query))[0]).toEqual([Buffer.from('00c3ff8000ff', 'hex')]);
  });

  if (lane.name === 'mysql') {
    test('a connection killed in a unit of work leaves an unknown outcome and a working pool', async () => {
      const killed = lane.database.transaction(async (tx) => {
        const [row] = await tx.arrays('SELECT CONNECTION_ID()');
        await tx.run(`INSERT INTO probe VALUES ('killed', 1, 30)`);
        await lane.database.read.arrays(`KILL ${row?.[0]}`);
        await tx.arrays('SELECT 1');
      });
      expect(await kindOf(killed)).toBe('UNKNOWN');
      expect(await lane.database.read.arrays(`SELECT amount FROM probe WHERE name = 'killed'`)).toEqual([]);
      await Promise.all(Array.from({ length: 12 }, () => lane.database.ping()));
    });
  }
});
