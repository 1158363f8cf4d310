// The embedded database: SQLite through TypeORM's `better-sqlite3` driver type with libsql as its driver.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import libsql from 'libsql';
import { DataSource, type EntityManager, type MigrationInterface } from 'typeorm';
import { questionMarks, sqliteDialect } from './dialect';
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

interface Statement {
  raw(): Statement;
  all(values: readonly SqlValue[]): SqlValue[][];
  run(values: readonly SqlValue[]): { changes: number };
  columns(): { name: string }[];
}
interface Connection {
  prepare(statement: string): Statement;
  exec(statement: string): void;
  pragma(text: string): unknown;
}

const STATEMENTS_KEPT = 500;
const BUSY_TIMEOUT_MS = 5_000;

/** Two sources on one file: TypeORM has one connection a source, and a reader must not see a writer's open work. */
export function sqliteSource(path: string, migrations: MigrationClass[], entities: EntityClass[]): DataSource {
  makeFolder(dirname(path));
  if (existsSync(path) && statSync(path).isDirectory()) throw new Error('a folder stands there');
  return new DataSource({
    type: 'better-sqlite3',
    driver: libsql,
    database: path,
    logger: quietLogger,
    timeout: BUSY_TIMEOUT_MS,
    migrations,
    migrationsTransactionMode: 'each',
    entities,
    prepareDatabase: (connection: Connection) => {
      connection.pragma('journal_mode = WAL');
      // A reopened WAL file falls back to NORMAL, which can lose acknowledged commits on a power cut.
      connection.pragma('synchronous = FULL');
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    },
  });
}

/** Folder by folder: Node's own way of making all of them never ends below a place that takes none, such as `/proc`. */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is no folder`);
    return;
  }
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process that starts now may have been first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

export type MigrationClass = new () => MigrationInterface;
export type EntityClass = new () => object;

export class SqliteSql implements Sql {
  readonly dialect = sqliteDialect;
  private readonly kept = new Map<string, Statement>();

  constructor(
    private readonly source: DataSource,
    private readonly counter: StatementCounter,
  ) {}

  get manager(): EntityManager {
    return this.source.createQueryRunner().manager;
  }

  private get connection(): Connection {
    return (this.source.driver as unknown as { databaseConnection: Connection }).databaseConnection;
  }

  private statement(text: string, raw: boolean): Statement {
    const key = raw ? `r${text}` : text;
    let statement = this.kept.get(key);
    if (!statement) {
      statement = this.connection.prepare(text);
      if (raw) statement = statement.raw();
      if (this.kept.size >= STATEMENTS_KEPT) this.kept.clear();
      this.kept.set(key, statement);
    }
    this.counter.statements += 1;
    return statement;
  }

  async arrays(text: string, values: InsertRow = []): Promise<SqlRow[]> {
    return this.statement(text, true).all(values.map(bindable));
  }

  prepared(text: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    return this.arrays(text, values);
  }

  async rows<Row extends object>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = this.statement(text, true);
    const names = statement.columns().map((column) => column.name);
    return statement.all(values).map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])) as Row);
  }

  async run(text: string, values: readonly SqlValue[] = []): Promise<number> {
    return this.statement(text, false).run(values).changes;
  }

  /** Row by row: a kept statement of one row is quicker here than preparing one of every width. */
  async insertMany(
    table: string,
    columns: readonly string[],
    rows: readonly InsertRow[],
    clause: { head?: string; tail?: string } = {},
  ): Promise<number> {
    const text = `${clause.head ?? 'INSERT INTO'} ${table} (${columns.join(', ')})
      VALUES (${questionMarks(columns.length)})${clause.tail ?? ''}`;
    const statement = this.statement(text, false);
    return rows.reduce((changed, row) => changed + statement.run(row.map(bindable)).changes, 0);
  }

  async insertAll(inserts: Iterable<Insert>): Promise<void> {
    for (const { table, columns, rows, ...clause } of inserts) await this.insertMany(table, columns, rows, clause);
  }

  exec(text: string): void {
    this.connection.exec(text);
  }

  /** Drops the kept statements too: they would go on answering from a file that was closed. */
  close(): Promise<void> {
    this.kept.clear();
    return this.source.destroy();
  }
}

function bindable(value: SqlValue | HexBytes): SqlValue {
  return value instanceof HexBytes ? Buffer.from(value.digits, 'hex') : value;
}
