// Accounts in words, for people who ask why a balance is what it is.
import { type Id, ZERO_ID } from '../kernel/id';
import { COUNT, GROWTH, POINT, RATING } from '../kernel/money';
import { type AccountKey, type AccountParts, accountParts, isEnforced, kindOf } from './account';
import { type AccountKindName, kindName } from './chart';

interface KindWords {
  readonly title: string;
  readonly holder: string;
  readonly ref?: string;
  readonly item?: string;
}

const MEMBER_TERM = { holder: 'member', ref: 'term' };

/** What the parts of a key stand for, as the chart of accounts says. */
const WORDS: Record<AccountKindName, KindWords> = {
  CARD_CAP: { title: 'cost cap of a card', ...MEMBER_TERM },
  CAP_CLASS: { title: 'cost cap of a benefit class', ...MEMBER_TERM, item: 'class' },
  CAP_MONTH: { title: 'cost cap of a month', ...MEMBER_TERM },
  CAP_PARTNER: { title: 'cost cap of a partner', ...MEMBER_TERM, item: 'partner' },
  CAP_USE: { title: 'cost cap of one redemption', holder: 'redemption' },
  QUOTA: { title: 'quota of an entitlement', ...MEMBER_TERM, item: 'benefit' },
  MEMBER_LIMIT: { title: 'limit of an offer for a member', holder: 'member', item: 'offer' },
  STOCK: { title: 'stock of an offer', holder: 'offer' },
  DAILY_STOCK: { title: 'stock of an offer for a day', holder: 'offer' },
  BUDGET: { title: 'budget of an offer', holder: 'offer' },
  GROUP_BUDGET: { title: 'budget of a group', holder: 'budget' },
  POINTS: { title: 'points of a member', holder: 'member' },
  GROWTH: { title: 'growth value of a member', holder: 'member' },
  POINTS_LOT: { title: 'points earned until a day', holder: 'member' },
  POINTS_DEBT: { title: 'points owed', holder: 'member' },
  GROWTH_DEBT: { title: 'growth value owed', holder: 'member' },
  EARN_LIMIT: { title: 'what a rule may still give', holder: 'member', item: 'rule' },
  REVERSIBLE: { title: 'earned and not taken back', holder: 'event' },
  STORED_VALUE: { title: 'stored value', holder: 'member' },
  STORED_VALUE_BONUS: { title: 'bonus of stored value', holder: 'member' },
  STORED_VALUE_DEBT: { title: 'stored value owed', holder: 'member' },
  STORED_VALUE_BILL: { title: 'not yet covered of a payment', holder: 'payment' },
  STORED_VALUE_PAID: { title: 'covered of a payment', holder: 'payment' },
  RATING: { title: 'rating of a member', holder: 'member' },
  RATING_ROOM: { title: 'room above the rating of a member', holder: 'member' },
  SAVINGS: { title: 'savings of a card', ...MEMBER_TERM },
  SAVINGS_MONTH: { title: 'savings of a month', holder: 'member' },
  TASK_LEFT: { title: 'what a task still asks for', holder: 'member', ref: 'assignment', item: 'task' },
  TASK_RETURNED: { title: 'what returns took back of a task', holder: 'member', ref: 'assignment', item: 'task' },
  TASK_DAY: { title: 'a day that may count for a streak', holder: 'member', item: 'task' },
  TASK_DAYS: { title: 'days that counted for a streak', holder: 'member', item: 'task' },
  CHECK_IN_DAY: { title: 'a day to check in on', holder: 'member' },
  CHECK_IN_DAYS: { title: 'days checked in on', holder: 'member' },
  MAKE_UPS: { title: 'free days to make up for', holder: 'member' },
  DRAW_CHANCE: { title: 'chances of a draw', holder: 'member', item: 'draw' },
  DRAW_LIMIT: { title: 'limit of a draw for a member', holder: 'member', item: 'draw' },
  PRIZE_STOCK: { title: 'stock of a prize', holder: 'draw', ref: 'prize' },
  REFERRAL: { title: 'an invitation to be earned', holder: 'member', ref: 'inviter' },
  REFERRALS_LEFT: { title: 'invitations left', holder: 'member' },
  REFERRALS: { title: 'invitations accepted', holder: 'holder' },
  CAMPAIGN_BUDGET: { title: 'budget of a campaign', holder: 'campaign' },
  EXCHANGE_CEILING: { title: 'ceiling of an item', holder: 'agreement', item: 'item' },
  EXCHANGE_ROOM: { title: 'by how much the partner may get ahead', holder: 'agreement' },
  EXCHANGE_OVERDRAWN: { title: 'delivered beyond what is allowed', holder: 'agreement' },
  EXCHANGE_RAISED: { title: 'limit raised by a revision', holder: 'agreement', item: 'item' },
  EXCHANGE_LOWERED: { title: 'limit lowered by a revision', holder: 'agreement', item: 'item' },
  CAP_GRANTED: { title: 'caps granted', holder: 'plan' },
  COST: { title: 'cost of redemptions', holder: 'partner', item: 'offer or benefit' },
  PARENT_CAP_USED: { title: "used of a parent card's cap", holder: 'holder' },
  OPERATOR_FUNDS: { title: 'cost that no card bears', holder: 'holder' },
  SUB_CAP_GRANTED: { title: 'sub-caps granted', holder: 'holder' },
  SUB_CAP_USED: { title: 'sub-caps used', holder: 'holder' },
  PARTNER_FUNDS: { title: 'what a partner bears itself', holder: 'partner' },
  PARTNER_COST: { title: 'cost of redemptions to the partner', holder: 'partner', item: 'offer' },
  QUOTA_GRANTED: { title: 'quotas granted', holder: 'holder' },
  QUOTA_USED: { title: 'quotas used', holder: 'holder' },
  LIMIT_GRANTED: { title: 'limits granted', holder: 'holder' },
  LIMIT_USED: { title: 'limits used', holder: 'holder' },
  STOCK_GRANTED: { title: 'stock granted', holder: 'holder' },
  STOCK_ISSUED: { title: 'stock issued', holder: 'holder' },
  DAILY_STOCK_GRANTED: { title: 'stock of days granted', holder: 'holder' },
  DAILY_STOCK_ISSUED: { title: 'stock of days issued', holder: 'holder' },
  BUDGET_GRANTED: { title: 'budgets granted', holder: 'holder' },
  BUDGET_USED: { title: 'budgets used', holder: 'holder' },
  GROUP_BUDGET_GRANTED: { title: 'set aside for a group', holder: 'budget' },
  GROUP_BUDGET_USED: { title: "used of a group's budget", holder: 'budget' },
  POINTS_ISSUED: { title: 'points issued', holder: 'holder' },
  POINTS_SPENT: { title: 'points spent', holder: 'holder' },
  GROWTH_EARNED: { title: 'growth earned', holder: 'holder' },
  GROWTH_LOST: { title: 'growth lost', holder: 'holder' },
  LOT_SOURCE: { title: 'source of points lots', holder: 'holder' },
  POINTS_EXPIRED: { title: 'points expired', holder: 'holder' },
  DEBT_SOURCE: { title: 'source of debts', holder: 'holder' },
  EARN_LIMIT_GRANTED: { title: 'limits of rules granted', holder: 'holder' },
  EARN_LIMIT_USED: { title: 'limits of rules used', holder: 'holder' },
  REVERSAL: { title: 'what can be reversed', holder: 'holder' },
  STORED_VALUE_PAID_IN: { title: 'stored value paid in', holder: 'holder' },
  STORED_VALUE_GIVEN: { title: 'stored value given', holder: 'holder' },
  STORED_VALUE_SPENT: { title: 'stored value spent', holder: 'holder' },
  STORED_VALUE_REFUNDED: { title: 'stored value refunded', holder: 'holder' },
  STORED_VALUE_LAPSED: { title: 'bonus lapsed', holder: 'holder' },
  RECLAIMED: { title: 'taken to settle debts', holder: 'holder' },
  RATING_GRANTED: { title: 'ratings granted', holder: 'holder' },
  SAVINGS_SOURCE: { title: 'source of savings', holder: 'holder' },
  TASK_SET: { title: 'what tasks ask for', holder: 'task' },
  TASK_DONE: { title: 'done towards tasks', holder: 'task' },
  TASK_DAYS_OPENED: { title: 'days opened for streaks', holder: 'holder' },
  CHECK_IN_OPENED: { title: 'days opened to check in on', holder: 'holder' },
  MAKE_UPS_GRANTED: { title: 'free days to make up for, granted', holder: 'holder' },
  MAKE_UPS_USED: { title: 'free days to make up for, used', holder: 'holder' },
  CHANCES_GRANTED: { title: 'chances granted', holder: 'draw' },
  CHANCES_USED: { title: 'chances used', holder: 'draw' },
  DRAW_LIMIT_GRANTED: { title: 'limits of draws granted', holder: 'draw' },
  DRAW_LIMIT_USED: { title: 'limits of draws used', holder: 'draw' },
  PRIZES_GRANTED: { title: 'prizes granted', holder: 'draw', ref: 'prize' },
  PRIZES_WON: { title: 'prizes won', holder: 'draw', ref: 'prize' },
  REFERRALS_OPENED: { title: 'invitations opened', holder: 'holder' },
  REFERRALS_CLOSED: { title: 'invitations earned', holder: 'holder' },
  REFERRALS_GRANTED: { title: 'invitations granted', holder: 'holder' },
  REFERRALS_USED: { title: 'invitations used', holder: 'holder' },
  CAMPAIGN_BUDGET_GRANTED: { title: 'budgets of campaigns granted', holder: 'holder' },
  CAMPAIGN_BUDGET_USED: { title: 'budgets of campaigns used', holder: 'holder' },
  EXCHANGE_SOURCE: { title: 'source of an exchange', holder: 'agreement' },
  EXCHANGE_CEILING_USED: { title: 'counted under a ceiling', holder: 'agreement', item: 'item' },
  EXCHANGE_RECEIVED: { title: 'received from the partner', holder: 'agreement', item: 'item' },
  EXCHANGE_GIVEN: { title: 'given to the partner', holder: 'agreement', item: 'item' },
  EXCHANGE_ALLOWED: { title: 'imbalance allowed', holder: 'agreement' },
  EXCHANGE_CEILING_GRANTED: { title: 'ceilings granted', holder: 'agreement', item: 'item' },
  EXCHANGE_DISPUTED: { title: 'delivered and in dispute', holder: 'agreement', item: 'item' },
};

