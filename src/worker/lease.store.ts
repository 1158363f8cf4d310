// Leases: of several processes only one runs a job at a time, and another takes over when it dies.
import type { Database } from '../database/database';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';

/** Takes or prolongs the lease of a job; false while another owner's lease runs. */
export function takeLease(
  database: Database,
  name: string,
  owner: string,
  now: Instant,
  until: Instant,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const row = (await lockLease(tx, name)) ?? (await addLease(tx, name, owner));
    if (row.owner !== owner && row.until > now) return false;
    await tx.run('UPDATE job_lease SET owner = ?, until = ? WHERE name = ?', [owner, until, name]);
    return true;
  });
}

interface Lease {
  readonly owner: string;
  readonly until: Instant;
}

async function lockLease(tx: Sql, name: string): Promise<Lease | undefined> {
  const [row] = await tx.arrays(`SELECT owner, until FROM job_lease WHERE name = ?${tx.dialect.forUpdate}`, [name]);
  return row && { owner: String(row[0]), until: Number(row[1]) };
}

/** Only where there is none yet: adding one that is there locks it in a way in which two workers block each other. */
async function addLease(tx: Sql, name: string, owner: string): Promise<Lease> {
  const head = `${tx.dialect.insertIgnore} INTO`;
  await tx.insertMany('job_lease', ['name', 'owner', 'until'], [[name, owner, 0]], { head });
  return (await lockLease(tx, name))!;
}

/** Gives the lease back, so that another process need not wait for its end. */
export async function releaseLease(database: Database, name: string, owner: string): Promise<void> {
  await database.transaction((tx) =>
    tx.run('UPDATE job_lease SET until = 0 WHERE name = ? AND owner = ?', [name, owner]),
  );
}
