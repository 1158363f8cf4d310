// Reads batched over requests: while statements are in flight, the keys asked for meanwhile gather into the next one.

export interface BatcherOptions {
  /** Keys of one statement at most; a power of two, because key lists are padded to powers of two. */
  readonly keysMax: number;
  readonly inFlightMax: number;
}

interface Waiting<Key, Value> {
  readonly key: Key;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/**
 * A read always begins after it was asked for, so it sees whatever was committed before. Nothing is remembered
 * between batches. Who may see a key is decided before it is asked for here: the batcher mixes the requests of many.
 */
export class ReadBatcher<Key, Value> {
  private readonly queue: Waiting<Key, Value>[] = [];
  private inFlight = 0;
  private scheduled = false;

  constructor(
    /** Answers one value for each key, in their order. */
    private readonly read: (keys: readonly Key[]) => Promise<readonly Value[]>,
    private readonly options: BatcherOptions,
  ) {}

  load(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.queue.push({ key, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled || this.inFlight >= this.options.inFlightMax) return;
    this.scheduled = true;
    // One turn of the event loop lets the keys of requests that arrived together gather.
    setImmediate(() => {
      this.scheduled = false;
      while (this.queue.length > 0 && this.inFlight < this.options.inFlightMax) void this.fly();
    });
  }

  private async fly(): Promise<void> {
    const batch = this.queue.splice(0, this.options.keysMax);
    this.inFlight += 1;
    try {
      await this.land(batch);
    } finally {
      this.inFlight -= 1;
      if (this.queue.length > 0) this.schedule();
    }
  }

  private async land(batch: readonly Waiting<Key, Value>[]): Promise<void> {
    try {
      const values = await this.read(batch.map(({ key }) => key));
      for (const [at, waiting] of batch.entries()) waiting.resolve(values[at] as Value);
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      // One bad key must not fail its neighbours: each is asked for alone, one after the other.
      for (const waiting of batch) await this.land([waiting]);
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
