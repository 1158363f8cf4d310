// The accounts of what is in dispute, and what they say: shown apart, beside what counts.
import { type ItemRef, sourceAccount } from '../../agreements/exchange-accounts';
import type { Id } from '../../kernel/id';
import { COUNT, type Unit } from '../../kernel/money';
import { type AccountKey, accountKey, accountParts, type Balance } from '../../ledger/account';
import { ACCOUNT_KINDS } from '../../ledger/chart';

export function disputedAccount({ agreementId, item }: ItemRef, unit: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: ACCOUNT_KINDS.EXCHANGE_DISPUTED, item, unit });
}

export function disputedSource(agreementId: Id, unit: Unit): AccountKey {
  return sourceAccount(agreementId, unit);
}

/** In pieces, and in the minor unit. */
export interface DisputedSum {
  readonly quantity: number;
  readonly value: number;
}

/** What is in dispute of each item, by its number; items without any are left out. */
export function disputedSums(contra: ReadonlyMap<AccountKey, Balance>): Map<number, DisputedSum> {
  const sums = new Map<number, DisputedSum>();
  for (const [account, balance] of contra) {
    const { kind, item, unit } = accountParts(account);
    const amount = balance.creditsPosted - balance.debitsPosted;
    if (kind !== ACCOUNT_KINDS.EXCHANGE_DISPUTED || amount === 0) continue;
    const sum = sums.get(item) ?? { quantity: 0, value: 0 };
    sums.set(item, unit === COUNT ? { ...sum, quantity: amount } : { ...sum, value: amount });
  }
  return sums;
}
