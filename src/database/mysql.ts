// The production database: MariaDB, MySQL or Galera through TypeORM's pool of mysql2 connections.
import { escape as escapeText, type Pool, type PoolConnection, type QueryError } from 'mysql2';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { assert } from '../kernel/assert';
import { mysqlDialect } from './dialect';
import { quietLogger } from './quiet-logger';
import {
  HexBytes,
  type Insert,
  type InsertRow,
  type Sql,
  type SqlRow,
  type SqlValue,
  type StatementCounter,
} from './sql';
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
    logger: quietLogger,
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

  arrays(text: string, values: InsertRow = []): Promise<SqlRow[]> {
    const sql = filledIn(text, values);
    return this.send((done) => this.executor.query({ sql, values: null, rowsAsArray: true }, done));
  }

  prepared(text: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    return this.send((done) =>
      this.executor.execute({ sql: text, values: values as (string | number)[], rowsAsArray: true }, done),
    );
  }

  rows<Row extends object>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const sql = filledIn(text, values);
    return this.send((done) => this.executor.query({ sql, values: null }, done));
  }

  async run(text: string, values?: readonly SqlValue[]): Promise<number> {
    const sql = values ? filledIn(text, values) : text;
    const header = await this.send<{ affectedRows: number }>((done) =>
      // Of null the driver makes nothing; without it, it would look through the text for places to put values.
      this.executor.query({ sql, values: null }, done),
    );
    return header.affectedRows;
  }

  async insertMany(
    table: string,
    columns: readonly string[],
    rows: readonly InsertRow[],
    clause: { head?: string; tail?: string } = {},
  ): Promise<number> {
    let changed = 0;
    for (const statement of statementsOf({ table, columns, rows, ...clause })) changed += await this.run(statement);
    return changed;
  }

  async insertAll(inserts: Iterable<Insert>): Promise<void> {
    let running: Promise<number> | undefined;
    try {
      for (const insert of inserts) {
        for (const statement of statementsOf(insert)) {
          // Sent only when the one before is done: after a deadlock the server has no transaction left, and would
          // commit by itself whatever came.
          await running;
          running = this.run(statement);
        }
      }
    } finally {
      await running;
    }
  }

  private send<Result>(ask: (done: (error: QueryError | null, result: unknown) => void) => void): Promise<Result> {
    this.counter.statements += 1;
    return new Promise((resolve, reject) => {
      ask((error, result) => (error ? reject(error) : resolve(result as Result)));
    });
  }
}

function* statementsOf({ table, columns, rows, head = 'INSERT INTO', tail = '' }: Insert): Generator<string> {
  const start = `${head} ${table} (${columns.join(', ')}) VALUES `;
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const until = Math.min(rows.length, from + ROWS_A_STATEMENT);
    let text = start;
    for (let at = from; at < until; at += 1) text += `${at > from ? ',' : ''}(${literals(rows[at]!)})`;
    yield text + tail;
  }
}

function literals(row: InsertRow): string {
  let text = literal(row[0]!);
  for (let at = 1; at < row.length; at += 1) text += `,${literal(row[at]!)}`;
  return text;
}

/** The text with each `?` replaced; a statement holds no other question mark, which its count proves. */
function filledIn(text: string, values: InsertRow): string {
  const parts = text.split('?');
  assert(parts.length === values.length + 1, `${values.length} values for ${parts.length - 1} places of: ${text}`);
  let filled = parts[0]!;
  for (const [at, value] of values.entries()) filled += literal(value) + parts[at + 1]!;
  return filled;
}

// In a text between single quotes these have to be escaped; double quotes, of which JSON is full, need not be.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const TO_BE_ESCAPED = /[\0-\x1f\x7f'\\]/;

/** A value as text of a statement. Large inserts are mostly this, and the driver's own way takes twice the time. */
function literal(value: SqlValue | HexBytes): string {
  if (value === null) return 'NULL';
  if (value instanceof HexBytes) return `x'${value.digits}'`;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : quoted(value);
}

function quoted(text: string): string {
  return TO_BE_ESCAPED.test(text) ? escapeText(text) : `'${text}'`;
}

export function connectionOf(runner: QueryRunner): Promise<PoolConnection> {
  return runner.connect() as Promise<PoolConnection>;
}
