// Every limit that a claim touches, as accounts: the one list that usability, quotes and redemptions are made from.

import type { Instant } from '../kernel/clock';
import { type Id, ZERO_ID } from '../kernel/id';
import { COUNT, POINT, type Unit } from '../kernel/money';
import type { PeriodKind, PeriodNumber } from '../kernel/period';
import { type Refusal, type RefusalCode, refuse } from '../kernel/refusal';
import { type AccountKey, accountKey, available, type Balance } from '../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { Opening } from '../ledger/transfer';
import { hasStock, stockAccountOf } from '../marketplace/stock.service';
import type { Term } from '../members/member';
import {
  cardCapAccount,
  classCapAccount,
  memberLimitAccount,
  monthCapAccount,
  partnerCapAccount,
  pointsAccount,
  quotaAccount,
  useCapAccount,
} from '../members/member-accounts';
import type { CataloguePlan } from '../program/catalogue-item';
import { type Claim, quotaRef } from './claim';

export const LIMIT_KINDS = [
  'QUOTA',
  'MEMBER_LIMIT',
  'STOCK',
  'POINTS',
  'CLASS_CAP',
  'MONTH_CAP',
  'PARTNER_CAP',
  'USE_CAP',
  'CARD_CAP',
  'PARENT_CARD_CAP',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

export interface Limit {
  readonly kind: LimitKind;
  readonly account: AccountKey;
  readonly unit: Unit;
  /** What one redemption takes. */
  readonly amount: number;
  /** The contra account that it goes to. */
  readonly to: AccountKey;
  /** For accounts that open when they are first touched. */
  readonly opening?: Opening;
  /** The end of the period after which there is more again. */
  readonly resetsAt?: Instant;
  readonly refusal: Refusal;
}

/** The parts of the operator's money; members are never shown how much of it is left. */
export function isCap(limit: Limit): boolean {
  return limit.kind.endsWith('_CAP');
}

const MESSAGES: Record<LimitKind, readonly [RefusalCode, string]> = {
  QUOTA: ['QUOTA_EXHAUSTED', 'The benefit is used up for this period.'],
  MEMBER_LIMIT: ['MEMBER_LIMIT_REACHED', 'The member took this perk as often as the period allows.'],
  STOCK: ['OUT_OF_STOCK', 'This perk is out of stock.'],
  POINTS: ['INSUFFICIENT_POINTS', 'The member has too few points for this perk.'],
  CLASS_CAP: ['SUB_CAP_REACHED', 'The card has nothing left for benefits of this class.'],
  MONTH_CAP: ['SUB_CAP_REACHED', 'The card has nothing left for this month.'],
  PARTNER_CAP: ['SUB_CAP_REACHED', 'The card has nothing left for this partner.'],
  USE_CAP: ['SUB_CAP_REACHED', 'This is more than the card covers in one use.'],
  CARD_CAP: ['CARD_CAP_REACHED', 'The card has nothing left for this term.'],
  PARENT_CARD_CAP: ['CARD_CAP_REACHED', 'The parent card has nothing left for this term.'],
};
const REFUSALS = Object.fromEntries(
  Object.entries(MESSAGES).map(([kind, [code, message]]) => [kind, refuse(code, message)]),
) as Record<LimitKind, Refusal>;

/** In order of precedence. `redemptionId` names the account of the cap on a single use. */
export function limitsOf(claim: Claim, redemptionId: Id): Limit[] {
  const limits: Limit[] = [];
  if (claim.itemKind === 'BENEFIT') addQuota(claim, limits);
  else addOfferLimits(claim, limits);
  addPoints(claim, limits);
  if (claim.costs.unitCost > 0 && claim.bearer)
    addCaps(claim, claim.bearer.plan, claim.bearer.term, redemptionId, limits);
  return limits;
}

/** The number of the period that `now` lies in, of the program's time zone. */
function periodOf(claim: Claim, kind: PeriodKind): PeriodNumber {
  return claim.catalogue.time.periodAt(kind, claim.now);
}

function contra(holder: Id, kind: (typeof KIND)[keyof typeof KIND], unit: Unit, item = 0): AccountKey {
  return accountKey({ holder, kind, item, unit });
}

function addQuota(claim: Extract<Claim, { itemKind: 'BENEFIT' }>, limits: Limit[]): void {
  const { quota } = claim.entitlement;
  if (!quota) return;
  const { itemId, itemNumber } = claim;
  const account = quotaAccount(claim.rows.member.id, quotaRef(claim), itemNumber, periodOf(claim, quota.period), COUNT);
  limits.push({
    kind: 'QUOTA',
    account,
    unit: COUNT,
    amount: 1,
    refusal: REFUSALS.QUOTA,
    to: contra(itemId, KIND.QUOTA_USED, COUNT),
    opening: { account, grant: quota.limit, from: contra(itemId, KIND.QUOTA_GRANTED, COUNT) },
    resetsAt: claim.catalogue.time.nextPeriodAt(quota.period, claim.now),
  });
}

function addOfferLimits(claim: Extract<Claim, { itemKind: 'OFFER' }>, limits: Limit[]): void {
  const { offer, itemId } = claim;
  const memberId = claim.rows.member.id;
  if (offer.memberLimit) {
    const { limit, period } = offer.memberLimit;
    const account = memberLimitAccount(memberId, offer.number, periodOf(claim, period), COUNT);
    limits.push({
      kind: 'MEMBER_LIMIT',
      account,
      unit: COUNT,
      amount: 1,
      refusal: REFUSALS.MEMBER_LIMIT,
      to: contra(itemId, KIND.LIMIT_USED, COUNT),
      opening: { account, grant: limit, from: contra(itemId, KIND.LIMIT_GRANTED, COUNT) },
      resetsAt: claim.catalogue.time.nextPeriodAt(period, claim.now),
    });
  }
  if (hasStock(offer)) {
    limits.push({
      kind: 'STOCK',
      account: stockAccountOf(itemId),
      unit: COUNT,
      amount: 1,
      refusal: REFUSALS.STOCK,
      to: contra(itemId, KIND.STOCK_ISSUED, COUNT),
    });
  }
}

function addPoints(claim: Claim, limits: Limit[]): void {
  const { pointsPrice } = claim.costs;
  if (pointsPrice === 0) return;
  const account = pointsAccount(claim.rows.member.id);
  limits.push({
    kind: 'POINTS',
    account,
    unit: POINT,
    amount: pointsPrice,
    refusal: REFUSALS.POINTS,
    to: contra(ZERO_ID, KIND.POINTS_SPENT, POINT, claim.itemNumber),
    // A member who never earned a point has no account yet.
    opening: { account, grant: 0, from: contra(ZERO_ID, KIND.POINTS_ISSUED, POINT) },
  });
}

/** Where the operator's costs gather: by partner, and by offer or benefit. */
export function costAccount(claim: Claim, currency: Unit): AccountKey {
  const partnerId = claim.itemKind === 'OFFER' ? claim.offer.partner.id : ZERO_ID;
  return contra(partnerId, KIND.COST, currency, claim.itemNumber);
}

function addCaps(claim: Claim, plan: CataloguePlan, term: Term, redemptionId: Id, limits: Limit[]): void {
  const { currency } = term;
  const amount = claim.costs.unitCost;
  const ref = { memberId: claim.rows.member.id, termId: term.id, currency };
  const used = contra(plan.id, KIND.SUB_CAP_USED, currency);
  const granted = contra(plan.id, KIND.SUB_CAP_GRANTED, currency);
  const add = (kind: LimitKind, account: AccountKey, opening?: number, resetsAt?: Instant): void => {
    limits.push({
      kind,
      account,
      unit: currency,
      amount,
      to: used,
      refusal: REFUSALS[kind],
      resetsAt,
      opening: opening === undefined ? undefined : { account, grant: opening, from: granted },
    });
  };
  // Sub-caps of the whole term were granted when it was sold; a program that adds one later does not reach back.
  const ofClass = classCapAccount(ref, claim.benefitClass);
  if (plan.subCaps.perClass.size > 0 && claim.rows.balances.has(ofClass)) add('CLASS_CAP', ofClass);
  if (plan.subCaps.perMonth !== undefined) {
    const [month, ends] = [periodOf(claim, 'MONTH'), claim.catalogue.time.nextPeriodAt('MONTH', claim.now)];
    add('MONTH_CAP', monthCapAccount(ref, month), plan.subCaps.perMonth, ends);
  }
  if (claim.itemKind === 'OFFER' && plan.subCaps.perPartner.size > 0) {
    const ofPartner = partnerCapAccount(ref, claim.offer.partner.number);
    if (claim.rows.balances.has(ofPartner)) add('PARTNER_CAP', ofPartner);
  }
  if (plan.subCaps.perUse !== undefined) add('USE_CAP', useCapAccount(redemptionId, currency), plan.subCaps.perUse);
  const card: Limit = {
    kind: 'CARD_CAP',
    account: cardCapAccount(ref),
    unit: currency,
    amount,
    refusal: REFUSALS.CARD_CAP,
    to: costAccount(claim, currency),
  };
  limits.push(card);
  const parent = claim.bearer?.parent;
  if (!parent) return;
  limits.push({
    ...card,
    kind: 'PARENT_CARD_CAP',
    refusal: REFUSALS.PARENT_CARD_CAP,
    account: cardCapAccount({ ...ref, termId: parent.term.id }),
    to: contra(parent.card.planId, KIND.PARENT_CAP_USED, currency),
  });
}

/** What is left on a limit, given the balances that were read; an account not yet open has its whole grant. */
export function leftOf(limit: Limit, balances: ReadonlyMap<AccountKey, Balance>): number {
  const balance = balances.get(limit.account);
  return balance ? available(balance) : (limit.opening?.grant ?? 0);
}