const UNIT_WORDS = new Map([
  [COUNT, 'times'],
  [POINT, 'points'],
  [GROWTH, 'growth'],
  [RATING, 'rating'],
]);

export interface AccountDescription {
  /** The kind's name in the chart, or its number when the chart has none. */
  readonly kind: string;
  readonly enforced: boolean;
  readonly parts: Required<AccountParts>;
  /** `cost cap of a card (CARD_CAP), member 01…, term 01…, in CNY` */
  readonly words: string;
}

/** Says in words which account a key names. Never throws: a damaged key is described by its digits. */
export function describeAccount(key: AccountKey): AccountDescription {
  const parts = partsOf(key);
  const name = kindName(parts.kind);
  const kind = name ?? `kind ${parts.kind}`;
  const words: KindWords = name ? WORDS[name] : { title: 'account of an unknown kind', holder: 'holder' };
  const listed = [
    `${words.title} (${kind})`,
    ...named(words.holder, parts.holder),
    ...named(words.ref ?? 'ref', parts.ref),
    ...(parts.item === 0 ? [] : [`${words.item ?? 'item'} ${parts.item}`]),
    ...(parts.period === 0 ? [] : [periodWords(parts.period)]),
    `in ${unitWords(parts.unit)}`,
  ];
  return { kind, enforced: isEnforced(key), parts, words: listed.join(', ') };
}

function partsOf(key: AccountKey): Required<AccountParts> {
  try {
    return accountParts(key);
  } catch {
    const [holder, ref] = [key.slice(0, 32), key.slice(36, 68)];
    return { holder, kind: kindOf(key), ref, item: 0, period: 0, unit: `unknown unit, key ${key}` };
  }
}

function named(word: string, id: Id): string[] {
  return id === ZERO_ID ? [] : [`${word} ${id}`];
}

export function unitWords(unit: string): string {
  return UNIT_WORDS.get(unit) ?? unit;
}

const WEEK_FROM = 1_000_000_000;

/** `year 2026`, `month 2026-11`, `day 2026-11-22`, `week from 2026-11-16` (see `PeriodNumber`). */
export function periodWords(period: number): string {
  const [week, date] = period >= WEEK_FROM ? [true, period - WEEK_FROM] : [false, period];
  const digits = String(date).padStart(8, '0');
  const [year, month, day] = [digits.slice(0, -4), digits.slice(-4, -2), digits.slice(-2)];
  if (week) return `week from ${year}-${month}-${day}`;
  if (month === '13') return `year ${year}`;
  return day === '00' ? `month ${year}-${month}` : `day ${year}-${month}-${day}`;
}
