// Every limit that a claim touches, as accounts: the one list that usability, quotes and redemptions are made from.
import { leftAfterSteps, standingCeiling } from '../agreements/amended-limits';
import { ceilingAccount, ceilingGrantedAccount } from '../agreements/exchange-accounts';
import { roomLimit } from '../agreements/exchange-transfers';
import type { Instant } from '../kernel/clock';
import { type Id, ZERO_ID } from '../kernel/id';
import { COUNT, POINT, type Unit } from '../kernel/money';
import type { BusinessTime, PeriodKind, PeriodNumber } from '../kernel/period';
import { type AccountKey, available, type Balance } from '../ledger/account';
import { ACCOUNT_KINDS as KIND } from '../ledger/chart';
import {
  budgetAccountOf,
  dailyStockAccountOf,
  groupBudgetAccountOf,
  hasStock,
  stockAccountOf,
} from '../marketplace/supply';
import { levelOf } from '../members/level';
import { memberLimitAccount, pointsAccount, quotaAccount, useCapAccount } from '../members/member-accounts';
import { pointsOf } from '../members/points';
import type { Exchange } from '../program/catalogue-exchange';
import type { Bearer } from './bearer';
import { type Claim, isPartnerFunded, quotaRef } from './claim';
import { type Behind, contra, Limit, type LimitKind } from './limit';

/** In order of precedence. `redemptionId` names the account of the cap on a single use. */
export function limitsOf(claim: Claim, redemptionId: Id): Limit[] {
  const limits: Limit[] = [];
  if (claim.itemKind === 'BENEFIT') addQuota(claim, limits);
  else addOfferLimits(claim, limits);
  addPoints(claim, limits);
  if (claim.itemKind === 'OFFER' && claim.exchange) {
    limits.push(...exchangeLimits(claim.exchange, claim.catalogue.time, claim.now));
  }
  if (claim.costs.unitCost === 0) return limits;
  if (claim.itemKind === 'OFFER' && claim.offer.budget !== undefined) addBudget(claim, limits);
  // What the partner bears is charged to no cap.
  if (isPartnerFunded(claim)) return limits;
  addGroupBudgets(claim, limits);
  if (claim.bearer) addCaps(claim, claim.bearer, redemptionId, limits);
  return limits;
}

/** The number of the period that `now` lies in, of the program's time zone. */
function periodOf(claim: Claim, kind: PeriodKind): PeriodNumber {
  return claim.catalogue.time.periodAt(kind, claim.now);
}

function nextPeriod(claim: Claim, kind: PeriodKind): Instant | undefined {
  return claim.catalogue.time.nextPeriodAt(kind, claim.now);
}

function addQuota(claim: Extract<Claim, { itemKind: 'BENEFIT' }>, limits: Limit[]): void {
  const { quota } = claim.entitlement;
  if (!quota) return;
  const { itemId, itemNumber } = claim;
  const account = quotaAccount(claim.rows.member.id, quotaRef(claim), itemNumber, periodOf(claim, quota.period), COUNT);
  const behind = { holder: itemId, taken: KIND.QUOTA_USED, granted: KIND.QUOTA_GRANTED };
  limits.push(new Limit('QUOTA', account, COUNT, 1, behind, quota.limit, nextPeriod(claim, quota.period)));
}

function addOfferLimits(claim: Extract<Claim, { itemKind: 'OFFER' }>, limits: Limit[]): void {
  const { offer, itemId: holder } = claim;
  for (const { limit, period } of offer.memberLimits) {
    const account = memberLimitAccount(claim.rows.member.id, offer.number, periodOf(claim, period), COUNT);
    const behind = { holder, taken: KIND.LIMIT_USED, granted: KIND.LIMIT_GRANTED };
    limits.push(new Limit('MEMBER_LIMIT', account, COUNT, 1, behind, limit, nextPeriod(claim, period)));
  }
  if (hasStock(offer)) {
    limits.push(new Limit('STOCK', stockAccountOf(holder), COUNT, 1, { holder, taken: KIND.STOCK_ISSUED }));
  }
  if (offer.dailyStock !== undefined) {
    const account = dailyStockAccountOf(holder, periodOf(claim, 'DAY'));
    const behind = { holder, taken: KIND.DAILY_STOCK_ISSUED, granted: KIND.DAILY_STOCK_GRANTED };
    limits.push(new Limit('DAILY_STOCK', account, COUNT, 1, behind, offer.dailyStock, nextPeriod(claim, 'DAY')));
  }
}

