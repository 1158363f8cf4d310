// What the events of a profile's activities earn by the program's own rules, for a member at each of its levels.
import { amountOf } from '../../engagement/earning/earning';
import type { MemberEvent } from '../../engagement/event/event';
import { eventFactsOf } from '../../engagement/event/facts';
import type { Instant } from '../../kernel/clock';
import { ZERO_ID } from '../../kernel/id';
import type { Judging } from '../../members/level';
import type { Rung } from '../../members/level/ladder';
import { growthAccount, ratingAccount } from '../../members/member-accounts';
import type { Catalogue } from '../../program/catalogue';
import type { CataloguePlan } from '../../program/catalogue-item';
import type { Activity, Profile } from '../../program/level-design';
import type { EarningCap, RuleEarning } from '../../program/program';

/** What one rule gives each time, before its caps. */
export interface Earned {
  readonly rule: string;
  readonly earns: 'growth' | 'rating';
  /** Below zero for a penalty. */
  readonly amount: number;
  readonly caps: readonly EarningCap[];
}

/**
 * By the activity's code, the index of the level (the lowest 0, none at all −1), and whether the profile's card runs;
 * nothing for activities that are no events.
 */
export type EventGrowth = ReadonlyMap<string, (level: number, hasCard: boolean) => readonly Earned[]>;

/** A Wednesday at noon in UTC: rules that ask for the hour or the day are judged by that of an ordinary one. */
const ORDINARY: Instant = Date.UTC(2026, 0, 7, 12);
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** Conditions are judged for a member that has just come to the level and holds nothing but the profile's card. */
export function eventGrowth(catalogue: Catalogue, profile: Pick<Profile, 'plan' | 'activities'>): EventGrowth {
  const growth = new Map<string, (level: number, hasCard: boolean) => readonly Earned[]>();
  const rungs = [undefined, ...catalogue.levels];
  const plan = profile.plan === undefined ? undefined : catalogue.planByCode(profile.plan);
  const [without, holding] = [undefined, plan].map((of) => rungs.map((level) => memberAt(level, catalogue, of)));
  for (const activity of profile.activities) {
    if (activity.on === undefined) continue;
    const event = eventOf(activity, activity.on);
    const [bare, held] = [without!, holding!].map((members) => members.map((judging) => earnedBy(event, judging)));
    growth.set(activity.code, (level, hasCard) => (hasCard ? held! : bare!)[level + 1]!);
  }
  return growth;
}

function earnedBy(event: MemberEvent, judging: Judging): Earned[] {
  return judging.catalogue.earningRules(event.type).flatMap((rule): Earned[] => {
    if (rule.eventName !== undefined && rule.eventName !== event.name) return [];
    const earns = EARNS[rule.earns];
    if (!earns || (rule.when && !rule.when(eventFactsOf(event, judging)))) return [];
    const amount = amountOf(rule, event, judging);
    return amount === 0 ? [] : [{ rule: rule.code, earns, amount: rule.negative ? -amount : amount, caps: rule.caps }];
  });
}

/** What moves levels; the rest is nothing to a simulation of them. */
const EARNS: Readonly<Partial<Record<RuleEarning, Earned['earns']>>> = { GROWTH: 'growth', RATING: 'rating' };

function eventOf({ code, name, amount, quantity }: Activity, type: MemberEvent['type']): MemberEvent {
  return {
    id: ZERO_ID,
    memberId: ZERO_ID,
    source: 'simulation',
    eventId: code,
    type,
    name,
    occurredAt: ORDINARY,
    amount,
    quantity,
    orderId: code,
    attributes: {},
  };
}

function memberAt(level: Rung, catalogue: Catalogue, plan: CataloguePlan | undefined): Judging {
  const balance = (creditsPosted: number) => ({ creditsPosted, creditsPending: 0, debitsPosted: 0, debitsPending: 0 });
  const { currency } = catalogue.settings;
  const [startsAt, endsAt] = [ORDINARY - YEAR_MS / 2, ORDINARY + YEAR_MS / 2];
  const term = { id: ZERO_ID, startsAt, endsAt, price: 0, costCap: 0, withdrawn: 0, currency, programVersion: 0 };
  const card = { id: ZERO_ID, memberId: ZERO_ID, status: 'ACTIVE' as const, openedAt: startsAt, terms: [term] };
  const member = { id: ZERO_ID, externalId: 'simulated', nickname: 'Simulated', tags: [], joinedAt: startsAt };
  const rows = {
    member,
    cards: plan ? [{ ...card, planId: plan.id }] : [],
    balances: new Map([
      [growthAccount(ZERO_ID), balance(level?.threshold ?? 0)],
      [ratingAccount(ZERO_ID), balance(level?.minRating ?? 0)],
    ]),
  };
  // Whatever else is kept of a real member, such as how its level came about, a simulated one has none of.
  return { rows: rows as Judging['rows'], catalogue, now: ORDINARY };
}
