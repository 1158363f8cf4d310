// Whether partners still have what their APIs would issue, for a page of perks: one look for each partner on it.
import { type Instant, SECOND } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { REFUSAL_CODES, refuse } from '../kernel/refusal';
import { AVAILABILITY_TIMES, type AvailabilityCache } from '../partner-port/availability-cache';
import type { AvailabilityLook, KnownAvailability } from '../partner-port/availability-shelf';
import type { PartnerDirectory } from '../partner-port/connector';
import type { CatalogueOffer } from '../program/catalogue-item';
import type { ToldStockService } from './told-stock.service';
import type { ToldStock } from './told-stock.store';
import { type Outlook, unusable } from './usability';
import type { AvailabilityType, UsabilityType } from './usability.type';

/** What is known of offers that a partner's API fulfils, by partner and the partner's own id of the offer. */
type Looks = ReadonlyMap<Id, AvailabilityLook>;

/** Of one page. An offer that no partner's API fulfils, or whose partner does not tell, has nothing here. */
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
    private readonly told: Pick<ToldStockService, 'of'>,
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
    const told = this.told.of(partnerId);
    if (!api.operations.has('availability')) return told && heard(refs, told, now);
    const look = this.cache.look(partnerId, api, refs);
    if (!told) return look;
    return look instanceof Promise ? look.then((found) => later(found, told, now)) : later(look, told, now);
  }
}

type Told = ReadonlyMap<string, ToldStock>;

function known({ availability, toldAt }: ToldStock, now: Instant): KnownAvailability {
  return { availability, source: now - toldAt <= AVAILABILITY_TIMES.fresh ? 'LIVE' : 'CACHED', asOf: toldAt };
}

/** Of a partner that is not asked: its last word counts until it tells another. */
function heard(refs: readonly string[], told: Told, now: Instant): AvailabilityLook {
  return new Map(
    refs.flatMap((ref) => {
      const word = told.get(ref);
      return word ? [[ref, known(word, now)] as const] : [];
    }),
  );
}

/** So much the clock of a partner may be behind, which may count whole seconds. */
const SLOW_MS = 5 * SECOND;

/** Of what the partner answered and what it told, the younger; what it told ages like what it answered. */
function later(look: AvailabilityLook, told: Told, now: Instant): AvailabilityLook {
  return new Map(
    [...look].map(([ref, answer]) => {
      const word = told.get(ref);
      return [ref, word && isLater(word, answer, now) ? known(word, now) : answer];
    }),
  );
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

function isLater({ toldAt, heardAt }: ToldStock, { source, asOf }: KnownAvailability, now: Instant): boolean {
  if (source === 'UNAVAILABLE') return now - toldAt <= AVAILABILITY_TIMES.stale;
  return heardAt >= asOf && toldAt >= asOf - SLOW_MS;
}

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
