// The accounts of an agreement, named once for all who write or read them; decision 0001 says why these.
import type { Id } from '../kernel/id';
import { COUNT, type Unit } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type AccountKey, accountKey } from '../ledger/account';
import { type AccountKind, ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { Opening } from '../ledger/transfer';

/** Of what is held, and in no month yet. */
export const NO_MONTH: PeriodNumber = 0;

/** An item of an agreement, as the books name it. */
export interface ItemRef {
  readonly agreementId: Id;
  readonly item: number;
}

export function ceilingAccount({ agreementId, item }: ItemRef, period: PeriodNumber): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_CEILING, item, period, unit: COUNT });
}

/** Credits are what counts under the ceiling in the period, whether the ceiling is enforced or not. */
export function ceilingUsedAccount({ agreementId, item }: ItemRef, period: PeriodNumber): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_CEILING_USED, item, period, unit: COUNT });
}

export function ceilingGrantedAccount({ agreementId, item }: ItemRef, period: PeriodNumber): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_CEILING_GRANTED, item, period, unit: COUNT });
}

/** By how much the partner may still get ahead, in the minor unit. */
export function roomAccount(agreementId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_ROOM, unit: currency });
}

export function overdrawnAccount(agreementId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_OVERDRAWN, unit: currency });
}

export function sourceAccount(agreementId: Id, unit: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_SOURCE, unit });
}

/** What the partner gave in a month: credits − debits, in pieces (`COUNT`) or in the currency. */
export function receivedAccount({ agreementId, item }: ItemRef, month: PeriodNumber, unit: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_RECEIVED, item, period: month, unit });
}

/** … and what the operator gave, with the same signs. */
export function givenAccount({ agreementId, item }: ItemRef, month: PeriodNumber, unit: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_GIVEN, item, period: month, unit });
}

/** Where the room is granted from. */
export function allowedAccount(agreementId: Id, currency: Unit): AccountKey {
  return accountKey({ holder: agreementId, kind: KIND.EXCHANGE_ALLOWED, unit: currency });
}

/** A limit of an agreement in a period; item 0 is the room. */
export interface LimitRef extends ItemRef {
  readonly period: PeriodNumber;
  readonly unit: Unit;
}

/** What a revision added to a limit in the middle of its period, until a claim takes it over. */
export function raisedAccount(limit: LimitRef, revision: number): AccountKey {
  return stepAccount(KIND.EXCHANGE_RAISED, limit, revision);
}

/** What a revision took off it, as far as that was not there to be taken. */
export function loweredAccount(limit: LimitRef, revision: number): AccountKey {
  return stepAccount(KIND.EXCHANGE_LOWERED, limit, revision);
}

function stepAccount(kind: AccountKind, { agreementId, item, period, unit }: LimitRef, revision: number): AccountKey {
  const ref = revision.toString(16).padStart(32, '0');
  return accountKey({ holder: agreementId, kind, ref, item, period, unit });
}

/** For whichever chain touches the room first: with what it opens, whatever revisions made of that since. */
export function roomOpenings(agreementId: Id, currency: Unit, opensWith: number): Opening[] {
  return [
    { account: roomAccount(agreementId, currency), grant: opensWith, from: allowedAccount(agreementId, currency) },
    { account: overdrawnAccount(agreementId, currency), grant: 0, from: sourceAccount(agreementId, currency) },
  ];
}
