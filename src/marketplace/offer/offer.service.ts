// The door to partners' offers: registered, revised, submitted, withdrawn, paused, resumed and ended.
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { Actor } from '../../kernel/actor';
import type { Clock } from '../../kernel/clock';
import { type Id, newId } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import { appendEvents, type PartnerEventType } from '../../partner-port/event.store';
import type { CatalogueService } from '../../program/catalogue.service';
import type { OfferDefinition } from '../../program/program';
import { isDamaged, isSensitive, NO_OFFER, type Offer, type RegisteredOffer, type Revision, wrongState } from './offer';
import {
  countOffers,
  insertOffer,
  insertRevision,
  lockOffer,
  readOfferByCode,
  updateOffer,
  updateRevision,
} from './offer.store';
import { checkOffer } from './offer-check';

/** So that no partner fills the memory of all with its catalogue. */
const OFFERS_MAX = 1_000;

/** What a partner may write of an offer; its code and partner stand beside it. */
export type OfferTerms = Readonly<Record<string, unknown>>;

const NO_PARTNER = refuse('NOT_FOUND', 'The token names no partner that may offer anything now.');

/** What one step does to the offer that it found, in the transaction that locked it. */
type Step = (tx: Sql, found: RegisteredOffer) => Promise<Refusal | undefined>;

