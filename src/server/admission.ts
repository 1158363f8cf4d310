// How many operations execute at once: a few may wait for their turn, the rest is turned away early.

/** Thrown to a request that is not let in; it was not begun and may be sent again. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
}

interface Waiter {
  admit(): void;
  turnAway(reason: string): void;
  isGone(): boolean;
}

const WAIT_MAX_MS = 2_000;
const ADMITTED = Promise.resolve();

export class Admission {
  private executing = 0;
  private readonly queue: Waiter[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly waiting: number,
    private readonly waitMs = WAIT_MAX_MS,
  ) {}

  /** Whether a new request would be turned away; asked before its body is read. */
  get isFull(): boolean {
    return this.executing >= this.atOnce && this.queue.length >= this.waiting;
  }

  /**
   * Takes a place, at once or after waiting for one; throws OverloadedError. `isGone` says whether the caller has hung
   * up meanwhile. Whoever got in must `leave`.
   */
  enter(isGone: () => boolean = () => false): Promise<void> {
    if (this.executing < this.atOnce) {
      this.executing += 1;
      return ADMITTED;
    }
    if (this.queue.length >= this.waiting) return Promise.reject(new OverloadedError('too many operations at once'));
    return this.waitForTurn(isGone);
  }

  private waitForTurn(isGone: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const turnAway = (reason: string): void => {
        clearTimeout(timer);
        reject(new OverloadedError(reason));
      };
      const admit = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const waiter: Waiter = { admit, turnAway, isGone };
      const timer = setTimeout(() => {
        this.queue.splice(this.queue.indexOf(waiter), 1);
        turnAway('no operation ended in time');
      }, this.waitMs);
      this.queue.push(waiter);
    });
  }

  /** Gives the place to the request that has waited longest and still has a caller. */
  leave(): void {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      if (next.isGone()) {
        next.turnAway('the caller hung up');
        continue;
      }
      next.admit();
      return;
    }
    this.executing -= 1;
  }
}
