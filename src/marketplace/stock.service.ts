// The stock of offers: granted in the ledger as the catalogue says, and a board of what is left for lists to show.
import type { Database } from '../database/database';
import { assert } from '../kernel/assert';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import type { Unit } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type AccountKey, available, type Balance } from '../ledger/account';
import { companion } from '../ledger/batch';
import { TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { TransferInput } from '../ledger/transfer';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueOffer } from '../program/catalogue-item';
import { alignedWriter, readAccounts, readAligned, StaleStockError } from './stock.store';
import {
  budgetAccountOf,
  budgetGrantedOf,
  dailyStockAccountOf,
  hasStock,
  stockAccountOf,
  stockGrantedOf,
} from './supply';

/** Each one that fails means that another process aligned the offer to a version in between. */
const ATTEMPTS = 5;

/** What is left of an offer, as of an instant. */
export interface StockLeft {
  readonly left: number;
  readonly asOf: Instant;
}

/** What an offer has left of each of its supplies, as of an instant; what is absent is not limited. */
export interface SupplyLeft {
  readonly stock?: number;
  readonly today?: number;
  /** In the minor unit; never for a member's eyes. */
  readonly budget?: number;
  readonly asOf: Instant;
}

/** Of one offer on the board. */
interface Counted {
  readonly stock?: number;
  /** What was left of the day that the board was read on. */
  readonly today?: number;
  readonly day?: PeriodNumber;
  readonly budget?: number;
}

export class StockService {
  private board: ReadonlyMap<Id, Counted> = new Map();
  private asOf: Instant = 0;

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /**
   * Grants each offer what its definition says, of stock and of budget, once for each version, in whatever process
   * comes first; a process that comes late with an older version changes nothing. Less takes back at most what is
   * left. A code pool gets its stock with its codes.
   */
  async align(next: Catalogue, previous: Catalogue): Promise<void> {
    const changed = next.offers.filter((offer) => differs(previous.offer(offer.id), offer));
    await this.grant(changed.flatMap((offer) => suppliesOf(offer, next.settings.currency)));
    await this.look(next);
  }

  /** Grants each supply what its version says, once for each version. */
  async grant(supplies: readonly Supply[]): Promise<void> {
    let due = await this.alignOnce(supplies);
    for (let attempt = 2; due.length > 0; attempt += 1) {
      assert(attempt <= ATTEMPTS, `${due.length} supplies changed during each of ${ATTEMPTS} attempts to align them`);
      due = await this.alignOnce(due);
    }
  }

  /** Answers the supplies that somebody else aligned meanwhile, to another version. */
  private async alignOnce(supplies: readonly Supply[]): Promise<readonly Supply[]> {
    const versions = await readAligned(
      this.database.read,
      supplies.map(({ name }) => name),
    );
    const due = supplies.filter(({ name, version }) => (versions.get(name) ?? 0) < version);
    if (due.length === 0) return [];
    const sums = await this.ledger.contraSums();
    const aligned = await Promise.all(
      due.map((supply) => this.alignSupply(supply, versions.get(supply.name) ?? 0, grantedBy(supply.source, sums))),
    );
    return due.filter((_supply, at) => !aligned[at]);
  }

  /** False when what it was based on is no longer so. */
  private async alignSupply(supply: Supply, from: number, granted: number): Promise<boolean> {
    const { name, version, account, source } = supply;
    const missing = (supply.amount ?? granted) - granted;
    const code = TRANSFER_CODES.STOCK;
    const transfers: TransferInput[] = [];
    if (missing > 0) transfers.push({ kind: 'TRANSFER', debit: source, credit: account, amount: missing, code });
    if (missing < 0) {
      transfers.push({ kind: 'TRANSFER', debit: account, credit: source, amount: -missing, code, flexible: true });
    }
    const key = namedId(...name.split(':'), String(version));
    const openings = [{ account, grant: 0, from: source }];
    const id = newId(this.clock.now());
    try {
      const chain = { key, fingerprint: key, id, openings, transfers, flexibleFloor: 0 };
      await this.ledger.submit(chain, [companion(alignedWriter, { name, from, to: version })]);
      return true;
    } catch (error) {
      if (error instanceof StaleStockError) return false;
      throw error;
    }
  }

  /** Reads the board again: one statement for all offers with a supply that is counted. */
  async look(catalogue: Catalogue): Promise<void> {
    const now = this.clock.now();
    this.board = await this.read(catalogue.offers, catalogue, now);
    this.asOf = now;
  }

