// A database door with a tap on it: a test is told of each statement of a unit of work before it is sent, and may hold
// it up, count it or break it.
import { Database } from '../../src/database/database';
import type { Dialect } from '../../src/database/dialect';
import type { Sql } from '../../src/database/sql';

/** Called before each statement of a unit of work; what it throws, the unit of work meets. */
export type Tap = (statement: string) => Promise<void> | void;

export class TappedDatabase extends Database {
  constructor(
    private readonly inner: Database,
    private readonly tap: Tap,
    /** Called when a unit of work is committed, before whoever asked for it hears of it. */
    private readonly onCommit: () => Promise<void> | void = () => {},
  ) {
    super();
  }

  get dialect(): Dialect {
    return this.inner.dialect;
  }

  get read(): Sql {
    return this.inner.read;
  }

  protected async once<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result> {
    const result = await this.inner.transaction((tx) => work(tapped(tx, this.tap)));
    await this.onCommit();
    return result;
  }

  snapshot<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.inner.snapshot(work);
  }

  migrate(): Promise<string[]> {
    return this.inner.migrate();
  }

  ping(): Promise<void> {
    return this.inner.ping();
  }

  checkDurability(): Promise<void> {
    return this.inner.checkDurability();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** The same door for statements of any kind. */
export function tapped(sql: Sql, tap: Tap): Sql {
  const after =
    <Rest extends unknown[], Result>(send: (text: string, ...rest: Rest) => Promise<Result>) =>
    async (text: string, ...rest: Rest): Promise<Result> => {
      await tap(text);
      return send(text, ...rest);
    };
  return {
    dialect: sql.dialect,
    manager: sql.manager,
    arrays: after(sql.arrays.bind(sql)),
    prepared: after(sql.prepared.bind(sql)),
    rows: after(sql.rows.bind(sql)) as Sql['rows'],
    run: after(sql.run.bind(sql)),
    insertMany: async (table, ...rest) => {
      await tap(`INSERT INTO ${table}`);
      return sql.insertMany(table, ...rest);
    },
    insertAll: async (inserts) => {
      for (const insert of inserts) {
        if (insert.rows.length === 0) continue;
        await tap(`INSERT INTO ${insert.table}`);
        await sql.insertAll([insert]);
      }
    },
  };
}

/** A tap that lets the first statement of each door that matches wait until all parties are there. */
export function meetBefore(pattern: RegExp, meet: () => Promise<void>): Tap {
  let met = false;
  return async (statement) => {
    if (met || !pattern.test(statement)) return;
    met = true;
    await meet();
  };
}