/** Granted as the stock is, when the catalogue changes, so that it need not open here. */
function addBudget(claim: Extract<Claim, { itemKind: 'OFFER' }>, limits: Limit[]): void {
  const { currency } = claim.catalogue.settings;
  const { itemId: holder, costs } = claim;
  const account = budgetAccountOf(holder, currency);
  limits.push(new Limit('BUDGET', account, currency, costs.unitCost, { holder, taken: KIND.BUDGET_USED }));
}

/** Of the groups that the bearing card, or the member by its level, is in. */
function addGroupBudgets(claim: Claim, limits: Limit[]): void {
  const { catalogue, costs } = claim;
  if (catalogue.budgets.length === 0) return;
  const { currency } = catalogue.settings;
  const planId = claim.bearer?.plan.id;
  const levelId = levelOf(claim)?.id;
  for (const { id: holder, amount, period: kind, plans, levels } of catalogue.budgets) {
    const isMeant = (planId !== undefined && plans.has(planId)) || (levelId !== undefined && levels.has(levelId));
    if (!isMeant) continue;
    const period = periodOf(claim, kind);
    const behind = { holder, period, taken: KIND.GROUP_BUDGET_USED, granted: KIND.GROUP_BUDGET_GRANTED };
    const account = groupBudgetAccountOf(holder, period, currency);
    const resetsAt = nextPeriod(claim, kind);
    limits.push(new Limit('GROUP_BUDGET', account, currency, costs.unitCost, behind, amount, resetsAt));
  }
}

/** What the agreement allows: how many in each period, and how far the partner may get ahead. */
export function exchangeLimits(exchange: Exchange, time: BusinessTime, now: Instant): Limit[] {
  const { agreementId, item } = exchange;
  const unit = COUNT;
  const limits: Limit[] = [];
  for (const ceiling of item.enforced ? item.ceilings : []) {
    const standing = standingCeiling(ceiling, time, now);
    if (!standing) continue;
    const { opensWith, steps } = standing;
    const period = time.periodAt(ceiling.period, now);
    const ref = { agreementId, item: item.number };
    const granted = { granted: KIND.EXCHANGE_CEILING_GRANTED, grantedItem: item.number };
    const taken = { taken: KIND.EXCHANGE_CEILING_USED, takenPeriod: period };
    const behind = { holder: agreementId, item: item.number, period, ...granted, ...taken };
    const account = ceilingAccount(ref, period);
    const from = ceilingGrantedAccount(ref, period);
    const amended = steps.length > 0 ? { ...ref, period, unit, account, granted: from, steps } : undefined;
    const resetsAt = time.nextPeriodAt(ceiling.period, now);
    limits.push(new Limit('EXCHANGE_CEILING', account, unit, 1, behind, opensWith, resetsAt, undefined, amended));
  }
  if (exchange.theirsAhead !== undefined) limits.push(roomOf(exchange));
  return limits;
}

function roomOf(exchange: Exchange): Limit {
  const { agreementId: holder, currency, item } = exchange;
  const { opensWith, limit } = roomLimit(exchange);
  const behind = { holder, taken: KIND.EXCHANGE_SOURCE, granted: KIND.EXCHANGE_ALLOWED };
  const amended = limit.steps.length > 0 ? limit : undefined;
  const { account } = limit;
  const value = item.unitValue;
  return new Limit('EXCHANGE_IMBALANCE', account, currency, value, behind, opensWith, undefined, undefined, amended);
}

