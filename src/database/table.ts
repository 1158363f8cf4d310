// CREATE TABLE for both databases from one description, for migrations.
import type { QueryRunner } from 'typeorm';
import { type Dialect, mysqlDialect, sqliteDialect } from './dialect';

export interface TableDescription {
  readonly name: string;
  /** Column name → its type and constraints, e.g. `${types.amount} NOT NULL`. */
  readonly columns: Record<string, string>;
  /** Absent when a column is its own key (`types.autoId`). Rows lie in the order of this key. */
  readonly primaryKey?: readonly string[];
  readonly unique?: Record<string, readonly string[]>;
  readonly indexes?: Record<string, readonly string[]>;
  readonly checks?: Record<string, string>;
}

export function dialectOf(runner: QueryRunner): Dialect {
  return runner.dataSource.options.type === 'mysql' ? mysqlDialect : sqliteDialect;
}

export async function createTable(
  runner: QueryRunner,
  describe: (types: Dialect['types']) => TableDescription,
): Promise<void> {
  const dialect = dialectOf(runner);
  const { name, columns, primaryKey, unique = {}, indexes = {}, checks = {} } = describe(dialect.types);
  const lines = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  if (primaryKey) lines.push(`PRIMARY KEY (${primaryKey.join(', ')})`);
  for (const [constraint, check] of Object.entries(checks)) lines.push(`CONSTRAINT ${constraint} CHECK (${check})`);
  const clustered = primaryKey !== undefined;
  await runner.query(`CREATE TABLE ${name} (${lines.join(', ')})${dialect.tableOptions(clustered)}`);
  for (const [index, on] of Object.entries(unique)) {
    await runner.query(`CREATE UNIQUE INDEX ${index} ON ${name} (${on.join(', ')})`);
  }
  for (const [index, on] of Object.entries(indexes)) {
    await runner.query(`CREATE INDEX ${index} ON ${name} (${on.join(', ')})`);
  }
}

export async function dropTables(runner: QueryRunner, names: readonly string[]): Promise<void> {
  for (const name of names) await runner.query(`DROP TABLE ${name}`);
}
