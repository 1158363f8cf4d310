// The ledger accounts of a member and its cards, named once for all who write or read them.
import { type Id, ZERO_ID } from '../kernel/id';
import { GROWTH, POINT, RATING, type Unit } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type AccountKey, accountKey, available, type Balance } from '../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { Opening } from '../ledger/transfer';
import type { CataloguePlan } from '../program/catalogue-item';
import { BENEFIT_CLASSES, type BenefitClass } from '../program/program';

/** The card and term whose caps are meant. */
export interface TermRef {
  readonly memberId: Id;
  readonly termId: Id;
  readonly currency: Unit;
}

/** A class as the number that account keys hold; the list of classes may only be appended to. */
function classNumber(benefitClass: BenefitClass): number {
  return BENEFIT_CLASSES.indexOf(benefitClass) + 1;
}

export function cardCapAccount({ memberId, termId, currency }: TermRef): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.CARD_CAP, ref: termId, unit: currency });
}

export function classCapAccount({ memberId, termId, currency }: TermRef, benefitClass: BenefitClass): AccountKey {
  const item = classNumber(benefitClass);
  return accountKey({ holder: memberId, kind: KIND.CAP_CLASS, ref: termId, item, unit: currency });
}

export function monthCapAccount({ memberId, termId, currency }: TermRef, period: PeriodNumber): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.CAP_MONTH, ref: termId, period, unit: currency });
}

export function partnerCapAccount({ memberId, termId, currency }: TermRef, partnerNumber: number): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.CAP_PARTNER, ref: termId, item: partnerNumber, unit: currency });
}

/** Held by the redemption itself: nobody asks for it again, so it must not lie among what is read of a member. */
export function useCapAccount(redemptionId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: redemptionId, kind: KIND.CAP_USE, unit: currency });
}

export function savingsAccount({ memberId, termId, currency }: TermRef): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.SAVINGS, ref: termId, unit: currency });
}

export function savingsMonthAccount(memberId: Id, period: PeriodNumber, currency: Unit): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.SAVINGS_MONTH, period, unit: currency });
}

export function savingsSource(currency: Unit): AccountKey {
  return accountKey({ holder: ZERO_ID, kind: KIND.SAVINGS_SOURCE, unit: currency });
}

export function pointsAccount(memberId: Id): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.POINTS, unit: POINT });
}

export function growthAccount(memberId: Id): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.GROWTH, unit: GROWTH });
}

/** Money that was paid in. */
export function storedValueAccount(memberId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.STORED_VALUE, unit: currency });
}

/** … and what was given on top of it, which is spent alike and never paid back. */
export function storedValueBonusAccount(memberId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.STORED_VALUE_BONUS, unit: currency });
}

export function ratingAccount(memberId: Id): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.RATING, unit: RATING });
}

/** Rating and room add up to the highest rating there is, so that neither end is ever passed. */
export function ratingRoomAccount(memberId: Id): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.RATING_ROOM, unit: RATING });
}

/** For whichever chain moves a rating first. */
export function ratingOpenings(memberId: Id, { initial, max }: { initial: number; max: number }): Opening[] {
  const from = accountKey({ holder: ZERO_ID, kind: KIND.RATING_GRANTED, unit: RATING });
  return [
    { account: ratingAccount(memberId), grant: initial, from },
    { account: ratingRoomAccount(memberId), grant: max - initial, from },
  ];
}

/** `ref` is the term of the card that entitles, or zero when the level does. */
export function quotaAccount(
  memberId: Id,
  ref: Id,
  benefitNumber: number,
  period: PeriodNumber,
  unit: Unit,
): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.QUOTA, ref, item: benefitNumber, period, unit });
}

export function memberLimitAccount(memberId: Id, offerNumber: number, period: PeriodNumber, unit: Unit): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.MEMBER_LIMIT, item: offerNumber, period, unit });
}

/** What is left on an account; 0 when it was never opened. */
export function leftOn(balances: ReadonlyMap<AccountKey, Balance>, account: AccountKey): number {
  const balance = balances.get(account);
  return balance ? available(balance) : 0;
}

/**
 * What a paid term grants at once: the cap, the sub-caps of the whole term, and an empty savings account. Sub-caps of
 * a month or a single use open when they are first touched.
 */
export function termOpenings(
  term: TermRef,
  plan: CataloguePlan,
  costCap: number,
  partnerNumber: (id: Id) => number,
): Opening[] {
  const { currency: unit } = term;
  const capGranted = accountKey({ holder: plan.id, kind: KIND.CAP_GRANTED, unit });
  const subCapGranted = accountKey({ holder: plan.id, kind: KIND.SUB_CAP_GRANTED, unit });
  const { perClass, perPartner } = plan.subCaps;
  return [
    { account: cardCapAccount(term), grant: costCap, from: capGranted },
    { account: savingsAccount(term), grant: 0, from: savingsSource(unit) },
    ...[...perClass].map(([benefitClass, grant]) => ({
      account: classCapAccount(term, benefitClass),
      grant,
      from: subCapGranted,
    })),
    ...[...perPartner].map(([partnerId, grant]) => ({
      account: partnerCapAccount(term, partnerNumber(partnerId)),
      grant,
      from: subCapGranted,
    })),
  ];
}
