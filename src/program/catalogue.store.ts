// The SQL of the catalogue's version: one row, which is both the news for other processes and the lock of all changes.

import type { Sql } from '../database/sql';
import { assert } from '../kernel/assert';

const ROW = 1;

export class CatalogueStore {
  async version(sql: Sql): Promise<number> {
    const [row] = await sql.arrays('SELECT version FROM catalogue_version WHERE id = ?', [ROW]);
    assert(row, 'the row of catalogue_version is missing: run the migrations');
    return Number(row[0]);
  }

  /** Nobody else changes the catalogue until the transaction ends. */
  async lock(tx: Sql): Promise<void> {
    const statement = `SELECT version FROM catalogue_version WHERE id = ?${tx.dialect.forUpdate}`;
    const rows = await tx.arrays(statement, [ROW]);
    assert(rows.length === 1, 'the row of catalogue_version is missing: run the migrations');
  }

  async bump(tx: Sql): Promise<void> {
    await tx.run('UPDATE catalogue_version SET version = version + 1 WHERE id = ?', [ROW]);
  }
}
