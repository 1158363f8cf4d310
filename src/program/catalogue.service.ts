// The door to the catalogue: holds the current snapshot and follows changes that any process makes.
import type { Database } from '../database/database';
import { Mutex } from '../database/mutex';
import type { Sql } from '../database/sql';
import { Catalogue } from './catalogue';
import { CatalogueStore } from './catalogue.store';
import type { StoredItem } from './catalogue-item';

const POLL_MS = 500;
const LOAD_ATTEMPTS = 3;

/**
 * A table, or several, from which the catalogue is filled. Sources share one space of numbers (`nextNumber`) and one
 * of codes in each kind.
 */
export interface CatalogueSource {
  /** All items, retired ones too. */
  load(sql: Sql): Promise<readonly StoredItem[]>;
  /** 0 when there is none. */
  highestNumber(sql: Sql): Promise<number>;
}

/** Told of each new snapshot just before it becomes the current one; `previous` is the last that it got through. */
export type CatalogueListener = (next: Catalogue, previous: Catalogue) => void | Promise<void>;

export interface CatalogueLog {
  error(details: object, message: string): void;
}

interface Listening {
  readonly listener: CatalogueListener;
  last: Catalogue;
}

export class CatalogueService {
  private snapshot = Catalogue.empty();
  private readonly listening: Listening[] = [];
  private readonly store = new CatalogueStore();
  private readonly refreshing = new Mutex();
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> | undefined;
  private running = false;

  constructor(
    private readonly database: Database,
    private readonly sources: readonly CatalogueSource[],
    private readonly log: CatalogueLog,
    private readonly pollMilliseconds = POLL_MS,
  ) {}

  /** The snapshot of now; empty (version −1) before the first `refresh` or `start`. */
  current(): Catalogue {
    return this.snapshot;
  }

  /**
   * The listener must bear to be told the same news twice. When it throws, that is logged, the snapshot becomes current
   * all the same, and the listener is told again at each poll until it gets through.
   */
  onChange(listener: CatalogueListener): void {
    this.listening.push({ listener, last: Catalogue.empty() });
  }

  /** Reads the version and, when it changed, the catalogue. Answers the current snapshot; throws when it cannot. */
  refresh(): Promise<Catalogue> {
    // One after the other: who asks after a commit must not be served by a read that began before it.
    return this.refreshing.run(async () => {
      const next = await this.read();
      await this.tell(next);
      this.snapshot = next;
      return next;
    });
  }

  /** As `refresh`, but a failure is logged and left to the next poll. */
  async refreshSoon(): Promise<void> {
    await this.refresh().catch((error: unknown) => {
      this.log.error({ err: error }, 'the catalogue could not be read again; the last snapshot stays');
    });
  }

  /** Loads the first snapshot, or throws, and polls from then on. */
  async start(): Promise<void> {
    await this.refresh();
    this.running = true;
    this.schedule();
  }

  async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    await this.polling;
  }

  /** For whoever changes the catalogue: nobody else does until the transaction ends. Takes the lock first of all. */
  lock(tx: Sql): Promise<void> {
    return this.store.lock(tx);
  }

  /** Tells every process, with the commit, that the catalogue changed. */
  bump(tx: Sql): Promise<void> {
    return this.store.bump(tx);
  }

  /** The first number that no item has; holds while `lock` does. */
  async nextNumber(tx: Sql): Promise<number> {
    let highest = 0;
    for (const source of this.sources) highest = Math.max(highest, await source.highestNumber(tx));
    return highest + 1;
  }

  /** What all sources hold, retired items too, as this transaction sees them. */
  async loadAll(tx: Sql): Promise<StoredItem[]> {
    const items: StoredItem[] = [];
    for (const source of this.sources) items.push(...(await source.load(tx)));
    return items;
  }

  private schedule(): void {
    if (!this.running) return;
    this.timer = setTimeout(() => {
      this.polling = this.refreshSoon().then(() => this.schedule());
    }, this.pollMilliseconds);
    this.timer.unref();
  }

  private async read(): Promise<Catalogue> {
    const sql = this.database.read;
    let version = await this.store.version(sql);
    if (version === this.snapshot.version) return this.snapshot;
    for (let attempt = 1; attempt <= LOAD_ATTEMPTS; attempt += 1) {
      const items = await this.loadAll(sql);
      // A change between two of these statements would tear the snapshot.
      const after = await this.store.version(sql);
      if (after === version) return this.make(version, items);
      version = after;
    }
    throw new Error(`the catalogue changed during each of ${LOAD_ATTEMPTS} attempts to read it`);
  }

  private make(version: number, items: readonly StoredItem[]): Catalogue {
    const made = new Catalogue(version, items);
    const { leftOut } = made;
    if (leftOut.length > 0) this.log.error({ version, leftOut }, 'items of guests are faulty and left out');
    return made;
  }

  private async tell(next: Catalogue): Promise<void> {
    for (const listening of this.listening) {
      if (listening.last === next) continue;
      try {
        await listening.listener(next, listening.last);
        listening.last = next;
      } catch (error) {
        this.log.error({ err: error, version: next.version }, 'a listener of the catalogue failed; it is told again');
      }
    }
  }
}
