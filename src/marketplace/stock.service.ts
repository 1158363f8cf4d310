// The stock of offers: granted in the ledger as the catalogue says, and a board of what is left for lists to show.
import type { Database } from '../database/database';
import { assert } from '../kernel/assert';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { COUNT } from '../kernel/money';
import { type AccountKey, accountKey, available, type Balance } from '../ledger/account';
import { companion } from '../ledger/batch';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { TransferInput } from '../ledger/transfer';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueOffer } from '../program/catalogue-item';
import { alignedWriter, readAccounts, readAligned, StaleStockError } from './stock.store';

/** Each one that fails means that another process aligned the offer to a version in between. */
const ATTEMPTS = 5;

export function stockAccountOf(offerId: Id): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK, unit: COUNT });
}

function grantedAccountOf(offerId: Id): AccountKey {
  return accountKey({ holder: offerId, kind: ACCOUNT_KINDS.STOCK_GRANTED, unit: COUNT });
}

export function hasStock(offer: CatalogueOffer): boolean {
  return offer.stock !== undefined || offer.fulfilment === 'CODE_POOL';
}

/** What is left of an offer, as of an instant. */
export interface StockLeft {
  readonly left: number;
  readonly asOf: Instant;
}

export class StockService {
  private board: ReadonlyMap<Id, number> = new Map();
  private asOf: Instant = 0;

  constructor(
    private readonly database: Database,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /**
   * Grants each offer what its definition says, once for each version of it, in whatever process comes first; a
   * process that comes late with an older version changes nothing. Less stock takes back at most what is left. A code
   * pool gets its stock with its codes.
   */
  async align(next: Catalogue, previous: Catalogue): Promise<void> {
    const changed = next.offers.filter(
      (offer) => hasStock(offer) && previous.offer(offer.id)?.version !== offer.version,
    );
    let due = await this.alignOnce(changed);
    for (let attempt = 2; due.length > 0; attempt += 1) {
      assert(attempt <= ATTEMPTS, `the stock of ${due.length} offers changed during each of ${ATTEMPTS} attempts`);
      due = await this.alignOnce(due);
    }
    await this.look(next);
  }

  /** Answers the offers that somebody else aligned meanwhile, to another version. */
  private async alignOnce(offers: readonly CatalogueOffer[]): Promise<readonly CatalogueOffer[]> {
    const versions = await readAligned(
      this.database.read,
      offers.map(({ id }) => id),
    );
    const due = offers.filter(({ id, version }) => (versions.get(id) ?? 0) < version);
    if (due.length === 0) return [];
    const sums = await this.ledger.contraSums();
    const aligned = await Promise.all(
      due.map((offer) => this.alignOffer(offer, versions.get(offer.id) ?? 0, grantedTo(offer.id, sums))),
    );
    return due.filter((_offer, at) => !aligned[at]);
  }

  /** False when what it was based on is no longer so. */
  private async alignOffer(offer: CatalogueOffer, from: number, granted: number): Promise<boolean> {
    const [stock, source] = [stockAccountOf(offer.id), grantedAccountOf(offer.id)];
    const missing = (offer.stock ?? granted) - granted;
    const code = TRANSFER_CODES.STOCK;
    const transfers: TransferInput[] = [];
    if (missing > 0) transfers.push({ kind: 'TRANSFER', debit: source, credit: stock, amount: missing, code });
    if (missing < 0) {
      transfers.push({ kind: 'TRANSFER', debit: stock, credit: source, amount: -missing, code, flexible: true });
    }
    const key = namedId('stock', offer.id, String(offer.version));
    const openings = [{ account: stock, grant: 0, from: source }];
    const id = newId(this.clock.now());
    const row = { offerId: offer.id, from, to: offer.version };
    try {
      const chain = { key, fingerprint: key, id, openings, transfers, flexibleFloor: 0 };
      await this.ledger.submit(chain, [companion(alignedWriter, row)]);
      return true;
    } catch (error) {
      if (error instanceof StaleStockError) return false;
      throw error;
    }
  }

  /** Reads the board again: one statement for all offers with stock. */
  async look(catalogue: Catalogue): Promise<void> {
    const offers = catalogue.offers.filter(hasStock);
    const now = this.clock.now();
    const balances = await readAccounts(
      this.database.read,
      offers.map(({ id }) => stockAccountOf(id)),
    );
    this.board = new Map(offers.map(({ id }) => [id, leftOn(balances.get(stockAccountOf(id)))]));
    this.asOf = now;
  }

  /** As of the last look; `undefined` for an offer without stock. The ledger alone decides a redemption. */
  left(offer: CatalogueOffer): StockLeft | undefined {
    return hasStock(offer) ? { left: this.board.get(offer.id) ?? 0, asOf: this.asOf } : undefined;
  }
}

function leftOn(balance: Balance | undefined): number {
  return balance ? available(balance) : 0;
}

function grantedTo(offerId: Id, sums: ReadonlyMap<AccountKey, Balance>): number {
  const sum = sums.get(grantedAccountOf(offerId));
  return sum ? sum.debitsPosted - sum.creditsPosted : 0;
}
