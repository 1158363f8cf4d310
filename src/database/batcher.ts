// Reads batched over requests: while statements are in flight, the keys asked for meanwhile gather into the next one.
import DataLoader from 'dataloader';

export interface BatcherOptions {
  /** Keys of one statement at most; a power of two, because key lists are padded to powers of two. */
  readonly keysMax: number;
  readonly inFlightMax: number;
}

/** What became of one key. An error is carried as it came: whoever judges it looks at its code, not at its class. */
type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

/**
 * A DataLoader that lives as long as the process: it remembers nothing between batches, and begins a batch only when
 * fewer than `inFlightMax` are under way. A read always begins after it was asked for, so it sees whatever was
 * committed before. Who may see a key is decided before it is asked for here: the requests of many are mixed.
 */
export class ReadBatcher<Key, Value> {
  private readonly loader: DataLoader<Key, Outcome<Value>>;
  /** Batches that wait for their turn; each takes in further keys until it begins. */
  private readonly waiting: (() => void)[] = [];
  private inFlight = 0;

  constructor(
    /** Answers one value for each key, in their order. */
    private readonly read: (keys: readonly Key[]) => Promise<readonly Value[]>,
    private readonly options: BatcherOptions,
  ) {
    this.loader = new DataLoader((keys) => this.fly(keys), {
      cache: false,
      maxBatchSize: options.keysMax,
      // One turn of the event loop lets the keys of requests that arrived together gather.
      batchScheduleFn: (begin) => setImmediate(() => this.enqueue(begin)),
    });
  }

  async load(key: Key): Promise<Value> {
    const outcome = await this.loader.load(key);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  private enqueue(begin: () => void): void {
    this.waiting.push(begin);
    this.beginNext();
  }

  private beginNext(): void {
    if (this.inFlight >= this.options.inFlightMax) return;
    const begin = this.waiting.shift();
    if (!begin) return;
    this.inFlight += 1;
    begin();
  }

  private async fly(keys: readonly Key[]): Promise<Outcome<Value>[]> {
    try {
      return await this.outcomesOf(keys);
    } finally {
      this.inFlight -= 1;
      this.beginNext();
    }
  }

  private async outcomesOf(keys: readonly Key[]): Promise<Outcome<Value>[]> {
    try {
      return (await this.read(keys)).map((value) => ({ value }));
    } catch (error) {
      if (keys.length === 1) return [{ error }];
      // One bad key must not fail its neighbours: each is asked for alone, one after the other.
      const outcomes: Outcome<Value>[] = [];
      for (const key of keys) outcomes.push(...(await this.outcomesOf([key])));
      return outcomes;
    }
  }
}

/** Pads a key list to the next power of two with its last key, so that few statements have to be prepared. */
export function padToPowerOfTwo<Key>(keys: readonly Key[]): Key[] {
  const padded = [...keys];
  const last = padded[padded.length - 1]!;
  const width = 2 ** Math.ceil(Math.log2(padded.length));
  while (padded.length < width) padded.push(last);
  return padded;
}
