// What a claim, its end and a delivery move on the accounts of an agreement.

import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import { COUNT, type Unit } from '../kernel/money';
import { type BusinessTime, type PeriodNumber, WHOLE_TERM } from '../kernel/period';
import { type AccountKey, accountKey, accountParts, kindOf } from '../ledger/account';
import { ACCOUNT_KINDS, TRANSFER_CODES, type TransferCode } from '../ledger/chart';
import type { Opening, Transfer, TransferInput } from '../ledger/transfer';
import type { EarlierLimit, ExchangeCeiling } from '../program/agreement-definition';
import { type AmendedLimit, standingRoom, takeSteps } from './amended-limits';
import {
  allowedAccount,
  ceilingUsedAccount,
  givenAccount,
  type ItemRef,
  NO_MONTH,
  overdrawnAccount,
  receivedAccount,
  roomAccount,
  roomOpenings,
  sourceAccount,
} from './exchange-accounts';

/** The agreement as far as its imbalance goes. */
export interface Balancing {
  readonly agreementId: Id;
  readonly currency: Unit;
  /** Absent: not limited, and then there is no room to move in. */
  readonly theirsAhead?: number;
  /** What `theirsAhead` was before revisions changed it. */
  readonly earlierAhead?: readonly EarlierLimit[];
}

/** The room of an agreement that limits it, with what it opens with and the steps of its revisions. */
export function roomLimit({ agreementId, currency, theirsAhead = 0, earlierAhead }: Balancing) {
  const { opensWith, steps } = standingRoom(theirsAhead, earlierAhead);
  const account = roomAccount(agreementId, currency);
  const granted = allowedAccount(agreementId, currency);
  const limit: AmendedLimit = { agreementId, item: 0, period: WHOLE_TERM, unit: currency, account, granted, steps };
  return { opensWith, limit };
}

/** The number of the group that settles what overdrew the room; no other group of a chain may have it. */
const SETTLING = 990;

/**
 * Settles as much of what overdrew the room as there is in it. First of a claim, so that nothing is claimed while more
 * was delivered than is allowed, and last of a delivery. Moves nothing when nothing is overdrawn.
 */
export function settleOverdrawn({ agreementId, currency, theirsAhead }: Balancing): TransferInput[] {
  if (theirsAhead === undefined) return [];
  const credit = sourceAccount(agreementId, currency);
  const parts = {
    kind: 'TRANSFER',
    credit,
    amount: Number.MAX_SAFE_INTEGER,
    code: TRANSFER_CODES.EXCHANGE_SETTLE,
  } as const;
  return [roomAccount(agreementId, currency), overdrawnAccount(agreementId, currency)].map((debit) => ({
    ...parts,
    debit,
    group: SETTLING,
  }));
}

export interface Claimed extends ItemRef {
  readonly currency: Unit;
  readonly unitValue: number;
  /** The kind of all transfers of the claim that wait for the use, or for the partner. */
  readonly kind: 'TRANSFER' | 'HOLD';
  readonly month: PeriodNumber;
  /** Ceilings that nobody enforces; each with its running period. */
  readonly counted: readonly PeriodNumber[];
}

/** What a claim counts, beside the limits that it draws on: one piece, its value, and ceilings that only count. */
export function claimCounts(claimed: Claimed): TransferInput[] {
  const { agreementId, currency, unitValue, kind, counted } = claimed;
  const month = kind === 'HOLD' ? NO_MONTH : claimed.month;
  const code = TRANSFER_CODES.REDEEM;
  const [pieces, value] = [sourceAccount(agreementId, COUNT), sourceAccount(agreementId, currency)];
  return [
    { kind, debit: pieces, credit: receivedAccount(claimed, month, COUNT), amount: 1, code },
    { kind, debit: value, credit: receivedAccount(claimed, month, currency), amount: unitValue, code },
    ...counted.map(
      (period): TransferInput => ({
        kind,
        debit: pieces,
        credit: ceilingUsedAccount(claimed, period),
        amount: 1,
        code,
      }),
    ),
  ];
}

