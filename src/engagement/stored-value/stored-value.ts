// Stored value: what a recharge adds, what a payment takes, and what is paid back, each as parts of a chain.
import { type Id, namedId } from '../../kernel/id';
import type { Unit } from '../../kernel/money';
import { refuse } from '../../kernel/refusal';
import { accountKey, accountParts } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { Transfer } from '../../ledger/transfer';
import { addSettlement, ChainDraft, contraAccount, debtOf } from '../../members/credit';
import type { Judging } from '../../members/level';
import { leftOn, storedValueAccount, storedValueBonusAccount } from '../../members/member-accounts';
import type { StoredValuePolicy } from '../../program/program';

export interface StoredValueStanding {
  /** In the minor unit: paid in and not spent. */
  readonly balance: number;
  /** Given on top of it and not spent. */
  readonly bonus: number;
  /** Owed: value of returned purchases that was spent already. */
  readonly debt: number;
}

export function storedValueOf(judging: Judging): StoredValueStanding {
  const { rows, catalogue } = judging;
  const { currency } = catalogue.settings;
  const { id } = rows.member;
  return {
    balance: leftOn(rows.balances, storedValueAccount(id, currency)),
    bonus: leftOn(rows.balances, storedValueBonusAccount(id, currency)),
    debt: debtOf(judging, 'STORED_VALUE'),
  };
}

/** What a recharge gets on top: by the highest step that it reaches, floored to the minor unit. */
export function bonusOf({ bonuses }: Pick<StoredValuePolicy, 'bonuses'>, amount: number): number {
  const reached = bonuses.filter(({ from }) => from <= amount).toSorted((left, right) => right.from - left.from)[0];
  if (!reached) return 0;
  const { bonus, rate = 0 } = reached;
  return bonus ?? Number((BigInt(amount) * BigInt(Math.round(rate * 10_000))) / 10_000n);
}

/** Beyond those of rules and of their settlements. */
const RECHARGE_SETTLEMENT = 99;

export function rechargePart(judging: Judging, policy: StoredValuePolicy, amount: number): ChainDraft {
  const { currency } = judging.catalogue.settings;
  const { id: memberId } = judging.rows.member;
  const draft = new ChainDraft();
  const [balance, bonus] = openBoth(draft, memberId, currency);
  const source = contraAccount(KIND.STORED_VALUE_PAID_IN, currency);
  draft.move(source, balance, amount, TRANSFER_CODES.RECHARGE);
  const given = bonusOf(policy, amount);
  if (given === 0) return draft;
  draft.move(contraAccount(KIND.STORED_VALUE_GIVEN, currency), bonus, given, TRANSFER_CODES.RECHARGE);
  if (debtOf(judging, 'STORED_VALUE') > 0) {
    addSettlement(draft, memberId, 'STORED_VALUE', currency, RECHARGE_SETTLEMENT);
  }
  return draft;
}

function openBoth(draft: ChainDraft, memberId: Id, currency: Unit) {
  const accounts = [storedValueAccount(memberId, currency), storedValueBonusAccount(memberId, currency)] as const;
  draft.open(accounts[0], contraAccount(KIND.STORED_VALUE_PAID_IN, currency));
  draft.open(accounts[1], contraAccount(KIND.STORED_VALUE_GIVEN, currency));
  return accounts;
}

const TOO_LITTLE = JSON.stringify(
  refuse('INSUFFICIENT_STORED_VALUE', 'The member has too little stored value for this.', 'amount'),
);
/** What a payment or a refund took of the money that was paid in, and of the bonus. */
export const BALANCE_GROUP = 1;
export const BONUS_GROUP = 2;

/**
 * A payment takes from the first account what it has and the rest from the other, or nothing at all: a bill counts what
 * is still to be covered, and what was covered must be the whole in the end.
 */
