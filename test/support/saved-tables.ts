// Puts tables back as they were, for tests that damage them on purpose or need them without what others left.
import type { Database } from '../../src/database/database';
import type { Lane } from './lanes';

/** Remembers all rows of the tables; the answer puts them back. For small tables only. */
export async function savedTables(database: Database, tables: readonly string[]): Promise<() => Promise<void>> {
  const saved = await Promise.all(
    tables.map(async (table) => {
      const rows = await database.read.rows<Record<string, string | number | Buffer | null>>(`SELECT * FROM ${table}`);
      return { table, columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) };
    }),
  );
  return async () => {
    const filled = await filledOf(database, tables);
    await database.transaction(async (tx) => {
      for (const { table, columns, rows } of saved) {
        if (filled.has(table)) await tx.run(`DELETE FROM ${table}`);
        if (rows.length > 0) await tx.insertMany(table, columns, rows);
      }
    });
  };
}

/**
 * Each test of the lane finds the same data, in whatever order they run: what the migrations leave, and what
 * `beforeAll` hooks that are declared above this call have written. A house that was opened there may stay, with its
 * clock set back, unless a test gives it another program, which it would remember.
 */
export function freshEachTest(lane: Lane): void {
  let putBack: () => Promise<void>;
  beforeAll(async () => {
    putBack = await savedTables(lane.database, await allTables(lane.database));
  });
  beforeEach(() => putBack());
}

/** Those that have rows, by one statement: most tables are empty in most tests. */
async function filledOf(database: Database, tables: readonly string[]): Promise<Set<unknown>> {
  const looks = tables.map((table) => `SELECT '${table}' FROM (SELECT 1 FROM ${table} LIMIT 1) AS one`);
  return new Set((await database.read.arrays(looks.join(' UNION ALL '))).map(([table]) => table));
}

/** All tables but the list of migrations. */
async function allTables(database: Database): Promise<string[]> {
  const found = await database.read.arrays(
    database.dialect.name === 'mysql'
      ? "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  return found.map(([name]) => String(name)).filter((name) => name !== 'migrations');
}
