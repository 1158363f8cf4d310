// The words of members, cards and terms.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Unit } from '../kernel/money';
import type { Code } from '../program/code';
import type { Stage } from '../program/lifecycle';
import type { LevelState } from './level/level-state';

export interface Member {
  readonly id: Id;
  /** The operator's own id of this person. Compared byte by byte. */
  readonly externalId: string;
  readonly nickname: string;
  /** `MM-DD` or `YYYY-MM-DD`. */
  readonly birthday?: string;
  readonly tags: readonly string[];
  readonly joinedAt: Instant;
  /** Absent until something has to be remembered of its level. */
  readonly levelState?: LevelState;
  /** A stage of the lifecycle, as it was judged last; absent while the program has none. */
  readonly stage?: Stage;
  /** The code of its RFM grade, likewise. */
  readonly grade?: Code;
}

/** `CLOSED` is final. A card that is `ACTIVE` in the table may be expired: see `cardStatusAt`. */
export type StoredCardStatus = 'ACTIVE' | 'CLOSED';
export type CardStatus = 'ACTIVE' | 'CLOSED' | 'EXPIRED' | 'UPCOMING';

/** One paid period of a card, with what it was sold for. */
export interface Term {
  readonly id: Id;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly endsAt: Instant;
  readonly price: number;
  /** The code of the price that it was sold at; absent for terms from before it was kept. */
  readonly priceCode?: string;
  readonly costCap: number;
  /** The part of the cap that was taken back when the card was closed. */
  readonly withdrawn: number;
  readonly currency: Unit;
  /** The program that was in force when it was sold. */
  readonly programVersion: number;
  /** When the savings of this term reached its price. */
  readonly brokeEvenAt?: Instant;
}

export interface Card {
  readonly id: Id;
  readonly memberId: Id;
  readonly planId: Id;
  readonly parentCardId?: Id;
  readonly status: StoredCardStatus;
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
  /** In order of their beginning; at least one. */
  readonly terms: readonly Term[];
}

/** A term that was refunded before it began has no length any more. */
export function isLive({ startsAt, endsAt }: Pick<Term, 'startsAt' | 'endsAt'>): boolean {
  return startsAt < endsAt;
}

/** The term that runs at this instant. */
export function currentTerm(card: Card, now: Instant): Term | undefined {
  return card.terms.find((term) => term.startsAt <= now && now < term.endsAt);
}

/** The running term, else the next to come, else the last one. */
export function shownTerm(card: Card, now: Instant): Term {
  const live = card.terms.filter(isLive);
  return currentTerm(card, now) ?? live.find((term) => term.startsAt > now) ?? live.at(-1) ?? card.terms.at(-1)!;
}

export function cardStatusAt(card: Card, now: Instant): CardStatus {
  if (card.status === 'CLOSED') return 'CLOSED';
  if (currentTerm(card, now)) return 'ACTIVE';
  return card.terms.some((term) => isLive(term) && term.startsAt > now) ? 'UPCOMING' : 'EXPIRED';
}
