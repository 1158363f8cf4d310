// What it takes in the ledger that a member earns something: the balance, the lot that it expires with, and old debts.
import type { Instant } from '../kernel/clock';
import { type Id, ZERO_ID } from '../kernel/id';
import { GROWTH, POINT, type Unit } from '../kernel/money';
import { type AccountKey, accountKey } from '../ledger/account';
import { type Companion, companion } from '../ledger/batch';
import { type AccountKind, ACCOUNT_KINDS as KIND, TRANSFER_CODES, type TransferCode } from '../ledger/chart';
import type { Opening, TransferInput } from '../ledger/transfer';
import type { EarnedKind } from '../program/program';
import type { Judging } from './level';
import { growthAccount, leftOn, pointsAccount, storedValueBonusAccount } from './member-accounts';
import { expiryDay, hasLots, lotAccount, NEVER, pointsDebtAccount } from './points';
import { heldByLotsWriter, lotDueWriter } from './points.store';

export interface ChainPart {
  readonly openings: readonly Opening[];
  readonly transfers: readonly TransferInput[];
  readonly companions: readonly Companion[];
}

/** A part of a chain that is still being put together. */
export class ChainDraft implements ChainPart {
  readonly openings: Opening[] = [];
  readonly transfers: TransferInput[] = [];
  readonly companions: Companion[] = [];

  add(part: Partial<ChainPart> | undefined): void {
    this.openings.push(...(part?.openings ?? []));
    this.transfers.push(...(part?.transfers ?? []));
    this.companions.push(...(part?.companions ?? []));
  }

  /** An enforced account that is there once the chain is made. */
  open(account: AccountKey, from: AccountKey, grant = 0): void {
    this.openings.push({ account, grant, from });
  }

  move(debit: AccountKey, credit: AccountKey, amount: number, code: TransferCode, group?: number): void {
    this.transfers.push({ kind: 'TRANSFER', debit, credit, amount, code, group });
  }
}

interface Purse {
  readonly account: (memberId: Id, currency: Unit) => AccountKey;
  readonly debt: (memberId: Id, currency: Unit) => AccountKey;
  readonly unit: (currency: Unit) => Unit;
  /** Where what is earned comes from, and where penalties go. */
  readonly source: AccountKind;
  readonly sink: AccountKind;
}

export const PURSES: Readonly<Record<EarnedKind, Purse>> = {
  POINTS: {
    account: (memberId) => pointsAccount(memberId),
    debt: (memberId) => pointsDebtAccount(memberId),
    unit: () => POINT,
    source: KIND.POINTS_ISSUED,
    sink: KIND.POINTS_SPENT,
  },
  GROWTH: {
    account: (memberId) => growthAccount(memberId),
    debt: (memberId) => accountKey({ holder: memberId, kind: KIND.GROWTH_DEBT, unit: GROWTH }),
    unit: () => GROWTH,
    source: KIND.GROWTH_EARNED,
    sink: KIND.GROWTH_LOST,
  },
  STORED_VALUE: {
    // What is earned is bonus: it is never paid back, and what a return takes is never taken from money paid in.
    account: (memberId, unit) => storedValueBonusAccount(memberId, unit),
    debt: (memberId, unit) => accountKey({ holder: memberId, kind: KIND.STORED_VALUE_DEBT, unit }),
    unit: (currency) => currency,
    source: KIND.STORED_VALUE_GIVEN,
    sink: KIND.STORED_VALUE_LAPSED,
  },
};

export function contraAccount(kind: AccountKind, unit: Unit, holder: Id = ZERO_ID): AccountKey {
  return accountKey({ holder, kind, unit });
}

export interface Credit {
  readonly earns: EarnedKind;
  /** Above zero. */
  readonly amount: number;
  readonly code: TransferCode;
  /** All that it moves is one amount, and may be less than asked. */
  readonly group?: number;
  /** When it was earned, by which points expire. */
  readonly earnedAt: Instant;
}

/** Adds to a balance. Answers false for points that had expired before they were told of: nothing is added then. */
export function addCredit(draft: ChainDraft, judging: Judging, credit: Credit): boolean {
  const { member } = judging.rows;
  const { settings } = judging.catalogue;
  const purse = PURSES[credit.earns];
  const unit = purse.unit(settings.currency);
  const source = contraAccount(purse.source, unit);
  const account = purse.account(member.id, settings.currency);
  if (credit.earns === 'POINTS' && !addLot(draft, judging, credit)) return false;
  draft.open(account, source);
  draft.move(source, account, credit.amount, credit.code, credit.group);
  return true;
}

/** The lot of points that are earned; answers false when its day has come already. `judging.now` is this moment. */
function addLot(draft: ChainDraft, judging: Judging, { amount, code, group, earnedAt }: Credit): boolean {
  const { rows, catalogue, now } = judging;
  const policy = catalogue.settings.points;
  const inLots = hasLots(judging);
  if (!policy && !inLots) return true;
  const memberId = rows.member.id;
  const day = policy ? expiryDay(catalogue.time, policy, earnedAt) : NEVER;
  if (day <= catalogue.time.periodAt('DAY', now)) return false;
  const source = contraAccount(KIND.LOT_SOURCE, POINT);
  if (!inLots) {
    // What the member had before points began to expire does not.
    draft.open(lotAccount(memberId, NEVER), source, leftOn(rows.balances, pointsAccount(memberId)));
    draft.companions.push(companion(heldByLotsWriter, { memberId }));
  }
  const lot = lotAccount(memberId, day);
  if (day !== NEVER && !rows.balances.has(lot)) draft.companions.push(companion(lotDueWriter, { memberId, day }));
  draft.open(lot, source);
  draft.move(source, lot, amount, code, group);
  return true;
}

/** Takes from what there is as much as is owed, or all of it. `group` is a number that nothing else has. */
export function addSettlement(draft: ChainDraft, memberId: Id, earns: EarnedKind, currency: Unit, group: number): void {
  const purse = PURSES[earns];
  const unit = purse.unit(currency);
  const all = Number.MAX_SAFE_INTEGER;
  const [account, debt] = [purse.account(memberId, currency), purse.debt(memberId, currency)];
  draft.move(account, contraAccount(KIND.RECLAIMED, unit), all, TRANSFER_CODES.SETTLE, group);
  draft.move(debt, contraAccount(KIND.DEBT_SOURCE, unit), all, TRANSFER_CODES.SETTLE, group);
}

/** What the member owes of this; 0 for nearly everybody. */
export function debtOf({ rows, catalogue }: Judging, earns: EarnedKind): number {
  return leftOn(rows.balances, PURSES[earns].debt(rows.member.id, catalogue.settings.currency));
}
