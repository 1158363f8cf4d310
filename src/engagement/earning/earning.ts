// What the rules of the program make of an event: pure, from what was read of the member.
import type { Instant } from '../../kernel/clock';
import { COUNT } from '../../kernel/money';
import { accountKey } from '../../ledger/account';
import { ACCOUNT_KINDS as KIND, TRANSFER_CODES } from '../../ledger/chart';
import type { GroupAmounts } from '../../ledger/transfer';
import { addCredit, addSettlement, type ChainDraft, contraAccount, debtOf, PURSES } from '../../members/credit';
import { type Judging, levelOf } from '../../members/level';
import { ratingPart } from '../../members/level/rating';
import type { CatalogueEarningRule } from '../../program/catalogue-item';
import { EARNED_KINDS, type EarnedKind, type RuleEarning } from '../../program/program';
import type { MemberEvent } from '../event/event';
import { SETTLEMENT_GROUPS } from '../event/event-consumer';
import { eventFactsOf, runningCards } from '../event/facts';

/** What one rule asked for. What it gave is the amount of its group, or all of it where nothing can hold it back. */
export interface Asked {
  readonly rule: CatalogueEarningRule;
  readonly amount: number;
  readonly group?: number;
}

/** What one rule gave, as it is kept with the event. */
export interface Earning {
  readonly rule: string;
  /** The program version of the rule that it was earned under. */
  readonly version: number;
  readonly earns: RuleEarning;
  /** Below zero for a penalty. */
  readonly amount: number;
}

/**
 * Adds what the event's rules give and take, in their order. `judging.now` is when the event occurred, `now` this
 * moment, by which points expire.
 */
export function addEarnings(draft: ChainDraft, event: MemberEvent, judging: Judging, now: Instant): Asked[] {
  const asked: Asked[] = [];
  const whole = new WholeGains(draft, { ...judging, now }, event.occurredAt);
  for (const rule of judging.catalogue.earningRules(event.type)) {
    if (rule.eventName !== undefined && rule.eventName !== event.name) continue;
    if (rule.when && !rule.when(eventFactsOf(event, judging))) continue;
    const amount = amountOf(rule, event, judging);
    if (amount === 0) continue;
    if (!rule.negative && rule.caps.length === 0 && rule.earns !== 'RATING') {
      asked.push(whole.add(rule, amount));
      continue;
    }
    const group = asked.length + 1;
    // A penalty takes what is there by then, so that what comes before it must have come.
    if (rule.negative) whole.flush();
    if (rule.negative) addPenalty(draft, judging, { earns: rule.earns, amount, group });
    else if (!addGain(draft, event, judging, { rule, amount, group, now })) continue;
    asked.push({ rule, amount, group });
  }
  whole.flush();
  const given = whole.expired.size === 0 ? asked : asked.filter((one) => !whole.expired.has(one));
  addSettlements(draft, judging, earnedBy(given));
  return given;
}

function earnedBy(asked: readonly Asked[]): ReadonlySet<RuleEarning> {
  const earned = new Set<RuleEarning>();
  for (const { rule } of asked) if (!rule.negative) earned.add(rule.earns);
  return earned;
}

/**
 * What nothing can hold back: gains of rules without caps. Those of one kind are one transfer, however many rules gave
 * them; the event keeps what each rule gave.
 */
class WholeGains {
  /** Points that had expired before they were told of. */
  readonly expired = new Set<Asked>();
  private waiting: (Asked & { readonly earns: EarnedKind })[] = [];

  constructor(
    private readonly draft: ChainDraft,
    private readonly judging: Judging,
    private readonly earnedAt: Instant,
  ) {}

  add(rule: CatalogueEarningRule, amount: number): Asked {
    const asked = { rule, amount, earns: rule.earns as EarnedKind };
    this.waiting.push(asked);
    return asked;
  }

  flush(): void {
    while (this.waiting.length > 0) {
      const { earns } = this.waiting[0]!;
      const kin = this.waiting.filter((asked) => asked.earns === earns);
      this.waiting = this.waiting.filter((asked) => asked.earns !== earns);
      const amount = kin.reduce((sum, asked) => sum + asked.amount, 0);
      const credit = { earns, amount, code: TRANSFER_CODES.EARN, earnedAt: this.earnedAt };
      if (!addCredit(this.draft, this.judging, credit)) for (const asked of kin) this.expired.add(asked);
    }
  }
}

/** Old debts are settled from what is earned, before anything can be spent. */
export function addSettlements(draft: ChainDraft, judging: Judging, earned: ReadonlySet<RuleEarning>): void {
  for (const [at, earns] of EARNED_KINDS.entries()) {
    if (!earned.has(earns) || debtOf(judging, earns) === 0) continue;
    addSettlement(draft, judging.rows.member.id, earns, judging.catalogue.settings.currency, SETTLEMENT_GROUPS + at);
  }
}

