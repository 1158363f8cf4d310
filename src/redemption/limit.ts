// A limit that a claim touches: an account, what one redemption takes from it, and what is said when it has too little.
import type { AmendedLimit } from '../agreements/amended-limits';
import type { Instant } from '../kernel/clock';
import type { Id } from '../kernel/id';
import type { Unit } from '../kernel/money';
import type { PeriodNumber } from '../kernel/period';
import { type Refusal, type RefusalCode, refuse } from '../kernel/refusal';
import { type AccountKey, accountKey } from '../ledger/account';
import type { AccountKind } from '../ledger/chart';
import type { Opening } from '../ledger/transfer';

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
export interface Behind {
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
    /** A limit of an agreement whose revisions changed it in this period. */
    readonly amended?: AmendedLimit,
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

export function contra(holder: Id, kind: AccountKind, unit: Unit, item = 0, period = 0): AccountKey {
  return accountKey({ holder, kind, item, period, unit });
}
