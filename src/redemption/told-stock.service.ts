// What partners tell of the stock of their offers, unasked: kept for all processes, and in memory for lists to show.
import type { Database } from '../database/database';
import { type Clock, type Instant, MINUTE } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { RemoteAvailability } from '../partner-port/connector';
import type { Catalogue } from '../program/catalogue';
import { readTold, saveTold, type ToldStock } from './told-stock.store';

/** More than clocks of processes differ, and than a transaction takes. */
const OVERLAP_MS = MINUTE;

export class ToldStockService {
  private readonly told = new Map<Id, Map<string, ToldStock>>();
  /** What was written before was read. */
  private readUntil: Instant | undefined;

  constructor(
    private readonly database: Database,
    private readonly catalogue: () => Catalogue,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes the partner's word as of `toldAt`, or now; once more, or after a younger one, it changes nothing. False when
   * the partner's API issues no offer of this id.
   */
  async learn(partnerId: Id, availability: RemoteAvailability, toldAt?: Instant): Promise<boolean> {
    if (!this.isIssued(partnerId, availability.offerRef)) return false;
    const now = this.clock.now();
    // A clock that is ahead must not outlast what is told next.
    const word = { partnerId, availability, toldAt: Math.min(toldAt ?? now, now), heardAt: now };
    await this.database.transaction((tx) => saveTold(tx, word));
    this.keep(word);
    return true;
  }

  /** Reads what other processes were told; every process looks once a second. */
  async look(): Promise<void> {
    const now = this.clock.now();
    const since = this.readUntil === undefined ? 0 : this.readUntil - OVERLAP_MS;
    for (const word of await readTold(this.database.read, since)) this.keep(word);
    this.readUntil = now;
  }

  /** By the partner's own id of the offer; `undefined` for a partner that never told anything. */
  of(partnerId: Id): ReadonlyMap<string, ToldStock> | undefined {
    return this.told.get(partnerId);
  }

  private keep(word: ToldStock): void {
    const { partnerId, availability, toldAt } = word;
    const ofPartner = this.told.get(partnerId) ?? new Map<string, ToldStock>();
    this.told.set(partnerId, ofPartner);
    if ((ofPartner.get(availability.offerRef)?.toldAt ?? 0) <= toldAt) ofPartner.set(availability.offerRef, word);
  }

  /** Paused offers as well, which go on afterwards with what was told meanwhile. */
  private isIssued(partnerId: Id, offerRef: string): boolean {
    const catalogue = this.catalogue();
    return catalogue.items('OFFER').some(({ id }) => {
      const offer = catalogue.offer(id);
      return offer?.partner.id === partnerId && offer.fulfilment === 'PARTNER_API' && offer.offerRef === offerRef;
    });
  }
}
