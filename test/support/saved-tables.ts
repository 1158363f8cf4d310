// Puts tables back as they were, for tests that damage them on purpose.
import type { Database } from '../../src/database/database';

/** Remembers all rows of the tables; the answer puts them back. For small tables only. */
export async function savedTables(database: Database, tables: readonly string[]): Promise<() => Promise<void>> {
  const saved = await Promise.all(
    tables.map(async (table) => {
      const rows = await database.read.rows<Record<string, string | number | Buffer | null>>(`SELECT * FROM ${table}`);
      return { table, columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) };
    }),
  );
  return () =>
    database.transaction(async (tx) => {
      for (const { table, columns, rows } of saved) {
        await tx.run(`DELETE FROM ${table}`);
        if (rows.length > 0) await tx.insertMany(table, columns, rows);
      }
    });
}
