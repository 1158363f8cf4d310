// The production database: MariaDB, MySQL or Galera through TypeORM's pool of mysql2 connections.
import { escape as escapeText, type Pool, type PoolConnection, type QueryError } from 'mysql2';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { mysqlDialect } from './dialect';
import type { Sql, SqlRow, SqlValue, StatementCounter } from './sql';
import type { EntityClass, MigrationClass } from './sqlite';

const CONNECT_TIMEOUT_MS = 2_000;
const LOCK_WAIT_SECONDS = 5;
const ROWS_A_STATEMENT = 1_000;

export function mysqlSource(
  url: string,
  poolSize: number,
  migrations: MigrationClass[],
  entities: EntityClass[],
): DataSource {
  return new DataSource({
    type: 'mysql',
    url: url.replace(/^mariadb:/, 'mysql:'),
    poolSize,
    connectTimeout: CONNECT_TIMEOUT_MS,
    charset: 'utf8mb4_bin',
    // BIGINTs beyond 2^53 arrive as text and are refused by whoever reads them, instead of being rounded in silence.
    supportBigNumbers: true,
    bigNumberStrings: false,
    migrations,
    migrationsTransactionMode: 'each',
    entities,
    extra: { maxPreparedStatements: 512, queueLimit: 0, enableKeepAlive: true, maxIdle: poolSize },
  });
}

/** TypeORM's own pool, so that there is one pool whatever door a statement goes through. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { pool: Pool }).pool;
}

const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
];

/** Every connection reads committed rows only and waits for a lock a bounded time, those already open included. */
export async function prepareConnections(pool: Pool): Promise<void> {
  // mysql2 sends them ahead of whatever the connection was opened for.
  pool.on('connection', (connection) => {
    for (const statement of SESSION) connection.query(statement);
  });
  const open = await pool.promise().getConnection();
  for (const statement of SESSION) await open.query(statement);
  open.release();
}

type Executor = Pick<Pool | PoolConnection, 'query' | 'execute'>;

export class MysqlSql implements Sql {
  readonly dialect = mysqlDialect;

  constructor(
    private readonly executor: Executor,
    private readonly managerOf: () => EntityManager,
    private readonly counter: StatementCounter,
  ) {}

  get manager(): EntityManager {
    return this.managerOf();
  }

  arrays(text: string, values: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.send((done) => this.executor.query({ sql: text, values: [...values], rowsAsArray: true }, done));
  }

  prepared(text: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    return this.send((done) =>
      this.executor.execute({ sql: text, values: values as (string | number)[], rowsAsArray: true }, done),
    );
  }

  rows<Row extends object>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return this.send((done) => this.executor.query({ sql: text, values: [...values] }, done));
  }

  async run(text: string, values?: readonly SqlValue[]): Promise<number> {
    const header = await this.send<{ affectedRows: number }>((done) =>
      this.executor.query({ sql: text, values: values && [...values] }, done),
    );
    return header.affectedRows;
  }

  async insertMany(
    table: string,
    columns: readonly string[],
    rows: readonly SqlRow[],
    clause: { head?: string; tail?: string } = {},
  ): Promise<number> {
    const head = `${clause.head ?? 'INSERT INTO'} ${table} (${columns.join(', ')}) VALUES `;
    let changed = 0;
    for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
      const some = rows.slice(from, from + ROWS_A_STATEMENT).map((row) => `(${row.map(literal).join(',')})`);
      changed += await this.run(head + some.join(',') + (clause.tail ?? ''));
    }
    return changed;
  }

  private send<Result>(ask: (done: (error: QueryError | null, result: unknown) => void) => void): Promise<Result> {
    this.counter.statements += 1;
    return new Promise((resolve, reject) => {
      ask((error, result) => (error ? reject(error) : resolve(result as Result)));
    });
  }
}

/** A value as text of a statement. Large inserts are mostly this, and the driver's own way takes twice the time. */
function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : escapeText(value);
}

export function connectionOf(runner: QueryRunner): Promise<PoolConnection> {
  return runner.connect() as Promise<PoolConnection>;
}
