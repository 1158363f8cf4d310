// Tells partners once when the stock of an offer falls low; it is forgotten by itself when there is enough again.
import type { Database } from '../database/database';
import type { Clock } from '../kernel/clock';
import { newId } from '../kernel/id';
import { appendEvents } from '../partner-port/event.store';
import type { Catalogue } from '../program/catalogue';
import type { CatalogueOffer } from '../program/catalogue-item';
import type { StockService } from './stock.service';
import { readTold, saveTold } from './stock-low.store';

const CHANGES_A_PASS = 50;

interface Change {
  readonly offer: CatalogueOffer;
  readonly left: number;
}

export class StockLowJob {
  readonly name = 'stock-low';

  constructor(
    private readonly database: Database,
    private readonly stock: Pick<StockService, 'left'>,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /** As the board of stocks says; answers for how many offers something changed. */
  async run(): Promise<number> {
    const { offers, settings } = this.catalogue();
    const isLow = (left: number) => left < settings.alerts.stockLow;
    const counted = offers.flatMap((offer): Change[] => {
      const found = this.stock.left(offer);
      // A board that was never read knows of no stock at all.
      return found && found.asOf > 0 ? [{ offer, left: found.left }] : [];
    });
    const told = await readTold(
      this.database.read,
      counted.map(({ offer }) => offer.id),
    );
    const changes = counted.filter(({ offer, left }) => isLow(left) !== told.has(offer.id));
    let changed = 0;
    for (const change of changes.slice(0, CHANGES_A_PASS)) {
      changed += (await this.apply(change, isLow(change.left))) ? 1 : 0;
    }
    return changed;
  }

  private apply({ offer, left }: Change, isLow: boolean): Promise<boolean> {
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      if (!(await saveTold(tx, offer.id, isLow, now))) return false;
      const { id: subjectId, code, partner } = offer;
      const event = { id: newId(now), partnerId: partner.id, subjectId, happenedAt: now };
      if (isLow) await appendEvents(tx, [{ ...event, type: 'offer.stock_low', data: { offer: code, left } }]);
      return true;
    });
  }
}