export class OfferService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  /** A draft, which nobody but its partner and staff sees. Asked again with the same content, it answers the same. */
  async create(actor: Actor, code: string, terms: OfferTerms): Promise<Id | Refusal> {
    const { partnerId } = actor;
    const partner = partnerId === undefined ? undefined : this.catalogue.current().partner(partnerId);
    if (!partner || partner.retired || partnerId === undefined) return NO_PARTNER;
    const definition = checkOffer(this.catalogue.current(), { ...terms, code, partner: partner.code });
    if (isRefusal(definition)) return definition;
    const now = this.clock.now();
    const id = newId(now);
    const offer: Offer = { id, partnerId, code, state: 'DRAFT', openRevision: 1, lastRevision: 1, createdAt: now };
    try {
      return await this.database.transaction(async (tx) => {
        if ((await countOffers(tx, partnerId)) >= OFFERS_MAX) {
          return refuse('CONFLICT', `The partner has ${OFFERS_MAX} offers already. End some that are over.`);
        }
        await insertOffer(tx, offer, { offerId: id, number: 1, state: 'DRAFT', definition, createdAt: now });
        return id;
      });
    } catch (error) {
      if (this.database.dialect.failureKind(error) !== 'DUPLICATE') throw error;
      const known = await readOfferByCode(this.database.read, partnerId, code);
      if (known && isDeepStrictEqual(known.open?.definition, definition)) return known.offer.id;
      const message = `The partner has an offer ${code} already. Revise that one, or choose another code.`;
      return refuse('CONFLICT', message, 'code');
    }
  }

  /**
   * Changes the fields that `changes` names; `null` takes one away. What is live stays so: a change of cost, worth or
   * terms becomes a revision for review, any other goes live at once.
   */
  async revise(actor: Actor, id: Id, changes: OfferTerms): Promise<Refusal | undefined> {
    return this.step(actor, id, true, async (tx, found) => {
      const { offer, live, open } = found;
      if (offer.state === 'ENDED') return wrongState(offer, 'revised', 'Create another one.');
      const base = live ?? open;
      if (isDamaged(found) || !base) return damaged(offer);
      const definition = checkOffer(this.catalogue.current(), merged(base.definition, changes));
      if (open?.state === 'IN_REVIEW') {
        // Asked again, it answers the same.
        if (isDeepStrictEqual(definition, open.definition)) return undefined;
        return refuse('CONFLICT', `Revision ${open.number} of ${offer.code} is in review. Withdraw it first.`, 'offer');
      }
      if (isRefusal(definition) || isDeepStrictEqual(definition, base.definition)) {
        return isRefusal(definition) ? definition : undefined;
      }
      const fixed = fulfilmentFault(base.definition, definition);
      if (fixed) return fixed;
      if (live) return this.reviseLive(tx, found, live, definition);
      // What a reviewer has seen stays as it was seen.
      if (open!.state === 'DRAFT' && open!.submittedAt === undefined) {
        await updateRevision(tx, { ...open!, definition });
        return undefined;
      }
      await this.addRevision(tx, offer, { definition, state: 'DRAFT' }, (number) => ({
        state: 'DRAFT',
        openRevision: number,
      }));
      return undefined;
    });
  }

  private async reviseLive(
    tx: Sql,
    { offer }: RegisteredOffer,
    live: Revision,
    definition: OfferDefinition,
  ): Promise<Refusal | undefined> {
    if (isSensitive(live.definition, definition)) {
      const submittedAt = this.clock.now();
      const revision = await this.addRevision(tx, offer, { definition, state: 'IN_REVIEW', submittedAt }, (number) => ({
        openRevision: number,
        waitingSince: submittedAt,
      }));
      await this.tell(tx, offer, 'offer.submitted', revision.number);
      return undefined;
    }
    await this.addRevision(tx, offer, { definition, state: 'APPROVED' }, (number) => ({ liveRevision: number }));
    await this.catalogue.bump(tx);
    return undefined;
  }

  private async addRevision(
    tx: Sql,
    offer: Offer,
    revision: Pick<Revision, 'definition' | 'state' | 'submittedAt'>,
    change: (number: number) => Partial<Offer>,
  ): Promise<Revision> {
    const number = offer.lastRevision + 1;
    const added = { ...revision, offerId: offer.id, number, createdAt: this.clock.now() };
    await insertRevision(tx, added);
    await updateOffer(tx, { ...offer, lastRevision: number, ...change(number) });
    return added;
  }

  /** Asks for the review of a draft. Asked again, it answers the same. */
  submit(actor: Actor, id: Id): Promise<Refusal | undefined> {
    return this.step(actor, id, false, async (tx, { offer, open }) => {
      if (open?.state === 'IN_REVIEW') return undefined;
      if (offer.state === 'ENDED') return wrongState(offer, 'submitted', 'Create another one.');
      if (open?.state !== 'DRAFT') return wrongState(offer, 'submitted', 'Revise it first.');
      const fault = checkOffer(this.catalogue.current(), open.definition);
      if (isRefusal(fault)) return fault;
      const submittedAt = this.clock.now();
      await updateRevision(tx, { ...open, state: 'IN_REVIEW', submittedAt });
      await updateOffer(tx, { ...offer, state: 'IN_REVIEW', waitingSince: submittedAt });
      await this.tell(tx, offer, 'offer.submitted', open.number);
      return undefined;
    });
  }

  /** Takes a revision out of review: a new offer is a draft again, a live one stays as it is. */
  withdraw(actor: Actor, id: Id): Promise<Refusal | undefined> {
    return this.step(actor, id, false, async (tx, { offer, live, open }) => {
      if (open?.state !== 'IN_REVIEW') {
        return refuse('CONFLICT', `The offer ${offer.code} has no revision in review.`, 'offer');
      }
      await updateRevision(tx, { ...open, state: live ? 'WITHDRAWN' : 'DRAFT' });
      const after = live ? { openRevision: undefined } : { state: 'DRAFT' as const };
      await updateOffer(tx, { ...offer, ...after, waitingSince: undefined });
      return undefined;
    });
  }

  /** No member can take it until it is resumed; coupons that are out stay good. */
  pause(actor: Actor, id: Id): Promise<Refusal | undefined> {
    return this.step(actor, id, true, async (tx, { offer }) => {
      if (offer.state === 'PAUSED') {
        // Staff's word outlasts the partner's.
        if (actor.role !== 'PARTNER') await updateOffer(tx, { ...offer, pausedBy: actor.role });
        return undefined;
      }
      if (offer.state !== 'LIVE') return wrongState(offer, 'paused', 'Only a live one can.');
      await this.turn(tx, { ...offer, state: 'PAUSED', pausedBy: actor.role }, 'offer.paused');
      return undefined;
    });
  }

  /** What staff paused, staff resumes. */
  resume(actor: Actor, id: Id): Promise<Refusal | undefined> {
    return this.step(actor, id, true, async (tx, found) => {
      const { offer } = found;
      if (offer.state === 'LIVE') return undefined;
      if (offer.state !== 'PAUSED') return wrongState(offer, 'resumed', 'Only a paused one can.');
      if (actor.role === 'PARTNER' && offer.pausedBy !== 'PARTNER') {
        return wrongState(offer, 'resumed by the partner', 'The operator paused it; ask there.');
      }
      if (isDamaged(found)) return damaged(offer);
      await this.turn(tx, { ...offer, state: 'LIVE', pausedBy: undefined }, 'offer.resumed');
      return undefined;
    });
  }

  /** For good; coupons that are out stay good, and a revision in review is dropped. */
  end(actor: Actor, id: Id): Promise<Refusal | undefined> {
    return this.step(actor, id, true, async (tx, { offer, live, open }) => {
      if (offer.state === 'ENDED') return undefined;
      if (open?.state === 'IN_REVIEW') await updateRevision(tx, { ...open, state: 'WITHDRAWN' });
      const ended: Offer = { ...offer, state: 'ENDED', pausedBy: undefined, waitingSince: undefined };
      await this.turn(tx, live ? { ...ended, openRevision: undefined } : ended, 'offer.ended');
      return undefined;
    });
  }

  private async turn(tx: Sql, offer: Offer, type: PartnerEventType): Promise<void> {
    await updateOffer(tx, offer);
    await this.tell(tx, offer, type, offer.liveRevision ?? offer.lastRevision);
    await this.catalogue.bump(tx);
  }

  private tell(tx: Sql, offer: Offer, type: PartnerEventType, revision: number): Promise<void> {
    return tellPartner(tx, offer, { type, revision, at: this.clock.now() });
  }

  /** `seen`: members may see what it does, so the catalogue is locked before the offer, and read again after. */
  private async step(actor: Actor, id: Id, seen: boolean, work: Step): Promise<Refusal | undefined> {
    const scope = actor.role === 'PARTNER' ? { partnerId: actor.partnerId ?? null } : {};
    const refusal = await this.database.transaction(async (tx) => {
      if (seen) await this.catalogue.lock(tx);
      const found = await lockOffer(tx, scope, id);
      return found ? work(tx, found) : NO_OFFER;
    });
    // The commit stands even if this process cannot read it yet.
    if (seen && !refusal) await this.catalogue.refreshSoon();
    return refusal;
  }
}

