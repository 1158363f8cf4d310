// Gives what terms promised when they were sold: at once, and by a job what a process left when it died.
import type { Database } from '../../database/database';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { eachTried } from '../../kernel/tried';
import { dueGifts, markGiven, type TermGift } from '../../members/sale/term-gift.store';
import type { RewardGiver } from '../reward/reward';

export interface TermGiftLog {
  error(details: object, message: string): void;
}

export class TermGiftService {
  constructor(
    private readonly database: Database,
    private readonly rewards: RewardGiver,
    private readonly clock: Clock,
    private readonly log: TermGiftLog,
  ) {}

  /** What one term promised. It was sold already, so a gift that fails is left to the job. */
  async settle(termId: Id): Promise<void> {
    try {
      for (const gift of await dueGifts(this.database.read, { termId })) await this.give(gift);
    } catch (error) {
      this.log.error({ err: error, term: termId }, 'the gift of a term could not be given; the worker tries again');
    }
  }

  /** Gives at most `limit` of those that are due; answers how many. */
  async settleDue(limit: number): Promise<number> {
    const due = await dueGifts(this.database.read, { now: this.clock.now(), limit });
    await eachTried(due, (gift) => this.give(gift));
    return due.length;
  }

  /** The gift is its own occasion, so that whoever gives it again gives nothing. */
  private async give({ id, memberId, reward, reason }: TermGift): Promise<void> {
    await this.rewards.give({ memberId, reward, occasion: id, reason });
    await this.database.transaction((tx) => markGiven(tx, id));
  }
}
