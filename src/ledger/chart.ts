// The chart of accounts: every kind of account there is. The number is stored; never reuse or renumber one.

const CONTRA_FROM = 0x8000;

/**
 * Kinds below 0x8000 are enforced: credits posted − debits posted − debits pending never falls below zero. The rest
 * are contra accounts: the other side of a transfer, unbounded, without a balance row of their own.
 *
 * What `holder`, `ref`, `item` and `period` of an account mean stands beside each kind.
 */
export const ACCOUNT_KINDS = {
  /** What the card may still cost in its term. holder member, ref term. */
  CARD_CAP: 0x0010,
  /** … for one benefit class. item = the class. */
  CAP_CLASS: 0x0011,
  /** … in one month. period = the month. */
  CAP_MONTH: 0x0012,
  /** … at one partner. item = the partner's number. */
  CAP_PARTNER: 0x0013,
  /** … by one redemption. holder redemption. */
  CAP_USE: 0x0014,
  /** Uses left of an entitlement. holder member, ref term (zero for a level's), item benefit, period. */
  QUOTA: 0x0020,
  /** How often the member may still take an offer. holder member, item offer, period. */
  MEMBER_LIMIT: 0x0021,
  /** What is left of an offer. holder offer. */
  STOCK: 0x0030,
  /** … on one day. holder offer, period = the day. */
  DAILY_STOCK: 0x0031,
  /** What the redemptions of an offer may still cost. holder offer. */
  BUDGET: 0x0032,
  /** What a group of members may still cost in a period. holder budget, period year or month. */
  GROUP_BUDGET: 0x0070,
  /** Spendable points. holder member. */
  POINTS: 0x0040,
  /** Growth value. holder member. */
  GROWTH: 0x0041,
  /** Points earned until a day. holder member, period = the day from which they are gone (99991231: never). */
  POINTS_LOT: 0x0042,
  /** Points that were taken back after they were spent, to be settled by what is earned next. holder member. */
  POINTS_DEBT: 0x0043,
  /** … and growth value. holder member. */
  GROWTH_DEBT: 0x0044,
  /** What a rule may still give. holder member, item = the rule, period. */
  EARN_LIMIT: 0x0045,
  /** What an event earned and no return has taken back. holder event; of a task also its ref, item and period. */
  REVERSIBLE: 0x0046,
  /** Money that the member paid in. holder member. */
  STORED_VALUE: 0x0048,
  /** … and what was given on top of it. holder member. */
  STORED_VALUE_BONUS: 0x0049,
  STORED_VALUE_DEBT: 0x004a,
  /** What of a payment is not covered yet. holder payment. */
  STORED_VALUE_BILL: 0x004b,
  /** … and what is. holder payment. */
  STORED_VALUE_PAID: 0x004c,
  /** What the member's rating is, from 0 up. holder member. */
  RATING: 0x0060,
  /** By how much the rating can still rise. holder member. */
  RATING_ROOM: 0x0061,
  /** What the member saved on one card (posted = used, pending = issued). holder member, ref term or zero. */
  SAVINGS: 0x0050,
  /** What the member saved in one month, by use. holder member, period month. */
  SAVINGS_MONTH: 0x0051,
  /** What a task still asks for. holder member, ref assignment (zero for everybody), item task, period. */
  TASK_LEFT: 0x0080,
  /** Whether a day may still count for a streak. holder member, item task, period day. */
  TASK_DAY: 0x0081,
  /** Days that counted for a streak. holder member, item task. */
  TASK_DAYS: 0x0082,
  /** What returns took back of what was done for a task. holder, ref, item and period as of what is left. */
  TASK_RETURNED: 0x008f,
  /** Whether a day may still be checked in on. holder member, period day. */
  CHECK_IN_DAY: 0x0083,
  /** Days checked in on. holder member. */
  CHECK_IN_DAYS: 0x0084,
  /** Free days that may still be made up for. holder member, period month. */
  MAKE_UPS: 0x0085,
  /** Chances of a draw. holder member, item draw. */
  DRAW_CHANCE: 0x0086,
  /** How often a member may still draw. holder member, item draw, period. */
  DRAW_LIMIT: 0x0087,
  /** What is left of a prize. holder draw, ref made of the prize's code. */
  PRIZE_STOCK: 0x0088,
  /** Whether an invited member may still earn the rewards. holder invited member, ref inviter, period last day. */
  REFERRAL: 0x0089,
  /** How many may still accept a member's code. holder inviter. */
  REFERRALS_LEFT: 0x008a,
  /** All acceptances; taken in turn, so that no two make a ring together. holder zero. */
  REFERRALS: 0x008b,
  /** What a campaign may still cost. holder campaign. */
  CAMPAIGN_BUDGET: 0x0090,
  /** What is left of an item in a period. holder agreement, item = the item's number, period. */
  EXCHANGE_CEILING: 0x00a0,
  /** By how much the partner may still get ahead. holder agreement. */
  EXCHANGE_ROOM: 0x00a1,
  /** What was delivered beyond that room, to be settled by what comes into it next. holder agreement. */
  EXCHANGE_OVERDRAWN: 0x00a2,
  /** What a revision added to a limit, until a claim takes it over. holder agreement, ref revision, item, period. */
  EXCHANGE_RAISED: 0x00a3,
  /** … and what one took off it, as far as it was not there to be taken. Item 0 is the room. */
  EXCHANGE_LOWERED: 0x00a4,

  /** Caps granted when terms open. holder plan. */
  CAP_GRANTED: 0x8010,
  /** What redemptions cost the operator. holder partner (zero: the operator itself), item offer or benefit. */
  COST: 0x8011,
  /** The part of a cost that a parent's cap covers as well; the cost itself is counted once, in COST. */
  PARENT_CAP_USED: 0x8012,
  /** Cost of redemptions that no card bears. */
  OPERATOR_FUNDS: 0x8013,
  SUB_CAP_GRANTED: 0x8014,
  SUB_CAP_USED: 0x8015,
  /** Where the cost of offers comes from that their partner funds. holder partner. */
  PARTNER_FUNDS: 0x8016,
  /** What redemptions cost the partner. holder partner, item offer. */
  PARTNER_COST: 0x8017,
  QUOTA_GRANTED: 0x8020,
  QUOTA_USED: 0x8021,
  LIMIT_GRANTED: 0x8022,
  LIMIT_USED: 0x8023,
  STOCK_GRANTED: 0x8030,
  STOCK_ISSUED: 0x8031,
  DAILY_STOCK_GRANTED: 0x8032,
  DAILY_STOCK_ISSUED: 0x8033,
  BUDGET_GRANTED: 0x8034,
  BUDGET_USED: 0x8035,
  /** Set aside for a group. holder budget, period. */
  GROUP_BUDGET_GRANTED: 0x8070,
  GROUP_BUDGET_USED: 0x8071,
  POINTS_ISSUED: 0x8040,
  POINTS_SPENT: 0x8041,
  GROWTH_EARNED: 0x8042,
  GROWTH_LOST: 0x8043,
  /** Where lots come from, and go to when their day has come. */
  LOT_SOURCE: 0x8044,
  POINTS_EXPIRED: 0x8045,
  /** Where debts come from, and go to when they are settled. */
  DEBT_SOURCE: 0x8046,
  EARN_LIMIT_GRANTED: 0x8047,
  EARN_LIMIT_USED: 0x8048,
  /** Where what can be reversed comes from, and goes to when it is. */
  REVERSAL: 0x8049,
  STORED_VALUE_PAID_IN: 0x804a,
  /** Bonuses, and stored value that was earned. */
  STORED_VALUE_GIVEN: 0x804b,
  STORED_VALUE_SPENT: 0x804c,
  STORED_VALUE_REFUNDED: 0x804d,
  STORED_VALUE_LAPSED: 0x804e,
  /** Balances taken to settle debts. */
  RECLAIMED: 0x804f,
  SAVINGS_SOURCE: 0x8050,
  /** What tasks asked for. holder task. */
  TASK_SET: 0x8080,
  /** What was done towards them. holder task. */
  TASK_DONE: 0x8081,
  TASK_DAYS_OPENED: 0x8082,
  CHECK_IN_OPENED: 0x8083,
  MAKE_UPS_GRANTED: 0x8084,
  MAKE_UPS_USED: 0x8085,
  /** holder draw. */
  CHANCES_GRANTED: 0x8086,
  CHANCES_USED: 0x8087,
  DRAW_LIMIT_GRANTED: 0x8088,
  DRAW_LIMIT_USED: 0x8089,
  /** holder draw, ref made of the prize's code. */
  PRIZES_GRANTED: 0x808a,
  PRIZES_WON: 0x808b,
  REFERRALS_OPENED: 0x808c,
  REFERRALS_CLOSED: 0x808d,
  REFERRALS_GRANTED: 0x808e,
  REFERRALS_USED: 0x808f,
  /** Where ratings, and the room above them, come from when they open. */
  RATING_GRANTED: 0x8060,
  CAMPAIGN_BUDGET_GRANTED: 0x8090,
  CAMPAIGN_BUDGET_USED: 0x8091,
  /** The other side of what is counted and of what moves in the room. holder agreement. */
  EXCHANGE_SOURCE: 0x80a0,
  /** What counts under a ceiling, whether it is enforced or not. holder agreement, item, period of the ceiling. */
  EXCHANGE_CEILING_USED: 0x80a1,
  /** What the partner gave (credits − debits). holder agreement, item, period month; 0 while it is only held. */
  EXCHANGE_RECEIVED: 0x80a2,
  /** What the operator gave (credits − debits). holder agreement, item, period month. */
  EXCHANGE_GIVEN: 0x80a3,
  /** The imbalance that was allowed. holder agreement. */
  EXCHANGE_ALLOWED: 0x80a4,
  /** holder agreement, item, period of the ceiling. */
  EXCHANGE_CEILING_GRANTED: 0x80a5,
  /** What of deliveries is in dispute (credits − debits). holder agreement, item = the item's number. */
  EXCHANGE_DISPUTED: 0x80b0,
} as const;