/** Queues what the partner is told of its offer, in the transaction in which it happens. */
export function tellPartner(
  tx: Sql,
  offer: Offer,
  happened: { type: PartnerEventType; revision: number; at: number; reason?: string },
): Promise<void> {
  const { type, revision, at, reason } = happened;
  const data = { offer: offer.code, revision, ...(reason === undefined ? {} : { reason }) };
  return appendEvents(tx, [
    { id: newId(at), partnerId: offer.partnerId, subjectId: offer.id, type, happenedAt: at, data },
  ]);
}

function damaged({ code }: Offer): Refusal {
  return refuse(
    'CONFLICT',
    `What the offer ${code} says can be read no more. End it, and create another one.`,
    'offer',
  );
}

/** Codes may be there already, and are counted as stock. */
function fulfilmentFault(before: OfferDefinition, after: OfferDefinition): Refusal | undefined {
  if (before.fulfilment === after.fulfilment) return undefined;
  const allowed = `${before.fulfilment} as before: its stock is counted that way; give the new offer another code`;
  return refuse('INVALID_INPUT', `fulfilment: given ${after.fulfilment}; allowed ${allowed}.`, 'fulfilment');
}

function merged(base: OfferDefinition, changes: OfferTerms): object {
  const entries = Object.entries({ ...base, ...changes, code: base.code, partner: base.partner });
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}