function addPoints(claim: Claim, limits: Limit[]): void {
  const { pointsPrice } = claim.costs;
  if (pointsPrice === 0) return;
  const account = pointsAccount(claim.rows.member.id);
  const item = claim.itemNumber;
  const behind = { holder: ZERO_ID, item, taken: KIND.POINTS_SPENT, granted: KIND.POINTS_ISSUED };
  // A member who never earned a point has no account yet.
  const { spendable } = pointsOf(claim);
  limits.push(new Limit('POINTS', account, POINT, pointsPrice, behind, 0, undefined, spendable));
}

/** Where the operator's costs gather: by partner, and by offer or benefit. */
function behindCost(claim: Claim): Behind {
  const holder = claim.itemKind === 'OFFER' ? claim.offer.partner.id : ZERO_ID;
  return { holder, item: claim.itemNumber, taken: isPartnerFunded(claim) ? KIND.PARTNER_COST : KIND.COST };
}

export function costAccount(claim: Claim, currency: Unit): AccountKey {
  const { holder, taken, item } = behindCost(claim);
  return contra(holder, taken, currency, item);
}

function addCaps(claim: Claim, bearer: Bearer, redemptionId: Id, limits: Limit[]): void {
  const { plan, term, caps } = bearer;
  const { currency } = term;
  const { balances } = claim.rows;
  const amount = claim.costs.unitCost;
  const ofPlan = { holder: plan.id, taken: KIND.SUB_CAP_USED, granted: KIND.SUB_CAP_GRANTED };
  const add = (kind: LimitKind, account: AccountKey, behind: Behind, grant?: number, resetsAt?: Instant) =>
    limits.push(new Limit(kind, account, currency, amount, behind, grant, resetsAt));
  // Sub-caps of the whole term were granted when it was sold; a program that adds one later does not reach back.
  const { perClass, perMonth, perPartner, perUse } = plan.subCaps;
  if (perClass.size > 0) {
    const ofClass = caps.ofClass(claim.benefitClass);
    if (balances.has(ofClass)) add('CLASS_CAP', ofClass, ofPlan);
  }
  if (perMonth !== undefined) {
    add('MONTH_CAP', caps.ofMonth(periodOf(claim, 'MONTH')), ofPlan, perMonth, nextPeriod(claim, 'MONTH'));
  }
  if (claim.itemKind === 'OFFER' && perPartner.size > 0) {
    const ofPartner = caps.ofPartner(claim.offer.partner.number);
    if (balances.has(ofPartner)) add('PARTNER_CAP', ofPartner, ofPlan);
  }
  if (perUse !== undefined) add('USE_CAP', useCapAccount(redemptionId, currency), ofPlan, perUse);
  add('CARD_CAP', caps.card, behindCost(claim));
  const { parent } = bearer;
  if (parent) add('PARENT_CARD_CAP', parent.cap, { holder: parent.planId, taken: KIND.PARENT_CAP_USED });
}

/** What is left on a limit, given the balances that were read; an account not yet open has its whole grant. */
export function leftOf(limit: Limit, balances: ReadonlyMap<AccountKey, Balance>): number {
  if (limit.amended) return leftAfterSteps(limit.amended, limit.grant ?? 0, balances);
  return leftIn(limit, balances.get(limit.account));
}

function leftIn(limit: Limit, balance: Balance | undefined): number {
  return Math.min(balance ? available(balance) : (limit.grant ?? 0), limit.most ?? Number.POSITIVE_INFINITY);
}

/** As `leftOf`, of the member's own balances. */
export function leftForMember(claim: Claim, limit: Limit): number {
  return leftIn(limit, balanceOf(claim, limit));
}

/** Looking a balance up by its long key takes a list of perks the most time, and few perks were ever touched. */
export function balanceOf({ rows, itemNumber }: Claim, { kind, account }: Limit): Balance | undefined {
  const ofItem = kind === 'MEMBER_LIMIT' || kind === 'QUOTA';
  return ofItem && rows.items && !rows.items.has(itemNumber) ? undefined : rows.balances.get(account);
}
