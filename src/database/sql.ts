// What a store is handed: statements against one of the two databases, inside a transaction or not.
import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialect';

export type SqlValue = string | number | bigint | Buffer | null;
export type SqlRow = readonly SqlValue[];

/** Bytes as hexadecimal digits. Keys are texts here, and large inserts need not turn each into a Buffer and back. */
export class HexBytes {
  constructor(readonly digits: string) {}
}

export type InsertRow = readonly (SqlValue | HexBytes)[];

export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly InsertRow[];
  /** The text before the table; `INSERT INTO` unless told. */
  readonly head?: string;
  /** What follows the values: an upsert clause. */
  readonly tail?: string;
}

export interface Sql {
  readonly dialect: Dialect;
  /** Rows as arrays of column values, the quickest form. */
  arrays(statement: string, values?: InsertRow): Promise<SqlRow[]>;
  /** As `arrays`, by a prepared statement that is kept: for hot reads of a few fixed widths. */
  prepared(statement: string, values: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Rows as objects by column name. */
  rows<Row extends object>(statement: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** A statement that changes rows; answers how many. */
  run(statement: string, values?: readonly SqlValue[]): Promise<number>;
  /**
   * Inserts all rows, in as few statements as the database takes them best. `head` is the text before the column
   * list (`INSERT INTO` unless told), `tail` what follows the values (an upsert clause). Answers the rows changed.
   */
  insertMany(
    table: string,
    columns: readonly string[],
    rows: readonly InsertRow[],
    clause?: { head?: string; tail?: string },
  ): Promise<number>;
  /**
   * Inserts one after the other; the first that fails ends it. Each is asked for only when its turn comes near, so that
   * its rows and its text are made while the database works on the one before.
   */
  insertAll(inserts: Iterable<Insert>): Promise<void>;
  /** TypeORM's manager on the same connection, for catalogue tables that are small and seldom read. */
  readonly manager: EntityManager;
}

/** Counts every statement that goes to the database; tests assert on it. */
export interface StatementCounter {
  statements: number;
}
