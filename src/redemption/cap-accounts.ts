// The accounts of a term's caps by name, made once for each term that a request has read.
import type { Id } from '../kernel/id';
import type { PeriodNumber } from '../kernel/period';
import type { AccountKey } from '../ledger/account';
import type { Term } from '../members/member';
import {
  cardCapAccount,
  classCapAccount,
  monthCapAccount,
  partnerCapAccount,
  type TermRef,
} from '../members/member-accounts';
import type { BenefitClass } from '../program/program';

/** The accounts of one term's caps. A list of perks comes back to the same few over and over, so they are kept. */
class CapAccounts {
  readonly card: AccountKey;
  private readonly kept = new Map<BenefitClass | number, AccountKey>();

  constructor(private readonly ref: TermRef) {
    this.card = cardCapAccount(ref);
  }

  ofClass(benefitClass: BenefitClass): AccountKey {
    return this.keep(benefitClass, () => classCapAccount(this.ref, benefitClass));
  }

  ofPartner(partner: number): AccountKey {
    return this.keep(partner, () => partnerCapAccount(this.ref, partner));
  }

  // Kept below zero, where no partner is.
  ofMonth(month: PeriodNumber): AccountKey {
    return this.keep(-month, () => monthCapAccount(this.ref, month));
  }

  private keep(name: BenefitClass | number, make: () => AccountKey): AccountKey {
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    const account = make();
    this.kept.set(name, account);
    return account;
  }
}

const capAccounts = new WeakMap<Term, CapAccounts>();

export function capAccountsOf(memberId: Id, term: Term): CapAccounts {
  const known = capAccounts.get(term);
  if (known) return known;
  const accounts = new CapAccounts({ memberId, termId: term.id, currency: term.currency });
  capAccounts.set(term, accounts);
  return accounts;
}
