// The ledger's door: takes chains from everywhere in the process and commits them in batches.
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { AccountKey, Balance } from './account';
import { type Companion, runBatch, type Submission } from './batch';
import { foldContra, readContra } from './contra.store';
import { chainUnder } from './explain.store';
import { type ExpiredHold, expiredHolds, openHoldsOf } from './hold.store';
import { readHolder, transfersOfChain } from './ledger.store';
import type { Chain, ChainResult, Transfer } from './transfer';
import type { BalanceWatcher } from './watch';

export interface LedgerOptions {
  /** Chains of one transaction at most. */
  readonly batchMax?: number;
  /** How long a batch waits for chains that are announced, in milliseconds. */
  readonly lingerMs?: number;
  /** How often a batch of one chain is tried before its error reaches the caller. */
  readonly attempts?: number;
}

interface Waiting extends Submission {
  resolve(result: ChainResult): void;
  reject(error: unknown): void;
}

const RETRY_BASE_MS = 5;
/**
 * Batches on their way at once: while the database works on some, this process decides others. With two, each side
 * waited for the other a third of the time.
 */
const FLIGHTS_MAX = 4;
/**
 * Another one sets off only with so many chains, and none waits for more that are announced: the more there are in a
 * batch, the less each of them costs.
 */
const ENOUGH = 64;
/** Rows of batches; each may name some hundreds of accounts. */
const FOLD_ROWS = 100;
const ANSWERS_A_TURN = 8;

/**
 * While a batch is in flight, the chains that arrive gather into the next. Others may fly beside it, so chains that
 * are asked for together may be decided in any order. A batch that fails as a whole is tried again, then split in
 * two, so that one bad chain never fails its neighbours. Because chains carry client-made keys, running one again after
 * a broken connection is safe: what was committed answers as a replay.
 */
