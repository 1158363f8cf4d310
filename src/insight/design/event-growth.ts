// What the events of a profile's activities earn by the program's own rules, for a member at each of its levels.
import { amountOf } from '../../engagement/earning/earning';
import type { MemberEvent } from '../../engagement/event/event';
import { eventFactsOf } from '../../engagement/event/facts';
import type { Instant } from '../../kernel/clock';
import { namedId, ZERO_ID } from '../../kernel/id';
import type { Judging } from '../../members/level';
import { growthAccount } from '../../members/member-accounts';
import { Catalogue } from '../../program/catalogue';
import type { CatalogueLevel } from '../../program/catalogue-item';
import type { Activity, Profile } from '../../program/level-design';
import type { EarningCap, Program } from '../../program/program';
import { itemsOf } from '../../program/program-item';

/** What one rule gives each time, before its caps. */
export interface Earned {
  readonly rule: string;
  /** Below zero for a penalty. */
  readonly growth: number;
  readonly caps: readonly EarningCap[];
}

/** By the activity's code and the index of the level, the lowest first; nothing for activities that are no events. */
export type EventGrowth = ReadonlyMap<string, readonly (readonly Earned[])[]>;

/** A Wednesday at noon in UTC: rules that ask for the hour or the day are judged by that of an ordinary one. */
const ORDINARY: Instant = Date.UTC(2026, 0, 7, 12);
const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** The program as a catalogue of its own, with ids that nothing else has. */
export function catalogueOf(program: Program): Catalogue {
  const items = itemsOf(program).map((item, at) => {
    const id = namedId('simulated', item.kind, item.code);
    return { ...item, id, number: at + 1, version: 0, retired: false };
  });
  return new Catalogue(0, items);
}

/** Conditions are judged for a member that has just come to the level and holds nothing but the profile's card. */
export function eventGrowth(catalogue: Catalogue, profile: Pick<Profile, 'plan' | 'activities'>): EventGrowth {
  const growth = new Map<string, readonly Earned[][]>();
  const members = catalogue.levels.map((level) => memberAt(level, catalogue, profile.plan));
  for (const activity of profile.activities) {
    if (activity.on === undefined) continue;
    const event = eventOf(activity, activity.on);
    growth.set(
      activity.code,
      members.map((judging) => earnedBy(event, judging)),
    );
  }
  return growth;
}

function earnedBy(event: MemberEvent, judging: Judging): Earned[] {
  return judging.catalogue.earningRules(event.type).flatMap((rule): Earned[] => {
    if (rule.earns !== 'GROWTH' || (rule.eventName !== undefined && rule.eventName !== event.name)) return [];
    if (rule.when && !rule.when(eventFactsOf(event, judging))) return [];
    const amount = amountOf(rule, event, judging);
    return amount === 0 ? [] : [{ rule: rule.code, growth: rule.negative ? -amount : amount, caps: rule.caps }];
  });
}

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

function memberAt(level: CatalogueLevel, catalogue: Catalogue, planCode: string | undefined): Judging {
  const plan = planCode === undefined ? undefined : catalogue.planByCode(planCode);
  const balance = { creditsPosted: level.threshold, creditsPending: 0, debitsPosted: 0, debitsPending: 0 };
  const { currency } = catalogue.settings;
  const [startsAt, endsAt] = [ORDINARY - YEAR_MS / 2, ORDINARY + YEAR_MS / 2];
  const term = { id: ZERO_ID, startsAt, endsAt, price: 0, costCap: 0, withdrawn: 0, currency, programVersion: 0 };
  const card = { id: ZERO_ID, memberId: ZERO_ID, status: 'ACTIVE' as const, openedAt: startsAt, terms: [term] };
  const member = { id: ZERO_ID, externalId: 'simulated', nickname: 'Simulated', tags: [], joinedAt: startsAt };
  const rows = {
    member,
    cards: plan ? [{ ...card, planId: plan.id }] : [],
    balances: new Map([[growthAccount(ZERO_ID), balance]]),
  };
  // Whatever else is kept of a real member, such as how its level came about, a simulated one has none of.
  return { rows: rows as Judging['rows'], catalogue, now: ORDINARY };
}
