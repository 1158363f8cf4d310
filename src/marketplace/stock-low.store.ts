// The SQL of alerts about low stock: for each offer whether its partner was told, and is not to be told again.
import { questionMarks } from '../database/dialect';
import { readProgress, saveProgress } from '../database/progress.store';
import type { Sql } from '../database/sql';
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';

const PREFIX = 'stock-low:';
const NAMES_A_STATEMENT = 500;

/** The offers of these whose partners were told that their stock is low, since it last was not. */
export async function readTold(sql: Sql, offerIds: readonly Id[]): Promise<Set<Id>> {
  const told = new Set<Id>();
  for (let from = 0; from < offerIds.length; from += NAMES_A_STATEMENT) {
    const names = offerIds.slice(from, from + NAMES_A_STATEMENT).map((id) => PREFIX + id);
    const rows = await sql.arrays(
      `SELECT name FROM work_progress WHERE position = 1 AND name IN (${questionMarks(names.length)})`,
      names,
    );
    for (const row of rows) told.add(String(row[0]).slice(PREFIX.length));
  }
  return told;
}

/** False when it was so already. */
export async function saveTold(tx: Sql, offerId: Id, isTold: boolean, now: Instant): Promise<boolean> {
  const name = PREFIX + offerId;
  const last = await readProgress(tx, name);
  if ((last?.position === 1) === isTold) return false;
  await saveProgress(tx, { name, position: isTold ? 1 : 0, detail: '{}' }, now);
  return true;
}
