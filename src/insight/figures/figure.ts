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

function flow(number: number, words: string): FigureWords {
  return { number, kind: 'FLOW', byPlan: false, words };
}

/** `one` is the plan. */
function planFlow(number: number, words: string): FigureWords {
  return { number, kind: 'FLOW', byPlan: true, words };
}

const ITEM = '; by plan of the card, and benefit or offer';

/** Days are those of the program's time zone; amounts are in the minor unit. `one`, `other` and `mark` as beside it. */
export const FIGURES = {
  JOINED: flow(1, 'Members, by the day on which they joined'),
  /** mark: kind of sale. */
  SALES: planFlow(2, 'Terms of cards, by the day on which they were sold'),
  /** mark: kind of sale. */
  REVENUE: planFlow(3, 'Prices of the terms sold, by the day of the sale'),
  REFUNDED: planFlow(4, 'Amounts of refunds of terms, by the day on which each was settled'),
  /** other: benefit or offer. */
  COST: planFlow(
    5,
    'What redemptions cost the operator, by the day of the claim, or of the use where the cost counts at use; ' +
      `what was given back costs nothing${ITEM}`,
  ),
  /** other: benefit or offer. */
  CLAIMS: planFlow(6, `Claims that neither failed nor were given back, by the day of the claim${ITEM}`),
  /** other: benefit or offer. */
  USES: planFlow(7, `Coupons used, by the day of the use${ITEM}`),
  /** other: benefit or offer. */
  SAVED: planFlow(8, `Face value less co-pay of coupons used, by the day of the use${ITEM}`),
  HOLDERS: { number: 9, kind: 'STANDING', byPlan: true, words: 'Members with a running card of a plan' },
  MEMBERSHIP: {
    number: 10,
    kind: 'STANDING',
    byPlan: false,
    words: 'Members with a running card of a membership plan',
  },
  ACTIVE: {
    number: 11,
    kind: 'STANDING',
    byPlan: false,
    words:
      'Customers of whom an event other than a return or a refusal is of the day, or of one of the 29 days before it',
  },
  /** mark: the month in which the member first had the plan. */
  TERMS_ENDED: planFlow(12, 'Terms that ran until their end, by the day of the end'),
  /** mark: as there. */
  TERMS_RENEWED: planFlow(
    13,
    'Those of the terms ended that another of the plan follows within 30 days, by the same day',
  ),
  COHORT: flow(14, 'Members, by the day on which their first membership began'),
  /** mark: months. */
  RETAINED: flow(15, 'Those of them with a running membership so many calendar months later, by the same day'),
  SALE_COST: planFlow(16, 'What redemptions cost the operator, by the day on which the term was sold that bears it'),
  SALE_REFUNDED: planFlow(17, 'Amounts of settled refunds, by the day on which the term was sold'),
  SALE_CAP: planFlow(18, 'Cost caps of the terms sold, by the day of the sale'),
  /** mark: 0 nothing is used, 1 up to a tenth, … 10 up to all, 11 there is no cap. */
  CAP_USE: planFlow(19, 'Terms sold, by the day of the sale and by how much of the cap is used'),
  COMPARED: flow(20, 'Members, by the day on which their first membership is 90 days old'),
  SPENT_BEFORE: flow(21, 'Purchases less returns of these members in the 90 days before it began, by the same day'),
  SPENT_AFTER: flow(22, 'Purchases less returns of these members in the 90 days from its first on, by the same day'),
  /** one: the level before, other: the level after; mark: see LEVEL_MARKS. */
  LEVEL_MOVES: flow(23, 'Changes of the level that shows, and the first level of each member, by day'),
  /** mark: ten times the stage before, plus the one after. */
  STAGE_MOVES: flow(24, 'Changes of the stage of the lifecycle, by day'),
  /** mark: code of the transfers. */
  POINTS_IN: flow(25, 'Points that came to members, by day'),
  /** mark: code of the transfers. */
  POINTS_OUT: flow(26, 'Points that left members, by day'),
} as const satisfies Readonly<Record<string, FigureWords>>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** Raised whenever what any figure counts is another thing than before: all is then counted anew. */
export const EDITION = 1;

export const SALE_KINDS = { NEW: 1, RENEWAL: 2, WIN_BACK: 3 } as const;
export type SaleKind = keyof typeof SALE_KINDS;

/** The first level is known once it has changed; until then it is the one at which everybody begins. */
export const LEVEL_MARKS = { CHANGED: 0, UNCHANGED: 1, FIRST: 2 } as const;

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
