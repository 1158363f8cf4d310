// The words of how a plan is sold: prices under conditions, who may buy, renewal, application, refund, and budgets.
import type { Amount, Code } from './code';
import type { Reward } from './reward';

/** How long what is sold lasts. */
export interface Term {
  /** Exactly one of both is given. */
  readonly months?: number;
  readonly days?: number;
}

export const PRICE_KINDS = ['REGULAR', 'TRIAL', 'RENEWAL', 'WIN_BACK'] as const;
/**
 * `TRIAL`: for who never had a card of the plan; `RENEWAL`: when a card is renewed; `WIN_BACK`: for who had one, of
 * which no term runs or is to come.
 */
export type PriceKind = (typeof PRICE_KINDS)[number];

/** The code of the price that the plan itself names. */
export const LIST_PRICE: Code = 'list';

export interface PriceRule {
  readonly code: Code;
  readonly kind: PriceKind;
  /** A CEL expression over member, card and history. */
  readonly when?: string;
  readonly price: Amount;
  readonly term?: Term;
  /** The most that a term sold at this price may cost; else what the plan says of its price. */
  readonly costCap?: Amount;
  readonly oncePerMember: boolean;
  readonly gift?: Reward;
}

/** A CEL expression, and what somebody is told for whom it is false. */
export interface Gate {
  readonly when: string;
  readonly else: string;
}

export interface Renewal {
  readonly daysBefore: number;
  readonly daysAfter: number;
  readonly gift?: Reward;
}

export const FIELD_KINDS = ['NUMBER', 'TEXT', 'DATE', 'BOOLEAN', 'LINK'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export interface ApplicationField {
  /** Its name in conditions: `application.CODE`. */
  readonly code: string;
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
}

export interface ApplicationForm {
  readonly fields: readonly ApplicationField[];
  /** How many links to evidence must come with it. */
  readonly evidence: number;
  readonly check?: Gate;
  readonly review: 'STAFF' | 'AUTO';
  /** For how many days after its approval a card may be opened with it; absent: for ever. */
  readonly validDays?: number;
}

export interface RefundPolicy {
  /** From the beginning of the term; absent: until its end. */
  readonly withinDays?: number;
  /** Whether the face value of what was used is taken off. */
  readonly lessUsed: boolean;
}

/** What an entitlement is worth on a member's own purchases, for the estimate in quotes. */
export interface Saves {
  readonly perPurchase?: Amount;
  /** Of the amount of a purchase, floored. */
  readonly percent?: number;
  readonly minSpend: Amount;
}

/** How a plan is sold, beside its price. */
export interface PlanSale {
  readonly prices: readonly PriceRule[];
  readonly opens?: Gate;
  readonly renewal?: Renewal;
  readonly application?: ApplicationForm;
  readonly refund?: RefundPolicy;
  readonly advertisedValue?: Amount;
  readonly professions: readonly string[];
}

/** A sum set aside for the cards of some plans, or for the members at some levels, for each period anew. */
export interface Budget {
  readonly code: Code;
  readonly name: string;
  readonly amount: Amount;
  readonly period: 'YEAR' | 'MONTH';
  readonly plans: readonly Code[];
  readonly levels: readonly Code[];
}
