// What the points of a member are worth now: one balance, and the lots that say until when it was earned.
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { POINT } from '../kernel/money';
import type { BusinessTime, PeriodNumber } from '../kernel/period';
import { type AccountKey, accountKey, accountParts, available, kindOf } from '../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { PointsPolicy } from '../program/program';
import type { Judging } from './level';
import { leftOn, pointsAccount } from './member-accounts';

/** The day of the lot of points that never expire. */
export const NEVER: PeriodNumber = 99_991_231;

/** `day`: the first one on which the points of the lot are gone. */
export function lotAccount(memberId: Id, day: PeriodNumber): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.POINTS_LOT, period: day, unit: POINT });
}

export function pointsDebtAccount(memberId: Id): AccountKey {
  return accountKey({ holder: memberId, kind: KIND.POINTS_DEBT, unit: POINT });
}

export function startOfDay(time: BusinessTime, day: PeriodNumber): Instant {
  return time.startOfDate(Math.floor(day / 10_000), Math.floor(day / 100) % 100, day % 100);
}

/** The first day on which points that were earned at `at` are gone. */
export function expiryDay(time: BusinessTime, { expireAfter, roundTo }: PointsPolicy, at: Instant): PeriodNumber {
  const { months, days = 0 } = expireAfter;
  const { year, month, day } = time.localDate(months ? time.addMonths(at, months) : at);
  const first = {
    DAY: () => new Date(Date.UTC(year, month - 1, day + days + 1)),
    MONTH: () => firstOf(new Date(Date.UTC(year, month - 1, day + days)), 1),
    YEAR: () => firstOf(new Date(Date.UTC(year, month - 1, day + days)), 12),
  }[roundTo]();
  return first.getUTCFullYear() * 10_000 + (first.getUTCMonth() + 1) * 100 + first.getUTCDate();
}

/** The first day after the month, or after the year, of a date. */
function firstOf(date: Date, months: 1 | 12): Date {
  const month = months === 12 ? 12 : date.getUTCMonth() + 1;
  return new Date(Date.UTC(date.getUTCFullYear(), month, 1));
}

export interface Lot {
  /** From this day on they are gone; `NEVER` for points that do not expire. */
  readonly day: PeriodNumber;
  readonly account: AccountKey;
  /** What was earned to it. */
  readonly earned: number;
}

export interface PointsStanding {
  /** The account's balance, with what has expired and is not taken away yet. */
  readonly balance: number;
  /** What may be spent now. */
  readonly spendable: number;
  /** Owed: taken back by returns after it was spent. */
  readonly debt: number;
  /** The oldest first, with what is left of each when the oldest are spent first. Empty without lots. */
  readonly lots: readonly (Lot & { readonly left: number })[];
  /** Lots whose day has come, still to be emptied. */
  readonly due: readonly Lot[];
  /** Of the balance, what has expired and is still to be taken away. */
  readonly lapsed: number;
}

/** Whether the member's points are kept in lots: from the first that it earned under a program whose points expire. */
export function hasLots({ rows }: Judging): boolean {
  return rows.balances.has(lotAccount(rows.member.id, NEVER));
}

/**
 * Spending names no lot: of what was earned to the lots that still run, E, and of which B is left, E − B is used, and
 * that are the oldest.
 */
export function pointsOf(judging: Judging): PointsStanding {
  const { rows, catalogue, now } = judging;
  const { balances, member } = rows;
  const balance = leftOn(balances, pointsAccount(member.id));
  const debt = leftOn(balances, pointsDebtAccount(member.id));
  if (!hasLots(judging)) {
    return { balance, spendable: Math.max(0, balance - debt), debt, lots: [], due: [], lapsed: 0 };
  }
  const today = catalogue.time.periodAt('DAY', now);
  const all = lotsIn(judging);
  const running = all.filter(({ day }) => day > today);
  const earned = running.reduce((sum, lot) => sum + lot.earned, 0);
  const kept = Math.min(balance, earned);
  let used = earned - kept;
  const lots = running.map((lot) => {
    const taken = Math.min(used, lot.earned);
    used -= taken;
    return { ...lot, left: lot.earned - taken };
  });
  const due = all.filter(({ day }) => day <= today);
  return { balance, spendable: Math.max(0, kept - debt), debt, lots, due, lapsed: balance - kept };
}

function lotsIn({ rows }: Judging): Lot[] {
  const lots: Lot[] = [];
  for (const [account, balance] of rows.balances) {
    if (kindOf(account) !== KIND.POINTS_LOT) continue;
    lots.push({ account, day: accountParts(account).period, earned: available(balance) });
  }
  return lots.filter(({ earned }) => earned > 0).sort((left, right) => left.day - right.day);
}

/**
 * Of points that come back to the balance, those that no running lot holds, and the lot that they go to: the last that
 * runs and expires, or that of points that never do. `undefined` when there are none.
 */
export function homelessPoints(judging: Judging, back: number): { lot: AccountKey; amount: number } | undefined {
  if (!hasLots(judging)) return undefined;
  const { lots } = pointsOf(judging);
  const room = lots.reduce((sum, { earned, left }) => sum + earned - left, 0);
  const amount = back - room;
  if (amount <= 0) return undefined;
  const expiring = lots.filter(({ day }) => day !== NEVER).at(-1);
  return { lot: expiring?.account ?? lotAccount(judging.rows.member.id, NEVER), amount };
}
