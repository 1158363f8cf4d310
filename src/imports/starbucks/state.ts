// What an import keeps of itself: its cap and quota, the instant from which the data's hours count, how far it is.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import { DAY, HOUR, type Instant } from '../../kernel/clock';
import type { CapSettings } from './program';
import { DATA_HOURS } from './records';

const NAME = 'import starbucks';

export interface ImportState extends CapSettings {
  /** Hour 0 of the data. */
  readonly startsAt: Instant;
  /** Of the files. */
  readonly digest: string;
  /** Members registered, each with its card. */
  readonly members: number;
}

export async function readState(database: Database): Promise<ImportState | undefined> {
  const known = await readProgress(database.read, NAME);
  return known && { ...(JSON.parse(known.detail) as Omit<ImportState, 'members'>), members: known.position };
}

export async function saveState(database: Database, state: ImportState, now: Instant): Promise<void> {
  const { members, ...detail } = state;
  const progress = { name: NAME, position: members, detail: JSON.stringify(detail) };
  await database.transaction((tx) => saveProgress(tx, progress, now));
}

/**
 * The 30 days of the data are laid so that they end with the hour of the import: the order of events is kept, nothing
 * lies in the future, cards are active now, and the coupons of the last days can still be used.
 */
export function startOfData(now: Instant): Instant {
  return Math.floor(now / HOUR) * HOUR - (DATA_HOURS / 24) * DAY;
}
