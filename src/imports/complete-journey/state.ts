// What an import keeps of itself: which data, how many households, up to which day, and what was refused on the way.
import type { Database } from '../../database/database';
import { readProgress, saveProgress } from '../../database/progress.store';
import type { Instant } from '../../kernel/clock';
import type { RefusalCode } from '../../kernel/refusal';

const NAME = 'import complete-journey';

export type Refused = Readonly<Partial<Record<RefusalCode, number>>>;

export interface JourneyState {
  /** Of the files. */
  readonly digest: string;
  /** Households registered, each with its card. */
  readonly households: number;
  /** Everything before this instant was replayed. */
  readonly doneUntil: Instant;
  /** Mailings and uses that the gateway refused until then. */
  readonly refused: Refused;
}

export async function readState(database: Database): Promise<JourneyState | undefined> {
  const known = await readProgress(database.read, NAME);
  return known && { ...(JSON.parse(known.detail) as Omit<JourneyState, 'households'>), households: known.position };
}

export async function saveState(database: Database, state: JourneyState, now: Instant): Promise<void> {
  const { households, ...detail } = state;
  const progress = { name: NAME, position: households, detail: JSON.stringify(detail) };
  await database.transaction((tx) => saveProgress(tx, progress, now));
}
