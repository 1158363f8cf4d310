// The first half of a run: our redemptions that a feed may speak of, put in the order of the keys, a page a pass.
import type { Database } from '../../database/database';
import { type Clock, DAY, type Instant } from '../../kernel/clock';
import { ZERO_ID } from '../../kernel/id';
import { type RedemptionStatus } from '../../redemption/redemption';
import { candidatesOf } from './candidates';
import type { Feed } from './feed';
import type { MatchKeys } from './match-keys';
import { RUN_START, type Run } from './run';
import { addOurs, advanceRun, type Candidate, type KeyedOurs, readCandidates } from './run.store';

/** How long before the period something may have been claimed that a line may mean, though it is not due. */
const LOOK_BACK = 400 * DAY;

const WAS_ISSUED: ReadonlySet<RedemptionStatus> = new Set(['ISSUED', 'USED', 'EXPIRED']);

export class GatherPass {
  constructor(
    private readonly database: Database,
    private readonly keys: MatchKeys,
    private readonly clock: Clock,
    private readonly rowsAPass: number,
  ) {}

  /** Throws StaleRunError when another process has taken the step meanwhile. */
  async run(run: Run, feed: Feed): Promise<void> {
    const { after } = run.position;
    const found = await readCandidates(this.database.read, candidatesOf(feed), after, this.rowsAPass);
    const now = this.clock.now();
    const ours = found.flatMap((candidate) => this.oursOf(candidate, feed, now));
    const last = found.at(-1);
    const next: Run =
      found.length < this.rowsAPass
        ? { ...run, state: 'MATCHING', position: RUN_START, done: run.done + found.length }
        : { ...run, position: { after: last!.redemptionId }, done: run.done + found.length };
    await this.database.transaction(async (tx) => {
      await advanceRun(tx, run, next);
      await addOurs(tx, run.id, ours);
    });
  }

  private oursOf(candidate: Candidate, { terms, periodFrom, periodBefore }: Feed, now: Instant): KeyedOurs[] {
    const { redemptionId, claimedAt, usedAt, cost, faceValue } = candidate;
    const status = candidate.status === 'ISSUED' && candidate.expiresAt <= now ? 'EXPIRED' : candidate.status;
    const at = terms.basis === 'USED' ? usedAt : claimedAt;
    const happened = terms.basis === 'USED' ? status === 'USED' : WAS_ISSUED.has(status);
    const due = happened && at !== undefined && at >= periodFrom && at < periodBefore;
    if (!due && claimedAt < periodFrom - LOOK_BACK) return [];
    const key = this.keys.ofRedemption(terms.matchBy, candidate);
    if (key === undefined && !due) return [];
    const amount = terms.amountIs === 'COST' ? cost : faceValue;
    // What is due and has no name of this kind can be in no line, and is found under a key of nobody.
    return [{ key: key ?? ZERO_ID, redemptionId, due, amount, at, status }];
  }
}
