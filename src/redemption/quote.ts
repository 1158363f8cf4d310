// What a redemption would cost and which limits it would touch, from the same list that the redemption is made from.
import type { Instant } from '../kernel/clock';
import { ZERO_ID } from '../kernel/id';
import type { Unit } from '../kernel/money';
import { byPrecedence, type Refusal } from '../kernel/refusal';
import type { AccountKey, Balance } from '../ledger/account';
import { type Claim, isPartnerFunded } from './claim';
import { isCap, type Limit, type LimitKind } from './limit';
import { leftOf, limitsOf } from './limits';

export interface LimitLeft {
  readonly kind: LimitKind;
  readonly unit: Unit;
  /** What this redemption would take. */
  readonly takes: number;
  readonly left: number;
  readonly resetsAt?: Instant;
}

export interface Quote {
  readonly claim: Claim;
  /** What the operator would bear, in the minor unit. */
  readonly cost: number;
  /** What the member would have to pay: send it as `maxCoPay`. */
  readonly coPay: number;
  readonly limits: readonly LimitLeft[];
  /** Empty when the redemption would succeed with this co-pay. In order of precedence. */
  readonly refusals: readonly Refusal[];
}

/** `balances`: those of the member and, for an offer with stock, of the offer. */
export function quoteOf(claim: Claim, balances: ReadonlyMap<AccountKey, Balance>): Quote {
  const limits = limitsOf(claim, ZERO_ID);
  const { unitCost, coPay: allowed } = claim.costs;
  const covered = limits.filter(isCap).reduce((least, limit) => Math.min(least, leftOf(limit, balances)), unitCost);
  const coPay = allowed ? unitCost - covered : 0;
  return {
    claim,
    cost: isPartnerFunded(claim) ? 0 : unitCost - coPay,
    coPay,
    limits: limits.map((limit) => {
      const { kind, unit, resetsAt } = limit;
      return {
        kind,
        unit,
        takes: isCap(limit) ? unitCost - coPay : limit.amount,
        left: leftOf(limit, balances),
        resetsAt,
      };
    }),
    refusals: refusalsOf(limits, balances, allowed),
  };
}

/** The limits that stand in the way; the caps do not when the member may pay the rest. */
export function refusalsOf(
  limits: readonly Limit[],
  balances: ReadonlyMap<AccountKey, Balance>,
  coPayAllowed: boolean,
): Refusal[] {
  const missing = limits.filter((limit) => !(coPayAllowed && isCap(limit)) && leftOf(limit, balances) < limit.amount);
  return missing.map((limit) => limit.refusal).sort(byPrecedence);
}
