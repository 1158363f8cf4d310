// Whether partners still have what their APIs would issue, for a page of perks: one look for each partner on it.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { REFUSAL_CODES, refuse } from '../kernel/refusal';
import type { AvailabilityCache } from '../partner-port/availability-cache';
import type { AvailabilityLook, KnownAvailability } from '../partner-port/availability-shelf';
import type { PartnerDirectory } from '../partner-port/connector';
import type { CatalogueOffer } from '../program/catalogue-item';
import { type Outlook, unusable } from './usability';
import type { AvailabilityType, UsabilityType } from './usability.type';

/** What is known of offers that a partner's API fulfils, by partner and the partner's own id of the offer. */
type Looks = ReadonlyMap<Id, AvailabilityLook>;

/** Of one page. An offer that no partner's API fulfils, or whose API does not tell, has nothing here. */
export class RemotePerks {
  constructor(private readonly looks: Looks) {}

  of(offer: CatalogueOffer): KnownAvailability | undefined {
    return offer.fulfilment === 'PARTNER_API' ? this.looks.get(offer.partner.id)?.get(offer.offerRef) : undefined;
  }
}

export class PartnerAvailability {
  constructor(
    private readonly partners: PartnerDirectory,
    private readonly cache: AvailabilityCache,
  ) {}

  /** `undefined` when no partner's API fulfils any of the offers, which is answered without further work. */
  look(offers: readonly CatalogueOffer[], now: Instant): RemotePerks | Promise<RemotePerks> | undefined {
    const refs = refsByPartner(offers);
    if (!refs) return undefined;
    const looks = new Map<Id, AvailabilityLook>();
    const awaited: Promise<unknown>[] = [];
    for (const [partnerId, offerRefs] of refs) {
      const look = this.lookAt(partnerId, offerRefs, now);
      if (look instanceof Promise) awaited.push(look.then((found) => looks.set(partnerId, found)));
      else if (look) looks.set(partnerId, look);
    }
    const perks = new RemotePerks(looks);
    return awaited.length > 0 ? Promise.all(awaited).then(() => perks) : perks;
  }

  private lookAt(partnerId: Id, refs: readonly string[], now: Instant) {
    const api = this.partners.apiOf(partnerId);
    if (!api) return new Map(refs.map((ref) => [ref, { source: 'UNAVAILABLE', asOf: now } as const]));
    return api.operations.has('availability') ? this.cache.look(partnerId, api, refs) : undefined;
  }
}

function refsByPartner(offers: readonly CatalogueOffer[]): Map<Id, string[]> | undefined {
  let refs: Map<Id, string[]> | undefined;
  for (const { fulfilment, partner, offerRef } of offers) {
    if (fulfilment !== 'PARTNER_API') continue;
    refs ??= new Map();
    const known = refs.get(partner.id);
    if (known) known.push(offerRef);
    else refs.set(partner.id, [offerRef]);
  }
  return refs;
}

const SOLD_OUT = refuse('OUT_OF_STOCK', 'The partner has nothing left of this perk.');

type Shown = Pick<Outlook, 'usability' | 'remaining'>;

/** What the partner says narrows what the gateway's own limits leave. */
export function narrowed(outlook: Shown, known: KnownAvailability | undefined): Shown {
  if (!known?.availability) return outlook;
  const { available, left: said } = known.availability;
  const left = available === false ? 0 : said;
  if (left === undefined) return outlook;
  const remaining = outlook.remaining === null ? left : Math.min(left, outlook.remaining);
  return { remaining, usability: left === 0 ? soldOut(outlook.usability) : outlook.usability };
}

function soldOut({ reasons }: UsabilityType): UsabilityType {
  if (reasons.some(({ code }) => code === SOLD_OUT.code)) return { usable: false, reasons };
  const all = [...reasons, ...unusable([SOLD_OUT]).reasons];
  return {
    usable: false,
    reasons: all.sort((left, right) => REFUSAL_CODES.indexOf(left.code) - REFUSAL_CODES.indexOf(right.code)),
  };
}

/** As old as the oldest part of it. `stock`: the gateway's own count, where there is one. */
export function freshness(
  stock: { readonly asOf: Instant } | undefined,
  known: KnownAvailability | undefined,
  now: Instant,
): AvailabilityType {
  // Terms come from the catalogue of this request; only a stock is as old as the board.
  const source = stock ? 'CACHED' : 'LIVE';
  if (!known) return { source, asOf: new Date(stock?.asOf ?? now) };
  if (known.source !== 'LIVE') return { source: known.source, asOf: new Date(known.asOf) };
  return { source, asOf: new Date(Math.min(known.asOf, stock?.asOf ?? now)) };
}
