// Many tasks at once, but those of one key one after the other, in the order in which they came.

/** For one producer, who awaits each `add` before the next, so that no more than `most` tasks are kept in memory. */
export class KeyedQueue {
  private readonly tails = new Map<string, Promise<void>>();
  private taken = 0;
  private wake: (() => void) | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly most: number) {}

  /** Answers when there was room for the task, not when it is done. Throws what an earlier task threw. */
  async add(key: string, task: () => Promise<void>): Promise<void> {
    while (this.taken >= this.most) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.throwFailure();
    this.taken += 1;
    const tail = this.runAfter(this.tails.get(key), task).then(() => {
      this.taken -= 1;
      if (this.tails.get(key) === tail) this.tails.delete(key);
      this.wake?.();
    });
    this.tails.set(key, tail);
  }

  /** Waits until all tasks have ended, and throws the first failure. */
  async drain(): Promise<void> {
    await Promise.all(this.tails.values());
    this.throwFailure();
  }

  private async runAfter(before: Promise<void> | undefined, task: () => Promise<void>): Promise<void> {
    await before;
    // After a failure nothing more is begun: what follows in a key's order must not overtake what failed.
    if (this.failure) return;
    try {
      await task();
    } catch (error) {
      this.failure ??= { error };
    }
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}