export type AccountKindName = keyof typeof ACCOUNT_KINDS;
export type AccountKind = (typeof ACCOUNT_KINDS)[AccountKindName];

const NAMES = new Map<number, AccountKindName>(
  (Object.keys(ACCOUNT_KINDS) as AccountKindName[]).map((name) => [ACCOUNT_KINDS[name], name]),
);

export function isEnforcedKind(kind: number): boolean {
  return kind < CONTRA_FROM;
}

export function kindName(kind: number): AccountKindName | undefined {
  return NAMES.get(kind);
}

/** Why a transfer was made; stored as a number. */
export const TRANSFER_CODES = {
  GRANT: 1,
  REDEEM: 2,
  CANCEL: 3,
  USE: 4,
  EXPIRE: 5,
  WITHDRAW: 6,
  EARN: 7,
  STOCK: 8,
  ADJUST: 9,
  FAIL: 10,
  /** Taken from a balance by a rule. */
  PENALTY: 20,
  REVERSE: 21,
  SETTLE: 22,
  RECHARGE: 23,
  SPEND: 24,
  REFUND: 25,
  LAPSE: 26,
  TERM_REFUND: 35,
  REWARD: 40,
  TASK: 41,
  CHECK_IN: 42,
  DRAW: 43,
  REFERRAL: 44,
  /** Growth of a day on which a card ran. */
  DAILY_GROWTH: 30,
  /** Growth of a paid term. */
  ACTIVATE: 31,
  /** Growth that fell while no card ran. */
  DECAY: 32,
  CAMPAIGN: 50,
  CAMPAIGN_BUDGET: 51,
  /** What was held is counted in the month in which it becomes real. */
  EXCHANGE_COUNT: 60,
  /** What overdrew the room is settled out of what came into it. */
  EXCHANGE_SETTLE: 61,
  /** Something that either side delivered. */
  EXCHANGE_DELIVERY: 62,
  /** A limit follows a revision in the middle of its period. */
  EXCHANGE_AMEND: 63,
  /** A correction of what was given, with its reason in the settlement. */
  EXCHANGE_ADJUST: 65,
  /** A delivery is disputed, or is no longer. */
  EXCHANGE_DISPUTE: 66,
} as const;
export type TransferCode = (typeof TRANSFER_CODES)[keyof typeof TRANSFER_CODES];

const CODE_NAMES = new Map<number, string>(Object.entries(TRANSFER_CODES).map(([name, code]) => [code, name]));

export function transferCodeName(code: number): string {
  return CODE_NAMES.get(code) ?? String(code);
}
