// The stock of offers: granted in the ledger as the catalogue says, and a board of what is left for lists to show.
import type { Database } from '../database/database';
import type { Clock, Instant } from '../kernel/clock';
import { type Id, namedId, newId } from '../kernel/id';
import { COUNT } from '../kernel/money';
import { type AccountKey, accountKey, available, type Balance } from '../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES } from '../ledger/chart';
import type { LedgerService } from '../ledger/ledger.service';
import type { TransferInput } from '../ledger/transfer';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueOffer } from '../program/catalogue-item';
import { readAccounts } from './stock.store';

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
   * Grants each offer what its definition says, once for each version of it, in whatever process comes first. Less
   * stock takes back at most what is left. A code pool gets its stock with its codes.
   */
  async align(next: Catalogue, previous: Catalogue): Promise<void> {
    const changed = next.offers.filter(
      (offer) => hasStock(offer) && previous.offer(offer.id)?.version !== offer.version,
    );
    if (changed.length === 0) return this.look(next);
    const sums = await this.ledger.contraSums();
    await Promise.all(changed.map((offer) => this.alignOffer(offer, grantedTo(offer.id, sums))));
    await this.look(next);
  }

  private async alignOffer(offer: CatalogueOffer, granted: number): Promise<void> {
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
    await this.ledger.submit({
      key,
      fingerprint: key,
      id: newId(this.clock.now()),
      openings,
      transfers,
      flexibleFloor: 0,
    });
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