/** Beside the posts of what a claim held: it is counted in the month of now. */
export function countHeld(holds: readonly Transfer[], month: PeriodNumber): TransferInput[] {
  return holds.flatMap(({ credit, amount }): TransferInput[] => {
    if (kindOf(credit) !== ACCOUNT_KINDS.EXCHANGE_RECEIVED) return [];
    const code = TRANSFER_CODES.EXCHANGE_COUNT;
    return [{ kind: 'TRANSFER', debit: credit, credit: inMonth(credit, month), amount, code }];
  });
}

/** Where what was received is taken back from: the month of now, so that past months stay as they were stated. */
export function takenBackFrom(account: AccountKey, month: PeriodNumber): AccountKey {
  return kindOf(account) === ACCOUNT_KINDS.EXCHANGE_RECEIVED ? inMonth(account, month) : account;
}

function inMonth(account: AccountKey, month: PeriodNumber): AccountKey {
  return accountKey({ ...accountParts(account), period: month });
}

/** Something that one side gave, or, below zero, that is taken back from what it gave. */
export interface Delivered extends Balancing, ItemRef {
  readonly side: 'OPERATOR' | 'PARTNER';
  readonly quantity: number;
  /** In the minor unit. */
  readonly value: number;
  /** In which it counts for statements: that of now. */
  readonly month: PeriodNumber;
  /** When it was given, which says whose ceilings it counts under. */
  readonly at: Instant;
  readonly ceilings: readonly ExchangeCeiling[];
  /** `EXCHANGE_DELIVERY` unless told. */
  readonly code?: TransferCode;
}

/**
 * The parts of the chain that counts a delivery. It is a fact, so it is refused by nothing: what the partner gave
 * beyond the room for it is kept as overdrawn, and no perk of the agreement is claimed until that is settled.
 */
export function deliveryParts(
  delivered: Delivered,
  time: BusinessTime,
): { readonly openings: Opening[]; readonly transfers: TransferInput[] } {
  const { agreementId, currency, side, quantity, value, month, theirsAhead } = delivered;
  const { code = TRANSFER_CODES.EXCHANGE_DELIVERY } = delivered;
  const [pieces, worth] = [sourceAccount(agreementId, COUNT), sourceAccount(agreementId, currency)];
  const totals = side === 'PARTNER' ? receivedAccount : givenAccount;
  const move = (debit: AccountKey, credit: AccountKey, amount: number): TransferInput[] => {
    if (amount === 0) return [];
    if (amount > 0) return [{ kind: 'TRANSFER', debit, credit, amount, code }];
    return [{ kind: 'TRANSFER', debit: credit, credit: debit, amount: -amount, code }];
  };
  const transfers = [
    ...move(pieces, totals(delivered, month, COUNT), quantity),
    ...move(worth, totals(delivered, month, currency), value),
    ...delivered.ceilings.flatMap(({ period }) =>
      move(pieces, ceilingUsedAccount(delivered, time.periodAt(period, delivered.at)), quantity),
    ),
  ];
  if (theirsAhead === undefined || value === 0) return { openings: [], transfers };
  // What brings the partner ahead is first owed, then settled out of the room as far as that goes.
  const ahead = (side === 'PARTNER') === value > 0;
  const credit = ahead ? overdrawnAccount(agreementId, currency) : roomAccount(agreementId, currency);
  transfers.push(...move(worth, credit, Math.abs(value)));
  const { opensWith, limit } = roomLimit(delivered);
  const taken = takeSteps([limit]);
  return {
    openings: [...roomOpenings(agreementId, currency, opensWith), ...taken.openings],
    transfers: [...transfers, ...taken.transfers, ...settleOverdrawn(delivered)],
  };
}
