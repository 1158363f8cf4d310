// The figures that are rolled up by day: each a number that is stored, and what its cells mean.

/**
 * `FLOW`: what happened on a day; a span of days is the sum of them. `STANDING`: by how much something rose or fell on
 * a day; what it is at the end of a day is the sum of all days until then.
 */
export type FigureKind = 'FLOW' | 'STANDING';

export interface FigureWords {
  /** Stored; append only. */
  readonly number: number;
  readonly kind: FigureKind;
  /** Which of its words are the plan, for a filter. */
  readonly byPlan: boolean;
  /** What is counted, on which day, in which unit. */
  readonly words: string;
}

function figure(number: number, kind: FigureKind, byPlan: boolean, words: string): FigureWords {
  return { number, kind, byPlan, words };
}

/** Days are those of the program's time zone; amounts are in the minor unit. `one`, `other` and `mark` as the words say. */
export const FIGURES = {
  JOINED: figure(1, 'FLOW', false, 'Members, by the day on which they joined.'),
  SALES: figure(2, 'FLOW', true, 'Terms sold, by the day of the sale; one: plan, mark: kind of the sale.'),
  REVENUE: figure(
    3,
    'FLOW',
    true,
    'Prices of the terms sold, by the day of the sale; one: plan, mark: kind of the sale.',
  ),
  REFUNDED: figure(4, 'FLOW', true, 'Amounts of refunds, by the day on which each was settled; one: plan.'),
  COST: figure(
    5,
    'FLOW',
    true,
    'What redemptions cost the operator, by the day of the claim, or of the use where the cost counts at use; what was ' +
      'given back costs nothing. one: plan of the card, other: benefit or offer.',
  ),
  CLAIMS: figure(
    6,
    'FLOW',
    true,
    'Claims that neither failed nor were given back, by the day of the claim; one: plan of the card, other: benefit or offer.',
  ),
  USES: figure(7, 'FLOW', true, 'Coupons used, by the day of the use; one: plan of the card, other: benefit or offer.'),
  SAVED: figure(
    8,
    'FLOW',
    true,
    'Face value less co-pay of coupons used, by the day of the use; one: plan of the card, other: benefit or offer.',
  ),
  HOLDERS: figure(9, 'STANDING', true, 'Members with a running card of a plan; one: plan.'),
  MEMBERSHIP: figure(10, 'STANDING', false, 'Members with a running card of any membership plan.'),
  ACTIVE: figure(
    11,
    'STANDING',
    false,
    'Customers with an activity or a purchase on the day or on one of the 29 days before it.',
  ),
  TERMS_ENDED: figure(
    12,
    'FLOW',
    true,
    'Terms that ran until their end, by the day of the end; one: plan, mark: month in which the member first had the plan.',
  ),
  TERMS_RENEWED: figure(
    13,
    'FLOW',
    true,
    'Those of the terms ended that another term of the plan follows within 30 days; by the day of the end. one, mark: as there.',
  ),
  COHORT: figure(14, 'FLOW', false, 'Members, by the day on which their first membership began.'),
  RETAINED: figure(
    15,
    'FLOW',
    false,
    'Members with a running membership so many calendar months after it first began, by the day of that begin; mark: months.',
  ),
  SALE_COST: figure(16, 'FLOW', true, 'As COST, but by the day on which the term was sold that bears it; one: plan.'),
  SALE_REFUNDED: figure(17, 'FLOW', true, 'As REFUNDED, but by the day on which the term was sold; one: plan.'),
  SALE_CAP: figure(18, 'FLOW', true, 'Cost caps of the terms sold, by the day of the sale; one: plan.'),
  CAP_USE: figure(
    19,
    'FLOW',
    true,
    'Terms sold, by the day of the sale; one: plan, mark: how much of the cap is used: 0 nothing, 1 up to a tenth, … 10 up ' +
      'to all, 11 there is no cap.',
  ),
  COMPARED: figure(20, 'FLOW', false, 'Members, by the day on which their first membership is 90 days old.'),
  SPENT_BEFORE: figure(
    21,
    'FLOW',
    false,
    'Purchases less returns of those members in the 90 days before it, by the same day.',
  ),
  SPENT_AFTER: figure(22, 'FLOW', false, '… and in the 90 days from its first day on.'),
  LEVEL_MOVES: figure(
    23,
    'FLOW',
    false,
    'Changes of the level that shows; one: the level before, other: the level after.',
  ),
  STAGE_MOVES: figure(
    24,
    'FLOW',
    false,
    'Changes of the stage of the lifecycle; mark: ten times the stage before, plus the one after.',
  ),
  POINTS_IN: figure(25, 'FLOW', false, 'Points that came to members; mark: code of the transfer.'),
  POINTS_OUT: figure(26, 'FLOW', false, 'Points that left members; mark: code of the transfer.'),
} as const;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** Raised whenever what any figure counts is another thing than before: all is then counted anew. */
export const EDITION = 1;

export const SALE_KINDS = { NEW: 1, RENEWAL: 2, WIN_BACK: 3 } as const;
export type SaleKind = keyof typeof SALE_KINDS;

/** Days after the end of a term in which another one still renews it. */
export const RENEWAL_DAYS = 30;
/** Days in which a customer counts as active after it did something, that day included. */
export const ACTIVE_DAYS = 30;
/** Days that are compared before and after the first card. */
export const COMPARED_DAYS = 90;
/** Months that retention is followed for. */
export const RETENTION_MONTHS = 24;
/** The mark of a term whose cap is 0. */
export const NO_CAP = 11;
