// Every limit that a claim touches, as accounts: the one list that usability, quotes and redemptions are made from.
import { ceilingAccount, roomAccount } from '../agreements/exchange-accounts';
import type { Instant } from '../kernel/clock';
import { type Id, ZERO_ID } from '../kernel/id';
import { COUNT, POINT, type Unit } from '../kernel/money';
import type { PeriodKind, PeriodNumber } from '../kernel/period';
import { type Refusal, type RefusalCode, refuse } from '../kernel/refusal';
import { type AccountKey, accountKey, available, type Balance } from '../ledger/account';
import { type AccountKind, ACCOUNT_KINDS as KIND } from '../ledger/chart';
import type { Opening } from '../ledger/transfer';
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
import { type Claim, isPartnerFunded, type OfferClaim, quotaRef } from './claim';

export const LIMIT_KINDS = [
  'QUOTA',
  'MEMBER_LIMIT',
  'STOCK',
  'DAILY_STOCK',
  'POINTS',
  'BUDGET',
  'GROUP_BUDGET',
  'EXCHANGE_CEILING',
  'EXCHANGE_IMBALANCE',
  'CLASS_CAP',
  'MONTH_CAP',
  'PARTNER_CAP',
  'USE_CAP',
  'CARD_CAP',
  'PARENT_CARD_CAP',
] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

/** Where a limit's amounts come from and go to, beside the account itself. */
interface Behind {
  readonly holder: Id;
  readonly item?: number;
  /** Of the account that the grant comes from; its sum then tells what was granted for this period. */
  readonly period?: PeriodNumber;
  readonly taken: AccountKind;
  /** Of the account that the amount goes to, where that is one for each period. */
  readonly takenPeriod?: PeriodNumber;
  /** Of the account that a grant comes from, where that is one for each item. */
  readonly grantedItem?: number;
  /** For accounts that open when they are first touched. */
  readonly granted?: AccountKind;
}

/** Lists look at many limits and take from none, so the contra accounts are named only when they are asked for. */
export class Limit {
  constructor(
    readonly kind: LimitKind,
    readonly account: AccountKey,
    readonly unit: Unit,
    /** What one redemption takes. */
    readonly amount: number,
    private readonly behind: Behind,
    /** What an account has that opens when it is first touched. */
    readonly grant?: number,
    /** The end of the period after which there is more again. */
    readonly resetsAt?: Instant,
    /** What of the account may be taken, where it has more: points that have expired are still on it for a while. */
    readonly most?: number,
  ) {}

  get refusal(): Refusal {
    return REFUSALS[this.kind];
  }

  /** The contra account that the amount goes to. */
  get to(): AccountKey {
    const { holder, taken, item, takenPeriod } = this.behind;
    return contra(holder, taken, this.unit, item, takenPeriod);
  }

  get opening(): Opening | undefined {
    const { account, grant, unit } = this;
    const { holder, granted, grantedItem, period } = this.behind;
    if (grant === undefined || granted === undefined) return undefined;
    return { account, grant, from: contra(holder, granted, unit, grantedItem, period) };
  }
}

/** Limits in money, the budgets of offer and group among them; members are never shown how much of it is left. */
export function isCap({ kind }: Pick<Limit, 'kind'>): boolean {
  return CAPS.has(kind);
}

/** Limits of an agreement: as caps, they are held with the cost, and members are not shown them. */
export function isExchange({ kind }: Pick<Limit, 'kind'>): boolean {
  return kind === 'EXCHANGE_CEILING' || kind === 'EXCHANGE_IMBALANCE';
}

const CAPS: ReadonlySet<LimitKind> = new Set(
  LIMIT_KINDS.filter((kind) => kind.endsWith('_CAP') || kind.endsWith('BUDGET')),
);

const MESSAGES: Record<LimitKind, readonly [RefusalCode, string]> = {
  QUOTA: ['QUOTA_EXHAUSTED', 'The benefit is used up for this period.'],
  MEMBER_LIMIT: ['MEMBER_LIMIT_REACHED', 'The member took this perk as often as the period allows.'],
  STOCK: ['OUT_OF_STOCK', 'This perk is out of stock.'],
  DAILY_STOCK: ['OUT_OF_STOCK', 'This perk is out of stock for today.'],
  POINTS: ['INSUFFICIENT_POINTS', 'The member has too few points for this perk.'],
  BUDGET: ['BUDGET_EXHAUSTED', 'What was set aside for this perk is used up.'],
  GROUP_BUDGET: ['BUDGET_EXHAUSTED', 'What was set aside for this group of members is used up.'],
  EXCHANGE_CEILING: ['EXCHANGE_CEILING_REACHED', 'As many of this perk as were agreed with the partner are taken.'],
  EXCHANGE_IMBALANCE: [
    'EXCHANGE_IMBALANCE_REACHED',
    'This perk rests until the exchange with its partner is even again.',
  ],
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
  if (claim.itemKind === 'OFFER' && claim.exchange) addExchange(claim, claim.exchange, limits);
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

function contra(holder: Id, kind: AccountKind, unit: Unit, item = 0, period = 0): AccountKey {
  return accountKey({ holder, kind, item, period, unit });
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
function addExchange(claim: OfferClaim, exchange: Exchange, limits: Limit[]): void {
  const { agreementId: holder, item, currency, theirsAhead } = exchange;
  const ref = { agreementId: holder, item: item.number };
  for (const { period: kind, quantity } of item.enforced ? item.ceilings : []) {
    const period = periodOf(claim, kind);
    const granted = { granted: KIND.EXCHANGE_CEILING_GRANTED, grantedItem: item.number };
    const taken = { taken: KIND.EXCHANGE_CEILING_USED, takenPeriod: period };
    const behind = { holder, item: item.number, period, ...granted, ...taken };
    const account = ceilingAccount(ref, period);
    limits.push(new Limit('EXCHANGE_CEILING', account, COUNT, 1, behind, quantity, nextPeriod(claim, kind)));
  }
  if (theirsAhead === undefined) return;
  const behind = { holder, taken: KIND.EXCHANGE_SOURCE, granted: KIND.EXCHANGE_ALLOWED };
  const room = roomAccount(holder, currency);
  limits.push(new Limit('EXCHANGE_IMBALANCE', room, currency, item.unitValue, behind, theirsAhead));
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