  /** What these offers have left now, live or not, straight from the ledger. */
  async supplies(offers: readonly CatalogueOffer[], catalogue: Catalogue): Promise<ReadonlyMap<Id, SupplyLeft>> {
    const now = this.clock.now();
    const counted = await this.read(offers, catalogue, now);
    return new Map([...counted].map(([id, { stock, today, budget }]) => [id, { stock, today, budget, asOf: now }]));
  }

  private async read(
    offers: readonly CatalogueOffer[],
    catalogue: Catalogue,
    now: Instant,
  ): Promise<ReadonlyMap<Id, Counted>> {
    const { currency } = catalogue.settings;
    const day = catalogue.time.periodAt('DAY', now);
    const counted = offers.filter((offer) => isSupplied(offer) || offer.dailyStock !== undefined);
    const accounts = counted.flatMap((offer) => [
      ...suppliesOf(offer, currency).map(({ account }) => account),
      ...(offer.dailyStock === undefined ? [] : [dailyStockAccountOf(offer.id, day)]),
    ]);
    const balances = await readAccounts(this.database.read, accounts);
    return new Map(
      counted.map((offer) => {
        const { id, dailyStock, budget } = offer;
        const today = balances.get(dailyStockAccountOf(id, day));
        return [
          id,
          {
            stock: hasStock(offer) ? leftOn(balances.get(stockAccountOf(id))) : undefined,
            today: today ? available(today) : dailyStock,
            day,
            budget: budget === undefined ? undefined : leftOn(balances.get(budgetAccountOf(id, currency))),
          },
        ] as const;
      }),
    );
  }

  /** As of the last look; `undefined` for an offer without stock. The ledger alone decides a redemption. */
  left(offer: CatalogueOffer): StockLeft | undefined {
    return hasStock(offer) ? { left: this.board.get(offer.id)?.stock ?? 0, asOf: this.asOf } : undefined;
  }

  /** As of the last look; `undefined` when nothing of the offer is counted. */
  supply(offer: CatalogueOffer, catalogue: Catalogue, now: Instant): SupplyLeft | undefined {
    const { dailyStock, budget } = offer;
    const stocked = hasStock(offer);
    if (!stocked && dailyStock === undefined && budget === undefined) return undefined;
    const counted = this.board.get(offer.id);
    const stock = stocked ? (counted?.stock ?? 0) : undefined;
    if (dailyStock === undefined && budget === undefined) return { stock, asOf: this.asOf };
    // A board of yesterday knows nothing of today, of which everything is left.
    const sameDay = counted?.day === catalogue.time.periodAt('DAY', now);
    const today = dailyStock === undefined ? undefined : sameDay ? counted?.today : dailyStock;
    return { stock, today, budget: budget === undefined ? undefined : (counted?.budget ?? 0), asOf: this.asOf };
  }
}

/** One account that is granted as a version says; `amount` is absent when something else grants it. */
export interface Supply {
  /** Names it for good: words with colons between them, the id of its item among them. */
  readonly name: string;
  readonly version: number;
  readonly account: AccountKey;
  readonly source: AccountKey;
  readonly amount?: number;
}

function suppliesOf({ id, version, ...offer }: CatalogueOffer, currency: Unit): Supply[] {
  const supplies: Supply[] = [];
  if (hasStock(offer)) {
    const [account, source] = [stockAccountOf(id), stockGrantedOf(id)];
    supplies.push({ name: `stock:${id}`, version, account, source, amount: offer.stock });
  }
  if (offer.budget !== undefined) {
    const [account, source] = [budgetAccountOf(id, currency), budgetGrantedOf(id, currency)];
    supplies.push({ name: `budget:${id}`, version, account, source, amount: offer.budget });
  }
  return supplies;
}

function isSupplied(offer: CatalogueOffer): boolean {
  return hasStock(offer) || offer.budget !== undefined;
}

/** An offer that was paused may have changed meanwhile, in a catalogue that nothing was granted by. */
function differs(before: CatalogueOffer | undefined, offer: CatalogueOffer): boolean {
  return before === undefined || before.retired || before.version !== offer.version;
}

function leftOn(balance: Balance | undefined): number {
  return balance ? available(balance) : 0;
}

function grantedBy(source: AccountKey, sums: ReadonlyMap<AccountKey, Balance>): number {
  const sum = sums.get(source);
  return sum ? sum.debitsPosted - sum.creditsPosted : 0;
}
