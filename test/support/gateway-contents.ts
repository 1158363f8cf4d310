// All that a database holds, as one digest a table: what was refused must have left no trace.
import { createHash } from 'node:crypto';
import type { Database } from '../../src/database/database';

/** All tables of the migrations but leases, which a worker may take at any time. */
const TABLES = [
  'card',
  'card_term',
  'catalogue_version',
  'code_pool',
  'ledger_account',
  'ledger_chain',
  'ledger_hold',
  'ledger_transfer',
  'member',
  'partner',
  'partner_change',
  'partner_connector',
  'partner_credential',
  'partner_secret',
  'pool_code',
  'program_item',
  'program_version',
  'redemption',
  'work_progress',
] as const;

export type Contents = Readonly<Record<string, string>>;

/** By table: the number of rows, and a digest of what is in them. */
export async function contentsOf(database: Database): Promise<Contents> {
  const entries = await Promise.all(
    TABLES.map(async (table) => {
      const rows = await database.read.arrays(`SELECT * FROM ${table}`);
      const lines = rows.map((row) =>
        row.map((value) => (Buffer.isBuffer(value) ? value.toString('hex') : value)).join(),
      );
      const digest = createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 12);
      return [table, `${rows.length} rows, ${digest}`] as const;
    }),
  );
  return Object.fromEntries(entries);
}
