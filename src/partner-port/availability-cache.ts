// What partners last said about the availability of their offers: shown at once, and asked again behind the reader.
import { BoundedMap } from '../kernel/bounded-map';
import { type Clock, MINUTE, SECOND } from '../kernel/clock';
import type { Id } from '../kernel/id';
import {
  type AvailabilityApi,
  type AvailabilityLook,
  AvailabilityShelf,
  type AvailabilityTimes,
} from './availability-shelf';

export interface AvailabilityCacheOptions extends Partial<AvailabilityTimes> {
  /** Partners that are remembered. */
  readonly partners?: number;
  /** Offers that are remembered of each partner. */
  readonly offers?: number;
}

export const AVAILABILITY_TIMES: AvailabilityTimes = {
  fresh: 5 * SECOND,
  stale: 10 * MINUTE,
  patience: 300,
  retryAfter: SECOND,
};
const PARTNERS = 2_000;
const OFFERS = 1_000;

export class AvailabilityCache {
  private readonly shelves: BoundedMap<Id, AvailabilityShelf>;
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly options: AvailabilityCacheOptions = {},
  ) {
    this.shelves = new BoundedMap(options.partners ?? PARTNERS);
  }

  /**
   * At once when each of the ids was answered before or the partner is in trouble, otherwise after a bounded wait;
   * the partner is asked for what is not fresh. Never throws or rejects, and concerns this partner only.
   */
  look(
    partnerId: Id,
    api: AvailabilityApi,
    offerRefs: readonly string[],
  ): AvailabilityLook | Promise<AvailabilityLook> {
    return this.shelfOf(partnerId).look(api, offerRefs);
  }

  /** Readers that wait are answered with what is known; what comes in later is dropped, and nobody is asked again. */
  stop(): void {
    this.stopped = true;
    for (const shelf of this.shelves.values()) shelf.stop();
  }

  private shelfOf(partnerId: Id): AvailabilityShelf {
    const known = this.shelves.get(partnerId);
    if (known) return known;
    const { fresh, stale, patience, retryAfter, offers } = { ...AVAILABILITY_TIMES, offers: OFFERS, ...this.options };
    const shelf = new AvailabilityShelf(this.clock, { fresh, stale, patience, retryAfter }, offers);
    if (this.stopped) shelf.stop();
    this.shelves.set(partnerId, shelf);
    return shelf;
  }
}
