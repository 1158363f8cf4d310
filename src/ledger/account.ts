// Accounts: their keys, in which holder, kind, ref, item, period and unit lie packed in clustering order; and balances.
import { assert } from '../kernel/assert';
import { type Id, ZERO_ID } from '../kernel/id';
import { type Unit, unitCode, unitFromCode } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import type { AccountKind } from './chart';

/**
 * 88 hexadecimal digits (44 bytes in SQL): holder 16, kind 2, ref 16, item 4, period 4, unit 2. One column, so that
 * a list of accounts is locked by one `IN` in key order, and all accounts of a holder are one range of the index.
 */
export type AccountKey = string;

export const ACCOUNT_KEY_BYTES = 44;

export interface AccountParts {
  readonly holder: Id;
  readonly kind: AccountKind;
  readonly ref?: Id;
  /** The number of a benefit, offer, partner or class. */
  readonly item?: number;
  readonly period?: PeriodNumber;
  readonly unit: Unit;
}

const UINT32 = 2 ** 32;

const DIGITS_KEPT = 10_000;

/** Writes numbers as so many hexadecimal digits. A request makes hundreds of keys out of few numbers: they are kept. */
function hexWriter(digits: number): (value: number) => string {
  const kept = new Map<number, string>();
  return (value) => {
    const known = kept.get(value);
    if (known !== undefined) return known;
    const text = value.toString(16).padStart(digits, '0');
    if (kept.size >= DIGITS_KEPT) kept.clear();
    kept.set(value, text);
    return text;
  };
}

const hex4 = hexWriter(4);
const hex8 = hexWriter(8);
const isUint32 = (value: number): boolean => value >= 0 && value < UINT32;

export function accountKey(parts: AccountParts): AccountKey {
  const { holder, kind, ref = ZERO_ID, item = 0, period = 0, unit } = parts;
  // The message is put together only when it is needed, which keeps this quick.
  if (!isUint32(item) || !isUint32(period)) assert(false, `item ${item} or period ${period} out of range`);
  return holder + hex4(kind) + ref + hex8(item) + hex8(period) + hex4(unitCode(unit));
}

export function accountParts(key: AccountKey): Required<AccountParts> {
  return {
    holder: key.slice(0, 32),
    kind: kindOf(key),
    ref: key.slice(36, 68),
    item: Number.parseInt(key.slice(68, 76), 16),
    period: Number.parseInt(key.slice(76, 84), 16),
    unit: unitFromCode(Number.parseInt(key.slice(84, 88), 16)),
  };
}

export function kindOf(key: AccountKey): AccountKind {
  return Number.parseInt(key.slice(32, 36), 16) as AccountKind;
}

/** Contra kinds are those with the highest bit set, which the first digit of the kind tells. */
export function isEnforced(key: AccountKey): boolean {
  return key[32]! < '8';
}

/** True when both accounts count the same unit. */
export function sameUnit(left: AccountKey, right: AccountKey): boolean {
  return left.endsWith(right.slice(84));
}

/** First and last possible key of a holder, for a range read of all that it has. */
export function holderRange(holder: Id): { from: Buffer; to: Buffer } {
  return { from: Buffer.from(holder.padEnd(88, '0'), 'hex'), to: Buffer.from(holder.padEnd(88, 'f'), 'hex') };
}

/** Safe integers in the account's unit. */
export interface Balance {
  readonly creditsPosted: number;
  readonly creditsPending: number;
  readonly debitsPosted: number;
  readonly debitsPending: number;
}

export const EMPTY_BALANCE: Balance = { creditsPosted: 0, creditsPending: 0, debitsPosted: 0, debitsPending: 0 };

/** What may still be taken from an enforced account. */
export function available(balance: Balance): number {
  return balance.creditsPosted - balance.debitsPosted - balance.debitsPending;
}
