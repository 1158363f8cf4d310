// The card that bears a cost: whether it can, the term and the plan that say how much, and the accounts of its caps.
import type { Instant } from '../kernel/clock';
import type { PeriodNumber } from '../kernel/period';
import type { AccountKey } from '../ledger/account';
import { type Card, currentTerm, type Term } from '../members/member';
import {
  cardCapAccount,
  classCapAccount,
  monthCapAccount,
  partnerCapAccount,
  type TermRef,
} from '../members/member-accounts';
import type { MemberRows } from '../members/member-rows';
import type { Catalogue } from '../program/catalogue';
import type { CataloguePlan } from '../program/catalogue-item';
import type { BenefitClass } from '../program/program';

/** Who asks, when, and by which catalogue. */
export interface Asking {
  readonly catalogue: Catalogue;
  readonly rows: MemberRows;
  readonly now: Instant;
  /** What the member's cards can bear, where one look goes over many perks: found out once, then kept here. */
  readonly bearers?: Map<Card, Bearer | null>;
}

/** The card that bears the cost, with the term and the plan that say how much of it. */
export class Bearer {
  readonly caps: CapAccounts;
  /** The cap of the running term of the parent card, for a plan that draws on it as well. */
  readonly parent?: { readonly planId: string; readonly cap: AccountKey };

  constructor(
    readonly card: Card,
    readonly term: Term,
    readonly plan: CataloguePlan,
    parent?: { readonly card: Card; readonly term: Term },
  ) {
    this.caps = new CapAccounts(refOf(card, term));
    if (parent) this.parent = { planId: parent.card.planId, cap: cardCapAccount(refOf(parent.card, parent.term)) };
  }
}

function refOf({ memberId }: Card, { id: termId, currency }: Term): TermRef {
  return { memberId, termId, currency };
}

/** The accounts of one term's caps. A list of perks comes back to the same few over and over, so they are kept. */
class CapAccounts {
  private readonly kept = new Map<BenefitClass | number, AccountKey>();
  private ofCard: AccountKey | undefined;

  constructor(private readonly ref: TermRef) {}

  get card(): AccountKey {
    this.ofCard ??= cardCapAccount(this.ref);
    return this.ofCard;
  }

  ofClass(benefitClass: BenefitClass): AccountKey {
    return this.kept.get(benefitClass) ?? this.keep(benefitClass, classCapAccount(this.ref, benefitClass));
  }

  ofPartner(partner: number): AccountKey {
    return this.kept.get(partner) ?? this.keep(partner, partnerCapAccount(this.ref, partner));
  }

  // Kept below zero, where no partner is.
  ofMonth(month: PeriodNumber): AccountKey {
    return this.kept.get(-month) ?? this.keep(-month, monthCapAccount(this.ref, month));
  }

  private keep(name: BenefitClass | number, account: AccountKey): AccountKey {
    this.kept.set(name, account);
    return account;
  }
}

/** The card as a bearer, if its term runs, and its parent's too where the plan draws on the parent's cap. */
export function bearerOf(asking: Asking, card: Card): Bearer | undefined {
  const known = asking.bearers?.get(card);
  if (known !== undefined) return known ?? undefined;
  const bearer = findBearer(asking, card);
  asking.bearers?.set(card, bearer ?? null);
  return bearer;
}

function findBearer(asking: Asking, card: Card): Bearer | undefined {
  const term = runningTerm(card, asking.now);
  const plan = asking.catalogue.plan(card.planId);
  if (!term || !plan) return undefined;
  if (!plan.drawsOnParentCap) return new Bearer(card, term, plan);
  const parentCard = asking.rows.cards.find(({ id }) => id === card.parentCardId);
  const parentTerm = runningTerm(parentCard, asking.now);
  return parentCard && parentTerm && new Bearer(card, term, plan, { card: parentCard, term: parentTerm });
}

function runningTerm(card: Card | undefined, now: Instant): Term | undefined {
  return card?.status === 'ACTIVE' ? currentTerm(card, now) : undefined;
}

/** The first card that can bear the cost, a membership before a privilege card. */
export function chosenBearer(asking: Asking, cards: readonly Card[]): Bearer | undefined {
  let chosen: Bearer | undefined;
  for (const card of cards) {
    const bearer = bearerOf(asking, card);
    if (bearer?.plan.kind === 'MEMBERSHIP') return bearer;
    chosen ??= bearer;
  }
  return chosen;
}
