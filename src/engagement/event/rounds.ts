// Work on many items at once, in rounds: those of one round begin together, and only so many are under way.

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface RoundsOptions {
  /** Items that begin together. */
  readonly size: number;
  /** Items under way at most: what they hold in memory is bounded by this, however many are asked for at once. */
  readonly underWay: number;
}

/**
 * One for the process, whoever asks, so that many small calls share their rounds. A round begins as soon as there is
 * room for it; what finds nothing under way waits for nobody.
 */
export class Rounds<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private underWay = 0;
  private looking = false;

  constructor(
    private readonly work: (item: Item) => Promise<Result>,
    private readonly options: RoundsOptions,
  ) {}

  run(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.look();
    });
  }

  /** One turn of the event loop lets items that are asked for together gather. */
  private look(): void {
    if (this.looking) return;
    this.looking = true;
    setImmediate(() => {
      this.looking = false;
      while (this.hasRoom()) for (const next of this.waiting.splice(0, this.options.size)) void this.begin(next);
    });
  }

  private hasRoom(): boolean {
    const { size, underWay } = this.options;
    return this.waiting.length > 0 && underWay - this.underWay >= Math.min(this.waiting.length, size);
  }

  private async begin({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> {
    this.underWay += 1;
    try {
      resolve(await this.work(item));
    } catch (error) {
      reject(error);
    } finally {
      this.underWay -= 1;
      if (this.hasRoom()) this.look();
    }
  }
}
