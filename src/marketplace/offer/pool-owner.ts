// Whose an offer is and whether it takes codes, for uploads: a draft gets its codes before it is reviewed.
import type { Id } from '../../kernel/id';
import type { Catalogue } from '../../program/catalogue';
import { shownRevision } from './offer';
import type { OfferReviewService } from './review.service';

export interface PoolOwner {
  readonly partnerId: Id;
  readonly hasPool: boolean;
}

/** `undefined` when there is no such offer, or one that has ended. */
export async function poolOwner(
  catalogue: Catalogue,
  reviews: Pick<OfferReviewService, 'find'>,
  offerId: Id,
): Promise<PoolOwner | undefined> {
  const offer = catalogue.offer(offerId);
  if (offer && !offer.retired) return { partnerId: offer.partner.id, hasPool: offer.fulfilment === 'CODE_POOL' };
  const registered = await reviews.find({}, offerId);
  const shown = registered && shownRevision(registered);
  if (!shown || registered.offer.state === 'ENDED') return undefined;
  return { partnerId: registered.offer.partnerId, hasPool: shown.definition.fulfilment === 'CODE_POOL' };
}
