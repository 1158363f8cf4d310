// Leases: of several processes only one runs a job at a time, and another takes over when it dies.
import type { Database } from '../database/database';
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
    const columns = ['name', 'owner', 'until'];
    await tx.insertMany('job_lease', columns, [[name, owner, 0]], { head: `${tx.dialect.insertIgnore} INTO` });
    const [row] = await tx.arrays(`SELECT owner, until FROM job_lease WHERE name = ?${tx.dialect.forUpdate}`, [name]);
    if (row && row[0] !== owner && Number(row[1]) > now) return false;
    await tx.run('UPDATE job_lease SET owner = ?, until = ? WHERE name = ?', [owner, until, name]);
    return true;
  });
}

/** Gives the lease back, so that another process need not wait for its end. */
export async function releaseLease(database: Database, name: string, owner: string): Promise<void> {
  await database.transaction((tx) =>
    tx.run('UPDATE job_lease SET until = 0 WHERE name = ? AND owner = ?', [name, owner]),
  );
}
