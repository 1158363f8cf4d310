// A redemption as it goes on: one value for each state that it comes to, until nothing more can come.
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { NEXT_STATUSES, type Redemption, statusAt } from '../redemption';

/** How often it is looked whether another process, or this one, has made a step. */
const LOOK_MS = 500;
/** Ten minutes of them: a coupon may wait for its use for months; who wants to see that asks again. */
const LOOKS = 1_200;

export class RedemptionFeed {
  constructor(
    private readonly find: (id: Id) => Promise<Redemption | undefined>,
    private readonly clock: Clock,
    private readonly lookMs = LOOK_MS,
    private readonly looks = LOOKS,
  ) {}

  /** The first value comes at once. Authorise before asking. */
  async *watch(first: Redemption): AsyncGenerator<Redemption> {
    let shown = first;
    yield first;
    for (let look = 1; look <= this.looks && !this.isFinal(shown); look += 1) {
      await pause(this.lookMs, undefined, { ref: false });
      const now = await this.find(first.id);
      if (!now || this.looksAs(now) === this.looksAs(shown)) continue;
      shown = now;
      yield now;
    }
  }

  private isFinal(redemption: Redemption): boolean {
    return NEXT_STATUSES[this.looksAs(redemption)].length === 0;
  }

  private looksAs(redemption: Redemption) {
    return statusAt(redemption, this.clock.now());
  }
}
