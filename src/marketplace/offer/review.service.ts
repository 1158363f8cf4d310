// The review of partners' offers: what waits, what it could cost at worst, and the decision.
import type { Database } from '../../database/database';
import type { Sql } from '../../database/sql';
import type { Actor } from '../../kernel/actor';
import type { Clock, Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal, type Refusal, refuse } from '../../kernel/refusal';
import type { CatalogueService } from '../../program/catalogue.service';
import type { JsonObject } from '../../program/program-item';
import { readConnectors } from '../partner/connector.store';
import { NO_OFFER, type Offer, type RegisteredOffer, type Revision, wrongState } from './offer';
import { tellPartner } from './offer.service';
import {
  listOffers,
  listWaiting,
  lockOffer,
  type OfferPage,
  type OfferScope,
  readOffer,
  readOffers,
  updateOffer,
  updateRevision,
} from './offer.store';
import { checkOffer } from './offer-check';
import { type OfferExposure, offerExposure } from './offer-exposure';

const REASON_MAX = 500;

export interface Review {
  readonly offerId: Id;
  /** The revision that the reviewer saw; another one that waits by now is not decided by this. */
  readonly revision: number;
  readonly approve: boolean;
  /** As the partner reads it; needed to reject. */
  readonly reason?: string;
}

export class OfferReviewService {
  constructor(
    private readonly database: Database,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  find(scope: OfferScope, id: Id): Promise<RegisteredOffer | undefined> {
    return readOffer(this.database.read, scope, id);
  }

  /** Those among these ids that partners registered; ask for ids that the actor may see. */
  async among(ids: readonly Id[]): Promise<ReadonlyMap<Id, RegisteredOffer>> {
    const found = await readOffers(this.database.read, ids);
    return new Map(found.map((registered) => [registered.offer.id, registered]));
  }

  /** Newest first; those of the scope. */
  list(scope: OfferScope, page: OfferPage): Promise<RegisteredOffer[]> {
    return listOffers(this.database.read, scope, page);
  }

  /** Those that wait for review, the longest waiting first. */
  waiting(after: { since: Instant; id: Id } | undefined, limit: number): Promise<RegisteredOffer[]> {
    return listWaiting(this.database.read, after, limit);
  }

  /** The worst case of a revision; `undefined` when it refers to what the program has no more. */
  exposure(revision: Revision): OfferExposure | undefined {
    const catalogue = this.catalogue.current();
    const definition = checkOffer(catalogue, revision.definition);
    if (isRefusal(definition)) return undefined;
    const { offerId: id, number: version } = revision;
    const { code } = definition;
    const json = definition as unknown as JsonObject;
    const item = { id, kind: 'OFFER', code, number: 0, version, retired: false, definition: json } as const;
    return offerExposure(catalogue, catalogue.offerAsIf(item), this.clock.now());
  }

  /** Approves or rejects the revision in review. Asked again in the same sense, it answers the same. */
  async review(actor: Actor, review: Review): Promise<Refusal | undefined> {
    const { approve, reason } = review;
    const fault = reasonFault(approve, reason);
    if (fault) return fault;
    const refusal = await this.database.transaction(async (tx) => {
      await this.catalogue.lock(tx);
      const found = await lockOffer(tx, {}, review.offerId);
      if (!found) return NO_OFFER;
      const { offer, live, open } = found;
      const done = approve ? live : open?.state === 'REJECTED' ? open : undefined;
      if (done?.number === review.revision) return undefined;
      if (open?.state !== 'IN_REVIEW') return wrongState(offer, 'reviewed', 'It has no revision in review.');
      if (open.number !== review.revision) {
        const message = `Revision ${open.number} of ${offer.code} waits for review, not ${review.revision}.`;
        return refuse('CONFLICT', `${message} Look at that one first.`, 'revision');
      }
      const by = `${actor.role.toLowerCase()}:${actor.subject}`.slice(0, 160);
      const at = this.clock.now();
      const decided: Revision = { ...open, reviewedAt: at, reviewedBy: by, reason };
      if (!approve) {
        await updateRevision(tx, { ...decided, state: 'REJECTED' });
        await updateOffer(tx, { ...offer, state: live ? offer.state : 'REJECTED', waitingSince: undefined });
        await tellPartner(tx, offer, { type: 'offer.rejected', revision: open.number, at, reason });
        return undefined;
      }
      const fault = this.staleness(offer, open) ?? (await this.connectorFault(tx, offer, open));
      if (fault) return fault;
      await updateRevision(tx, { ...decided, state: 'APPROVED' });
      await updateOffer(tx, {
        ...offer,
        state: live ? offer.state : 'LIVE',
        number: offer.number ?? (await this.catalogue.nextNumber(tx)),
        liveRevision: open.number,
        openRevision: undefined,
        waitingSince: undefined,
      });
      await tellPartner(tx, offer, { type: 'offer.approved', revision: open.number, at });
      await this.catalogue.bump(tx);
      return undefined;
    });
    if (approve && !refusal) await this.catalogue.refreshSoon();
    return refusal;
  }

  /** The program may have changed since it was submitted. */
  private staleness(offer: Offer, open: Revision): Refusal | undefined {
    const catalogue = this.catalogue.current();
    const partner = catalogue.partner(offer.partnerId);
    if (!partner || partner.retired) {
      return refuse('CONFLICT', `The partner of ${offer.code} is not in the program any more.`, 'offer');
    }
    const fault = checkOffer(catalogue, open.definition);
    if (!isRefusal(fault)) return this.exchangeFault(offer, open);
    return refuse('CONFLICT', `The program changed since it was submitted. ${fault.message} Reject it.`, fault.field);
  }

  /** Members could not take it: without a connector nobody can be asked for a coupon. */
  private async connectorFault(tx: Sql, offer: Offer, { definition }: Revision): Promise<Refusal | undefined> {
    if (definition.fulfilment !== 'PARTNER_API') return undefined;
    const connector = (await readConnectors(tx, [offer.partnerId])).get(offer.partnerId);
    if (connector && connector.kind !== 'NONE') return undefined;
    const message = `The offer ${offer.code} is issued by the API of ${definition.partner}, which has no connector.`;
    return refuse('CONFLICT', `${message} Connect the API with setPartnerConnector first.`, 'fulfilment');
  }

  /** What an exchange pays for must stand in an agreement before members can take it. */
  private exchangeFault({ id, code }: Offer, { definition }: Revision): Refusal | undefined {
    if (definition.funding !== 'EXCHANGE') return undefined;
    if (this.catalogue.current().exchanges.aheadOf(id, this.clock.now()).length > 0) return undefined;
    const message = `The offer ${code} is funded by exchange, and no agreement that both sides confirmed names it.`;
    return refuse('CONFLICT', `${message} Confirm one with an item for it first.`, 'funding');
  }
}

function reasonFault(approve: boolean, reason: string | undefined): Refusal | undefined {
  if (reason === undefined) {
    return approve
      ? undefined
      : refuse('INVALID_INPUT', 'reason is missing; say what the partner has to change.', 'reason');
  }
  if (reason.trim() !== '' && reason.length <= REASON_MAX && !/[\p{Cc}\p{Cs}]/u.test(reason.replace(/[\n\t]/g, ' '))) {
    return undefined;
  }
  const given = `${reason.length} characters`;
  return refuse('INVALID_INPUT', `reason has ${given}; allowed is text of 1 to ${REASON_MAX} characters.`, 'reason');
}
