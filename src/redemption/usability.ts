// Whether a claim would succeed now, and how much of it is left, from the rows that the request has already read.
import { ZERO_ID } from '../kernel/id';
import { byPrecedence, isRefusal, type Refusal } from '../kernel/refusal';
import { type AccountKey, available } from '../ledger/account';
import type { SupplyLeft } from '../marketplace/stock.service';
import type { Claim } from './claim';
import { isCap, isExchange, type Limit, type LimitKind } from './limit';
import { balanceOf, leftForMember, limitsOf } from './limits';
import type { QuotaType, UsabilityType } from './usability.type';

export const USABLE: UsabilityType = Object.freeze({ usable: true, reasons: Object.freeze([]) });

export function unusable(refusals: readonly Refusal[]): UsabilityType {
  return { usable: false, reasons: refusals.map(({ code, message }) => ({ code, message })) };
}

export interface Outlook {
  readonly usability: UsabilityType;
  /** The least of what the member and the stock have left; null when neither is limited. */
  readonly remaining: number | null;
  readonly limits: readonly Limit[];
}

const COUNTED: ReadonlySet<LimitKind> = new Set(['STOCK', 'DAILY_STOCK', 'MEMBER_LIMIT']);

/** What the board has of the limit; `undefined` for what is among the member's own balances. */
function supplyOf({ kind }: Limit, supply: SupplyLeft | undefined): number | undefined {
  if (kind === 'STOCK') return supply?.stock ?? 0;
  if (kind === 'DAILY_STOCK') return supply?.today ?? 0;
  return kind === 'BUDGET' ? (supply?.budget ?? 0) : undefined;
}

function leastOf(supply: SupplyLeft | undefined): number | null {
  const { stock, today } = supply ?? {};
  if (stock === undefined) return today ?? null;
  return today === undefined ? stock : Math.min(stock, today);
}

/** What is left on budgets of groups and on agreements, as of the last look; `undefined` for what was not touched. */
export type BudgetBoard = (account: AccountKey) => number | undefined;

/** Others are on no such board: looking them up by their long keys is what takes the time. */
function sharedLeft(limit: Limit, budgets: BudgetBoard | undefined): number | undefined {
  return limit.kind === 'GROUP_BUDGET' || isExchange(limit) ? budgets?.(limit.account) : undefined;
}

/** `stock`: what is left of the offer, since that is no row of the member's; neither are budgets. */
export function outlookOf(claim: Claim | Refusal, stock: SupplyLeft | undefined, budgets?: BudgetBoard): Outlook {
  if (isRefusal(claim)) return { usability: unusable([claim]), remaining: leastOf(stock), limits: [] };
  const limits = limitsOf(claim, ZERO_ID);
  const missing: Refusal[] = [];
  let remaining = Number.POSITIVE_INFINITY;
  for (const limit of limits) {
    const left = supplyOf(limit, stock) ?? sharedLeft(limit, budgets) ?? leftForMember(claim, limit);
    if (COUNTED.has(limit.kind)) remaining = Math.min(remaining, left);
    // A cap that covers a part only is no obstacle where the member may pay the rest.
    if (left < limit.amount && !(claim.costs.coPay && isCap(limit))) missing.push(limit.refusal);
  }
  return {
    usability: missing.length === 0 ? USABLE : unusable(missing.sort(byPrecedence)),
    remaining: remaining === Number.POSITIVE_INFINITY ? null : remaining,
    limits,
  };
}

/** The quota among the limits of a benefit's claim, as the API shows it. */
export function quotaOf(claim: Extract<Claim, { itemKind: 'BENEFIT' }>, limits: readonly Limit[]): QuotaType | null {
  const { quota } = claim.entitlement;
  const limit = limits.find(({ kind }) => kind === 'QUOTA');
  if (!quota || !limit) return null;
  const balance = balanceOf(claim, limit);
  const remaining = balance ? available(balance) : quota.limit;
  const held = balance?.debitsPending ?? 0;
  const { limit: allowed, period } = quota;
  // A quota that was raised or lowered in the program holds from the next period; until then `used` may be off by that.
  return {
    period,
    limit: allowed,
    used: Math.max(0, allowed - remaining - held),
    held,
    remaining,
    resetsAt: limit.resetsAt === undefined ? null : new Date(limit.resetsAt),
  };
}