/** What the rule gives for this event before its caps: whole steps, times the multipliers, floored once. */
export function amountOf(rule: CatalogueEarningRule, event: MemberEvent, judging: Judging): number {
  const of = { FIXED: 1, AMOUNT: event.amount ?? 0, QUANTITY: event.quantity }[rule.by];
  const base = BigInt(Math.floor(of / rule.step)) * BigInt(rule.gives);
  const plan = rule.byPlan ? hundredths(planMultiplier(rule.earns, judging)) : 100n;
  const level = rule.byLevel ? hundredths(levelMultiplier(rule.earns, judging)) : 100n;
  const amount = (base * plan * level) / 10_000n;
  return amount > MOST ? Number(MOST) : Number(amount);
}

/** Of one rule and event: sums over all members must stay exact. */
const MOST = 1_000_000_000_000n;

/** Ratios have at most two decimals. */
function hundredths(ratio: number): bigint {
  return BigInt(Math.round(ratio * 100));
}

function multiplierOf(earns: RuleEarning, of: { pointsMultiplier: number; growthMultiplier: number }): number {
  return earns === 'POINTS' ? of.pointsMultiplier : of.growthMultiplier;
}

function planMultiplier(earns: RuleEarning, judging: Judging): number {
  const held = runningCards(judging).map(({ plan }) => multiplierOf(earns, plan));
  return held.length > 0 ? Math.max(...held) : 1;
}

function levelMultiplier(earns: RuleEarning, judging: Judging): number {
  const level = levelOf(judging);
  return level ? multiplierOf(earns, level) : 1;
}

interface Penalty {
  readonly earns: RuleEarning;
  readonly amount: number;
  readonly group: number;
}

function addPenalty(draft: ChainDraft, judging: Judging, { earns, amount, group }: Penalty): void {
  if (earns === 'RATING') {
    draft.add(ratingPart(judging, { amount, group, down: true, code: TRANSFER_CODES.PENALTY }));
    return;
  }
  const { currency } = judging.catalogue.settings;
  const purse = PURSES[earns];
  const unit = purse.unit(currency);
  const account = purse.account(judging.rows.member.id, currency);
  draft.open(account, contraAccount(purse.source, unit));
  draft.move(account, contraAccount(purse.sink, unit), amount, TRANSFER_CODES.PENALTY, group);
}

interface Gain {
  readonly rule: CatalogueEarningRule;
  readonly amount: number;
  readonly group: number;
  readonly now: Instant;
}

function addGain(draft: ChainDraft, event: MemberEvent, judging: Judging, { rule, amount, group, now }: Gain): boolean {
  const { earns, caps, id: holder, number: item } = rule;
  const code = TRANSFER_CODES.EARN;
  if (earns === 'RATING') {
    const part = ratingPart(judging, { amount, group, down: false, code });
    if (!part) return false;
    draft.add(part);
  } else if (!addCredit(draft, { ...judging, now }, { earns, amount, code, group, earnedAt: event.occurredAt })) {
    return false;
  }
  const { member } = judging.rows;
  for (const { period: kind, limit } of caps) {
    const period = judging.catalogue.time.periodAt(kind, event.occurredAt);
    // Limits of all that is earned are counted in pieces, so that no unit of theirs can be taken for a balance.
    const account = accountKey({ holder: member.id, kind: KIND.EARN_LIMIT, item, period, unit: COUNT });
    draft.open(account, contraAccount(KIND.EARN_LIMIT_GRANTED, COUNT, holder), limit);
    draft.move(account, contraAccount(KIND.EARN_LIMIT_USED, COUNT, holder), amount, TRANSFER_CODES.EARN, group);
  }
  return true;
}

/** What the rules gave, once the ledger has told the amounts of their groups; nothing is left out but nothing. */
export function earningsOf(asked: readonly Asked[], amounts: GroupAmounts = {}): Earning[] {
  return asked.flatMap(({ rule, amount: whole, group }) => {
    const amount = group === undefined ? whole : (amounts[group] ?? 0);
    if (amount === 0) return [];
    const { code, version, earns, negative } = rule;
    return [{ rule: code, version, earns, amount: negative ? -amount : amount }];
  });
}

/** Below zero where more was taken than given. */
export interface EarnedTotals {
  readonly growth: number;
  readonly points: number;
  /** In the minor unit of the program's currency. */
  readonly storedValue: number;
  readonly rating: number;
}

export function totalsOf(earnings: readonly Earning[]): EarnedTotals {
  const sum = (kind: Earning['earns']) =>
    earnings.reduce((total, { earns, amount }) => total + (earns === kind ? amount : 0), 0);
  return { growth: sum('GROWTH'), points: sum('POINTS'), storedValue: sum('STORED_VALUE'), rating: sum('RATING') };
}