export function paymentPart(judging: Judging, policy: StoredValuePolicy, chainId: Id, amount: number): ChainDraft {
  const { currency: unit } = judging.catalogue.settings;
  const { id: memberId } = judging.rows.member;
  const draft = new ChainDraft();
  const [balance, bonus] = openBoth(draft, memberId, unit);
  const spent = contraAccount(KIND.STORED_VALUE_SPENT, unit);
  const bill = accountKey({ holder: chainId, kind: KIND.STORED_VALUE_BILL, unit });
  const paid = accountKey({ holder: chainId, kind: KIND.STORED_VALUE_PAID, unit });
  draft.open(bill, spent, amount);
  draft.open(paid, spent);
  if (debtOf(judging, 'STORED_VALUE') > 0) addSettlement(draft, memberId, 'STORED_VALUE', unit, RECHARGE_SETTLEMENT);
  const both = [
    [balance, BALANCE_GROUP],
    [bonus, BONUS_GROUP],
  ] as const;
  for (const [account, group] of policy.spend === 'BONUS_FIRST' ? both.toReversed() : both) {
    draft.move(account, paid, amount, TRANSFER_CODES.SPEND, group);
    draft.move(bill, spent, amount, TRANSFER_CODES.SPEND, group);
  }
  draft.transfers.push({
    kind: 'TRANSFER',
    debit: paid,
    credit: spent,
    amount,
    code: TRANSFER_CODES.SPEND,
    refusal: TOO_LITTLE,
  });
  return draft;
}

export interface TakenByPayment {
  readonly balance: number;
  readonly bonus: number;
}

/** What a payment of the member took, from the transfers of its chain; `undefined` when they are no such payment. */
export function takenBy(transfers: readonly Transfer[], memberId: Id): TakenByPayment | undefined {
  const taken = { balance: 0, bonus: 0 };
  for (const { debit, amount, code } of transfers) {
    const { holder, kind } = accountParts(debit);
    if (code !== TRANSFER_CODES.SPEND || holder !== memberId) continue;
    if (kind === KIND.STORED_VALUE) taken.balance += amount;
    if (kind === KIND.STORED_VALUE_BONUS) taken.bonus += amount;
  }
  return taken.balance + taken.bonus === 0 ? undefined : taken;
}

/** Gives back what a payment took; of the bonus, what is owed is settled first. */
export function givenBackPart(judging: Judging, { balance, bonus }: TakenByPayment): ChainDraft {
  const { currency } = judging.catalogue.settings;
  const { id: memberId } = judging.rows.member;
  const draft = new ChainDraft();
  const [balanceAccount, bonusAccount] = openBoth(draft, memberId, currency);
  const spent = contraAccount(KIND.STORED_VALUE_SPENT, currency);
  if (balance > 0) draft.move(spent, balanceAccount, balance, TRANSFER_CODES.CANCEL);
  if (bonus > 0) draft.move(spent, bonusAccount, bonus, TRANSFER_CODES.CANCEL);
  if (bonus > 0 && debtOf(judging, 'STORED_VALUE') > 0) {
    addSettlement(draft, memberId, 'STORED_VALUE', currency, RECHARGE_SETTLEMENT);
  }
  return draft;
}

/** Pays back an amount that was paid in, or all that is left of it; the bonus lapses or stays, as the policy says. */
export function refundPart(judging: Judging, policy: StoredValuePolicy, amount: number | undefined): ChainDraft {
  const { currency } = judging.catalogue.settings;
  const draft = new ChainDraft();
  const [balance, bonus] = openBoth(draft, judging.rows.member.id, currency);
  const refunded = contraAccount(KIND.STORED_VALUE_REFUNDED, currency);
  const all = Number.MAX_SAFE_INTEGER;
  if (amount === undefined) draft.move(balance, refunded, all, TRANSFER_CODES.REFUND, BALANCE_GROUP);
  else {
    const transfer = { debit: balance, credit: refunded, amount, code: TRANSFER_CODES.REFUND, refusal: TOO_LITTLE };
    draft.transfers.push({ kind: 'TRANSFER', ...transfer });
  }
  if (policy.refund.bonus === 'FORFEIT') {
    draft.move(bonus, contraAccount(KIND.STORED_VALUE_LAPSED, currency), all, TRANSFER_CODES.LAPSE, BONUS_GROUP);
  }
  return draft;
}

/** What "the same request" is. */
export function requestDigest(what: string, memberId: Id, amount: number | undefined, orderId: string): Id {
  return namedId(what, memberId, String(amount ?? ''), orderId);
}
