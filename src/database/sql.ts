// What a store is handed: statements against one of the two databases, inside a transaction or not.
import type { EntityManager } from 'typeorm';
import type { Dialect } from './dialect';

export type SqlValue = string | number | bigint | Buffer | null;
export type SqlRow = readonly SqlValue[];

export interface Sql {
  readonly dialect: Dialect;
  /** Rows as arrays of column values, the quickest form. */
  arrays(statement: string, values?: readonly SqlValue[]): Promise<SqlRow[]>;
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
    rows: readonly SqlRow[],
    clause?: { head?: string; tail?: string },
  ): Promise<number>;
  /** TypeORM's manager on the same connection, for catalogue tables that are small and seldom read. */
  readonly manager: EntityManager;
}

/** Counts every statement that goes to the database; tests assert on it. */
export interface StatementCounter {
  statements: number;
}
