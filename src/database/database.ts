// The door to the database: reads, and units of work that are run again as a whole when they met a conflict.
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { assert } from '../kernel/assert';
import type { Dialect } from './dialect';
import { Mutex } from './mutex';
import { connectionOf, MysqlSql, mysqlSource, poolOf, prepareConnections } from './mysql';
import type { Sql, StatementCounter } from './sql';
import { type EntityClass, type MigrationClass, SqliteSql, sqliteSource } from './sqlite';

const ATTEMPTS = 4;
const RETRY_BASE_MS = 5;
const MIGRATE_WAIT_SECONDS = 60;

export interface DatabaseOptions {
  /** `mysql://user:password@host:port/name` or `sqlite:PATH`. */
  readonly url: string;
  readonly poolSize?: number;
  readonly migrations: MigrationClass[];
  readonly entities: EntityClass[];
}

/** Thrown when a database cannot be relied on for redemptions as it is configured. */
export class UnsafeDatabaseError extends Error {
  override readonly name = 'UnsafeDatabaseError';
}

export abstract class Database {
  readonly counter: StatementCounter = { statements: 0 };
  abstract readonly dialect: Dialect;
  /** Statements outside of any transaction; they see committed work only. */
  abstract readonly read: Sql;

  protected abstract once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;

  /**
   * Runs `work` in one transaction. On a conflict (deadlock, lock wait, Galera's certification) the whole of it runs
   * again, at most four times; so `work` must do nothing but talk to `tx`.
   */
  async transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= ATTEMPTS || this.dialect.failureKind(error) !== 'CONFLICT') throw error;
        await pause(Math.random() * RETRY_BASE_MS * 2 ** attempt);
      }
    }
  }

  /** Runs `work` on a connection of its own that sees the data as they are now, whatever commits meanwhile. */
  abstract snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;

  /** Runs what is missing of the migrations, in order. Safe to call from several processes at once. */
  abstract migrate(): Promise<string[]>;
  abstract ping(): Promise<void>;
  /** Refuses a server that may lose acknowledged commits. */
  abstract checkDurability(): Promise<void>;
  abstract close(): Promise<void>;
}

class SqliteDatabase extends Database {
  private readonly writing = new Mutex();
  readonly read: SqliteSql;
  private readonly writer: SqliteSql;

  constructor(
    readSource: DataSource,
    private readonly writeSource: DataSource,
    private readonly openReader: () => Promise<DataSource>,
  ) {
    super();
    this.read = new SqliteSql(readSource, this.counter);
    this.writer = new SqliteSql(writeSource, this.counter);
  }

  get dialect(): Dialect {
    return this.writer.dialect;
  }

  protected once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    return this.writing.run(async () => {
      this.writer.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.writer);
        this.writer.exec('COMMIT');
        return result;
      } catch (error) {
        this.rollBack();
        throw error;
      }
    });
  }

  // SQLite itself ends a transaction on some faults (a full disk), and then there is none to roll back.
  private rollBack(): void {
    try {
      this.writer.exec('ROLLBACK');
    } catch (error) {
      if (!/no transaction is active/.test(String(error))) throw error;
    }
  }

  /** On a third connection: an open transaction on the shared one would hold up what all other readers see. */
  async snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const sql = new SqliteSql(await this.openReader(), this.counter);
    try {
      sql.exec('BEGIN');
      // The first read is what takes the snapshot.
      await sql.arrays('SELECT 1 FROM sqlite_master LIMIT 1');
      const result = await work(sql);
      sql.exec('COMMIT');
      return result;
    } finally {
      await sql.close();
    }
  }

  /** All in one transaction of ours, so that of processes that start together the second one finds them done. */
  async migrate(): Promise<string[]> {
    const done = await this.transaction(() => this.writeSource.runMigrations({ transaction: 'none' }));
    return done.map((migration) => migration.name);
  }

  async ping(): Promise<void> {
    await this.read.arrays('SELECT 1');
  }

  async checkDurability(): Promise<void> {
    const [row] = await this.writer.arrays('PRAGMA synchronous');
    if (Number(row?.[0]) < 2) throw new UnsafeDatabaseError('SQLite runs with synchronous below FULL');
  }

  async close(): Promise<void> {
    await this.writing.run(async () => {
      await this.read.close();
      await this.writer.close();
    });
  }
}

class MysqlDatabase extends Database {
  readonly read: Sql;

  constructor(private readonly source: DataSource) {
    super();
    this.read = new MysqlSql(poolOf(source), () => source.manager, this.counter);
  }

  get dialect(): Dialect {
    return this.read.dialect;
  }

  protected async once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    const runner = this.source.createQueryRunner();
    try {
      const connection = await connectionOf(runner);
      const tx = new MysqlSql(connection, () => runner.manager, this.counter);
      try {
        await tx.run('START TRANSACTION');
        const result = await work(tx);
        await tx.run('COMMIT');
        return result;
      } catch (error) {
        // A connection that cannot even roll back is thrown away, so that no later user finds its open transaction.
        await tx.run('ROLLBACK').catch(() => connection.destroy());
        throw error;
      }
    } finally {
      await runner.release();
    }
  }

  async snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const runner = this.source.createQueryRunner();
    try {
      const connection = await connectionOf(runner);
      const sql = new MysqlSql(connection, () => runner.manager, this.counter);
      // For the next transaction only; the session stays at READ COMMITTED.
      await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await sql.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      try {
        return await work(sql);
      } finally {
        await sql.run('COMMIT').catch(() => connection.destroy());
      }
    } finally {
      await runner.release();
    }
  }

  async migrate(): Promise<string[]> {
    const runner = this.source.createQueryRunner();
    try {
      // One lock by name for all processes that start together; MySQL and Galera keep it by node.
      const [answer] = await runner.query(`SELECT GET_LOCK('perkgate.migrate', ${MIGRATE_WAIT_SECONDS}) AS locked`);
      if (Number(answer.locked) !== 1) {
        throw new Error(
          `another process has been migrating for ${MIGRATE_WAIT_SECONDS} s; start again when it is done`,
        );
      }
      const done = await this.source.runMigrations();
      return done.map((migration) => migration.name);
    } finally {
      await runner.query(`SELECT RELEASE_LOCK('perkgate.migrate')`);
      await runner.release();
    }
  }

  async ping(): Promise<void> {
    await this.read.arrays('SELECT 1');
  }

  async checkDurability(): Promise<void> {
    const [row] = await this.read.arrays('SELECT @@innodb_flush_log_at_trx_commit');
    if (Number(row?.[0]) !== 1) {
      throw new UnsafeDatabaseError(
        `innodb_flush_log_at_trx_commit is ${row?.[0]}, must be 1: else a crash loses acknowledged redemptions`,
      );
    }
  }

  close(): Promise<void> {
    return this.source.destroy();
  }
}

/** Opens the database that the URL names. Throws when it cannot be reached. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, migrations, entities } = options;
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    assert(path !== '' && path !== ':memory:', 'an embedded database needs a file');
    const writeSource = await sqliteSource(path, migrations, entities).initialize();
    const openReader = () => sqliteSource(path, [], entities).initialize();
    return new SqliteDatabase(await openReader(), writeSource, openReader);
  }
  const source = mysqlSource(url, options.poolSize ?? 10, migrations, entities);
  await source.initialize();
  await prepareConnections(poolOf(source));
  return new MysqlDatabase(source);
}
