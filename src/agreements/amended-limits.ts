// Limits of an agreement that a revision raised or lowered in the middle of their period: by transfers, never by edits.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Unit } from '../kernel/money';
import type { BusinessTime, PeriodKind } from '../kernel/period';
import { type AccountKey, available, type Balance } from '../ledger/account';
import { TRANSFER_CODES } from '../ledger/chart';
import type { Opening, TransferInput } from '../ledger/transfer';
import type { EarlierLimit } from '../program/agreement-definition';
import { loweredAccount, raisedAccount, sourceAccount } from './exchange-accounts';

/** A step of a limit within a period, by which a revision raised it (above zero) or lowered it. */
export interface LimitStep {
  readonly revision: number;
  readonly by: number;
}

/** A limit in one period: what it opens with, and what revisions made of that since. */
export interface StandingLimit {
  readonly opensWith: number;
  readonly steps: readonly LimitStep[];
}

const NONE: readonly LimitStep[] = [];

/**
 * The limit in the period that `reaches` tells of: true for an instant in it, or after it began. `undefined` where it
 * refused nothing in a part of that period: what was claimed then is not on its account, so it counts from the next.
 */
export function standingLimit(
  quantity: number,
  earlier: readonly EarlierLimit[] | undefined,
  reaches: (instant: Instant) => boolean,
): StandingLimit | undefined {
  const before = earlier?.filter(({ until }) => reaches(until)) ?? [];
  if (before.length === 0) return { opensWith: quantity, steps: NONE };
  if (before.some((limit) => limit.quantity === undefined)) return undefined;
  const steps = before.map(({ revision, quantity: from }, at): LimitStep => {
    return { revision, by: (before[at + 1]?.quantity ?? quantity) - from! };
  });
  return { opensWith: before[0]!.quantity!, steps };
}

/** Of a ceiling, in the period that holds `now`. */
export function standingCeiling(
  { period: kind, quantity, earlier }: CeilingThrough,
  time: BusinessTime,
  now: Instant,
): StandingLimit | undefined {
  return standingLimit(quantity, earlier, (instant) => time.periodAt(kind, instant) >= time.periodAt(kind, now));
}

interface CeilingThrough {
  readonly period: PeriodKind;
  readonly quantity: number;
  readonly earlier?: readonly EarlierLimit[];
}

/** Of the room, which has one period only. */
export function standingRoom(theirsAhead: number, earlierAhead: readonly EarlierLimit[] | undefined): StandingLimit {
  return standingLimit(theirsAhead, earlierAhead, () => true) ?? { opensWith: theirsAhead, steps: NONE };
}

/** The accounts of a limit whose steps are to be taken. */
export interface AmendedLimit {
  readonly agreementId: Id;
  /** 0: the room. */
  readonly item: number;
  readonly period: number;
  readonly unit: Unit;
  readonly account: AccountKey;
  /** Where the limit is granted from. */
  readonly granted: AccountKey;
  readonly steps: readonly LimitStep[];
}

/** Of groups in one chain, the numbers from here up are those of steps. */
const FIRST_GROUP = 900;

/**
 * What takes over the steps of these limits, first in a chain that draws on them. A raise waits on an account of its
 * own until the first claim moves it into the limit; what is lowered is owed, and each claim settles as much of that
 * as is there. So a limit follows a revision in whatever process claims first, and what was used stays counted.
 */
export function takeSteps(limits: readonly AmendedLimit[]): {
  readonly openings: readonly Opening[];
  readonly transfers: readonly TransferInput[];
} {
  const openings: Opening[] = [];
  const transfers: TransferInput[] = [];
  let group = FIRST_GROUP;
  const move = (debit: AccountKey, credit: AccountKey): TransferInput => {
    const code = TRANSFER_CODES.EXCHANGE_AMEND;
    return { kind: 'TRANSFER', debit, credit, amount: Number.MAX_SAFE_INTEGER, code, group };
  };
  for (const limit of limits) {
    const source = sourceAccount(limit.agreementId, limit.unit);
    for (const { by, account } of stepsOf(limit)) {
      if (by > 0) {
        openings.push({ account, grant: by, from: limit.granted });
        transfers.push(move(account, limit.account));
      } else {
        openings.push({ account, grant: -by, from: source });
        transfers.push(move(limit.account, limit.granted), move(account, source));
      }
      group += 1;
    }
  }
  return { openings, transfers };
}

function stepsOf(limit: AmendedLimit) {
  return limit.steps.map(({ revision, by }) => {
    const account = by > 0 ? raisedAccount(limit, revision) : loweredAccount(limit, revision);
    return { by, account };
  });
}

/** The accounts of the steps of a limit. */
export function stepAccounts(limit: AmendedLimit): AccountKey[] {
  return stepsOf(limit).map(({ account }) => account);
}

/** What is left on a limit with all its steps; below zero where it was lowered under what is used. */
export function leftAfterSteps(
  limit: AmendedLimit,
  opensWith: number,
  balances: ReadonlyMap<AccountKey, Balance>,
): number {
  const on = (account: AccountKey, otherwise: number) => {
    const balance = balances.get(account);
    return balance ? available(balance) : otherwise;
  };
  let left = on(limit.account, opensWith);
  for (const { by, account } of stepsOf(limit)) left += by > 0 ? on(account, by) : -on(account, -by);
  return left;
}
