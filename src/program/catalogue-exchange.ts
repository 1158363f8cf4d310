// Which item of which agreement pays for an offer, found in memory.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { AgreementDefinition, AgreementPhase, ExchangeItem } from './agreement-definition';
import { definitionOf } from './catalogue-build';
import type { StoredItem } from './catalogue-item';

/** An item of an agreement while a revision of it is in force, with what counts of the whole. */
export interface Exchange extends Omit<AgreementDefinition, 'phases'>, Omit<AgreementPhase, 'items'> {
  readonly agreementId: Id;
  readonly item: ExchangeItem;
}

export function exchangesFrom(stored: StoredItem): Exchange[] {
  const { phases, ...agreement } = definitionOf(stored, 'AGREEMENT');
  return phases.flatMap(({ items, ...phase }) =>
    items.map((item) => ({ ...agreement, ...phase, agreementId: stored.id, item })),
  );
}

export class ExchangeShelf {
  private readonly byOffer = new Map<Id, Exchange[]>();

  /** `all`: of agreements that both sides confirmed and nobody closed. */
  constructor(readonly all: readonly Exchange[]) {
    for (const exchange of all) {
      for (const offer of exchange.item.offers) {
        this.byOffer.set(offer, [...(this.byOffer.get(offer) ?? []), exchange]);
      }
    }
  }

  /** The one in force at this instant. */
  of(offer: Id, now: Instant): Exchange | undefined {
    return this.byOffer.get(offer)?.find(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  }

  /** Those in force now or later. */
  aheadOf(offer: Id, now: Instant): readonly Exchange[] {
    return (this.byOffer.get(offer) ?? []).filter(({ endsAt }) => now < endsAt);
  }
}