export class LedgerService {
  private readonly queue: Waiting[] = [];
  private readonly watchers: BalanceWatcher[] = [];
  private readonly flights = new Set<Promise<void>>();
  /** Chains that somebody is building. */
  private announced = 0;
  /** Committed chains whose callers are not told yet. */
  private readonly decided: { readonly waiting: Waiting; readonly result: ChainResult }[] = [];
  private handing: Promise<void> | undefined;
  private readonly batchMax: number;
  private readonly lingerMs: number;
  private readonly attempts: number;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    options: LedgerOptions = {},
  ) {
    this.batchMax = options.batchMax ?? 256;
    this.lingerMs = options.lingerMs ?? 3;
    this.attempts = options.attempts ?? 5;
  }

  /**
   * Commits the chain, with the rows of `companions`, or answers why it is refused. Throws only when the database
   * fails for good; the outcome may then be unknown, and the same key asked again tells it.
   */
  submit(chain: Chain, companions: readonly Companion[] = []): Promise<ChainResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ chain, companions, resolve, reject });
      if (this.isDue(this.flights.size)) this.takeOff();
    });
  }

  /**
   * Says that a chain is being built, so that a batch which is about to set off waits a moment for it. What comes back
   * is called when it is submitted or given up.
   */
  announce(): () => void {
    this.announced += 1;
    return () => {
      this.announced -= 1;
    };
  }

  /** Whether a batch should set off beside so many others. */
  private isDue(others: number): boolean {
    return others === 0 ? this.queue.length > 0 : others < FLIGHTS_MAX && this.queue.length >= ENOUGH;
  }

  private takeOff(): void {
    const flight: Promise<void> = this.fly(() => this.flights.delete(flight));
    this.flights.add(flight);
  }

  /** `ended` is called in the turn in which nothing is due any more, so that no chain is left behind in between. */
  private async fly(ended: () => void): Promise<void> {
    // One turn of the event loop lets the chains of one tick gather.
    await new Promise((resume) => setImmediate(resume));
    while (this.isDue(this.flights.size - 1)) {
      await this.linger();
      const batch = this.queue.splice(0, this.batchMax);
      // Another one may have taken them all meanwhile.
      if (batch.length > 0) await this.land(batch);
    }
    ended();
  }

  private async linger(): Promise<void> {
    const until = performance.now() + this.lingerMs;
    while (this.announced > 0 && this.queue.length < ENOUGH && performance.now() < until) await pause(1);
  }

  /**
   * Answers a few callers at a turn of the event loop. What they do next takes time, and all of them at once would keep
   * the next batch, which is under way by then, waiting between any two of its statements.
   */
  private async handOut(): Promise<void> {
    while (this.decided.length > 0) {
      for (const { waiting, result } of this.decided.splice(0, ANSWERS_A_TURN)) waiting.resolve(result);
      await new Promise((resume) => setImmediate(resume));
    }
    this.handing = undefined;
  }

  private async land(batch: Waiting[], attempt = 1): Promise<void> {
    try {
      const results = await this.database.transaction((tx) => runBatch(tx, batch, this.clock.now(), this.watchers));
      for (const [at, waiting] of batch.entries()) this.decided.push({ waiting, result: results[at]! });
      this.handing ??= this.handOut();
    } catch (error) {
      await this.recover(batch, attempt, error);
    }
  }

  /** Tries the whole again twice (conflicts, broken connections), then in halves down to the chain at fault. */
  private async recover(batch: Waiting[], attempt: number, error: unknown): Promise<void> {
    const passing = this.database.dialect.failureKind(error) !== 'FAULT';
    if (passing && attempt < (batch.length > 1 ? 3 : this.attempts)) {
      await pause(Math.random() * RETRY_BASE_MS * 2 ** attempt);
      return this.land(batch, attempt + 1);
    }
    if (batch.length === 1) return batch[0]!.reject(error);
    const middle = batch.length >> 1;
    await this.land(batch.slice(0, middle));
    await this.land(batch.slice(middle));
  }

  /** From now on the watcher is told of what chains of this process move. All processes must have the same ones. */
  watch(watcher: BalanceWatcher): void {
    this.watchers.push(watcher);
  }

  /** Waits until everything submitted so far is decided, and its callers are told. */
  async drain(): Promise<void> {
    while (this.flights.size > 0 || this.handing) await Promise.all([...this.flights, this.handing]);
  }

  /** All enforced accounts of a holder with their balances. */
  balancesOf(holder: Id): Promise<Map<AccountKey, Balance>> {
    return readHolder(this.database.read, holder);
  }

  /** The exact sums of contra accounts. */
  contraSums(): Promise<Map<AccountKey, Balance>> {
    return readContra(this.database.read);
  }

  /** … and of those of one holder. */
  contraSumsOf(holder: Id): Promise<Map<AccountKey, Balance>> {
    return readContra(this.database.read, holder);
  }

  transfersOf(chain: Id): Promise<Transfer[]> {
    return transfersOfChain(this.database.read, chain);
  }

  /** Of the chain that was made under this key; none when there is no such chain, or when it was refused. */
  async transfersUnder(key: Id): Promise<Transfer[]> {
    const chain = await chainUnder(this.database.read, key);
    return chain === undefined ? [] : this.transfersOf(chain);
  }

  /** Chains with holds past their time, oldest first, from the one that follows `after`. */
  expiredHolds(limit: number, after?: ExpiredHold): Promise<ExpiredHold[]> {
    return expiredHolds(this.database.read, this.clock.now(), limit, after);
  }

  /** The holds of a chain that are neither posted nor voided. */
  openHoldsOf(chain: Id): Promise<Transfer[]> {
    return openHoldsOf(this.database.read, chain);
  }

  /** One bounded pass of the contra roll-up; answers how many appended rows it folded in. */
  foldContra(): Promise<number> {
    return this.database.transaction((tx) => foldContra(tx, FOLD_ROWS));
  }
}
