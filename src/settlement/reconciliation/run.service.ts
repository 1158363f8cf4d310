// The door to runs: begun for a closed feed, taken on pass by pass, and looked at.
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/database';
import { type Actor, nameOf } from '../../kernel/actor';
import { type Clock } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { type Refusal, refuse } from '../../kernel/refusal';
import type { SettlementScope } from '../settlement-scope';
import { candidatesOf } from './candidates';
import { NO_FEED } from './feed.service';
import { lockFeed, readFeed } from './feed.store';
import type { GatherPass } from './gather-pass';
import type { Tolerance } from './match';
import type { MatchPass } from './match-pass';
import { RUN_START, type Run } from './run';
import {
  countCandidates,
  insertRun,
  listMatches,
  listRuns,
  type Match,
  type RunPage,
  readRun,
  StaleRunError,
  unfinishedRun,
} from './run.store';

export const DEFAULT_TOLERANCE: Tolerance = { amount: 0, minutes: 5, days: 0 };
const LIMITS = { amount: 1_000_000_000_000, minutes: 44_640, days: 31 } as const satisfies Tolerance;

export class RunService {
  constructor(
    private readonly database: Database,
    private readonly gather: GatherPass,
    private readonly match: MatchPass,
    private readonly clock: Clock,
  ) {}

  /** Asked again while the feed's run is not done, it answers that run. */
  async start(actor: Actor, feedId: Id, tolerance: Tolerance): Promise<Run | Refusal> {
    const fault = checkTolerance(tolerance);
    if (fault) return fault;
    const feed = await readFeed(this.database.read, {}, feedId);
    if (!feed) return NO_FEED;
    if (feed.state === 'OPEN') {
      return refuse('CONFLICT', `The feed ${feed.name} takes lines still. Close it first.`, 'feed');
    }
    const total = (await countCandidates(this.database.read, candidatesOf(feed))) + feed.lines;
    const now = this.clock.now();
    const run: Run = {
      ...{ id: newId(now), feedId, partnerId: feed.partnerId, tolerance, state: 'GATHERING', stepNo: 0 },
      ...{ position: RUN_START, totals: {}, done: 0, total, startedAt: now, startedBy: nameOf(actor) },
    };
    return this.database.transaction(async (tx) => {
      await lockFeed(tx, {}, feedId);
      const known = await unfinishedRun(tx, feedId);
      if (!known) {
        await insertRun(tx, run);
        return run;
      }
      if (isDeepStrictEqual(known.tolerance, tolerance)) return known;
      return refuse(
        'CONFLICT',
        'The feed is being reconciled with another tolerance. Wait until that is done.',
        'feed',
      );
    });
  }

  /** One bounded pass of the run that was begun first; answers whether there was one. */
  async pass(): Promise<boolean> {
    const run = await unfinishedRun(this.database.read);
    if (!run) return false;
    await this.step(run);
    return true;
  }

  /** Passes until the run is done, whoever else works on it; `onProgress` hears of each. */
  async finish(id: Id, onProgress: (run: Run) => void = () => {}): Promise<Run | undefined> {
    for (;;) {
      const run = await readRun(this.database.read, {}, id);
      if (run) onProgress(run);
      if (!run || run.state === 'DONE') return run;
      await this.step(run);
    }
  }

  private async step(run: Run): Promise<void> {
    const feed = await readFeed(this.database.read, {}, run.feedId);
    if (!feed) return;
    try {
      await (run.state === 'GATHERING' ? this.gather.run(run, feed) : this.match.run(run, feed));
    } catch (error) {
      // Somebody else has taken this step: what it made of it is what counts.
      if (!(error instanceof StaleRunError)) throw error;
    }
  }

  find(scope: SettlementScope, id: Id): Promise<Run | undefined> {
    return readRun(this.database.read, scope, id);
  }

  list(scope: SettlementScope, page: RunPage): Promise<Run[]> {
    return listRuns(this.database.read, scope, page);
  }

  /** Authorise before asking. */
  matches(runId: Id, after: number, limit: number): Promise<Match[]> {
    return listMatches(this.database.read, runId, after, limit);
  }
}

function checkTolerance(tolerance: Tolerance): Refusal | undefined {
  for (const name of ['amount', 'minutes', 'days'] as const) {
    const value = tolerance[name];
    if (Number.isSafeInteger(value) && value >= 0 && value <= LIMITS[name]) continue;
    const message = `tolerance.${name} is ${value}; allowed is an integer from 0 to ${LIMITS[name]}.`;
    return refuse('INVALID_INPUT', message, `tolerance.${name}`);
  }
  return undefined;
}
