// The members of the database as people of a simulation: each begins where it stands and goes on as it did so far.
import type { Database } from '../../database/database';
import { DAY, type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { advancedOf, advanceInputOf, type Judging, levelOf, ratingOf } from '../../members/level';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import { countMembers } from '../census/census.store';
import { weeklyPace } from '../census/level-census';
import { walkMembers } from '../census/member-walk';
import { type Scene, steadyPerson } from './behaviour';
import { PERIODS_A_YEAR } from './benefit-cost';
import { renewedCards } from './card-course';
import { claimsOfBenefits, growthByItself, spendOf } from './database-people.store';
import type { Person } from './person';
import { seededRandom } from './seeded-random';

const YEAR = 365 * DAY;
const MONTH = YEAR / 12;
const WEEK = 7 * DAY;

export interface MembersAtHand {
  readonly database: Pick<Database, 'read'>;
  readonly memberRows: Pick<MemberRowsStore, 'load'>;
  /** The program in force, by which the members stand where they stand. */
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

export interface Wanted {
  readonly most: number;
  readonly seed: number;
  /** Which part of the terms that end is renewed, 0 to 1; as of those that ended in the last year unless told. */
  readonly renews?: number;
}

export interface DatabasePeople {
  readonly people: Person[];
  /** How many members there are. */
  readonly total: number;
  readonly renews: number;
}

export type OnMembers = (done: number, total: number) => void;

/** At most so many people, evenly spread over all members, who go on under the program of the scene. */
export async function databasePeople(
  { database, memberRows, catalogue, now }: MembersAtHand,
  scene: Scene,
  { most, seed, renews: told }: Wanted,
  onMembers: OnMembers = () => undefined,
): Promise<DatabasePeople> {
  const total = await countMembers(database.read);
  const known: Known[] = [];
  const wanted = Math.min(total, most);
  for await (const page of walkMembers(database.read, total, most)) {
    const [rows, claims, spend, byItself] = await Promise.all([
      Promise.all(page.map((id) => memberRows.load(id))),
      claimsOfBenefits(database.read, page, now - YEAR),
      spendOf(database.read, page, now - YEAR),
      growthByItself(database.read, page),
    ]);
    for (const one of rows) {
      if (!one) continue;
      const { id } = one.member;
      const doings = { claims: claims.get(id), spend: spend.get(id), byItself: byItself.get(id) };
      known.push(knownOf({ rows: one, catalogue, now }, scene.catalogue, doings));
    }
    onMembers(known.length, wanted);
  }
  // Who has had no quota to use is taken for an average user of those who had.
  const used = known.flatMap(({ benefitUse }) => benefitUse ?? []);
  const average = used.length === 0 ? 1 : used.reduce((sum, use) => sum + use, 0) / used.length;
  const renews = told ?? renewedPart(known, now);
  const people = known.map(({ begins, ...one }, at) => {
    const random = seededRandom(seed, at + 1);
    const { cards, terms } = renewedCards(scene.catalogue, begins.cards, scene.horizon, () => random() < renews);
    return steadyPerson({ ...one, begins: { ...begins, cards }, terms, benefitUse: one.benefitUse ?? average });
  });
  return { people, total, renews };
}

/** All where none has ended yet. */
function renewedPart(known: readonly Known[], now: Instant): number {
  let [ended, renewed] = [0, 0];
  for (const { terms } of known.flatMap(({ begins }) => begins.cards)) {
    for (const [at, { endsAt }] of terms.entries()) {
      if (endsAt > now || endsAt <= now - YEAR) continue;
      ended += 1;
      if (at + 1 < terms.length) renewed += 1;
    }
  }
  return ended === 0 ? 1 : renewed / ended;
}

interface Known {
  readonly begins: Person['begins'];
  readonly pace: number;
  readonly spendPerWeek: number;
  readonly benefitUse: number | undefined;
  readonly uncountedUses: number;
}

/** What there is of the member, as the worker leaves its level once that is done; the rating as `next` has it. */
function beginsOf(judging: Judging, next: Catalogue): Person['begins'] {
  const { rows, now } = judging;
  const { state, growth, joinedAt } = advanceInputOf(judging);
  const due = state.dueAt !== undefined && state.dueAt <= now;
  const cards = rows.cards.map(({ planId, openedAt, status, closedAt, terms }) => {
    return { planId, openedAt, status, closedAt, terms: terms.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })) };
  });
  const rating = ratingOf({ rows, catalogue: next }) ?? 0;
  return { growth, rating, joinedAt, cards, state: due ? advancedOf(judging).state : state };
}

interface Doings {
  readonly claims: ReadonlyMap<Id, number> | undefined;
  readonly spend: number | undefined;
  readonly byItself: number | undefined;
}

function knownOf(judging: Judging, next: Catalogue, { claims, spend, byItself = 0 }: Doings): Known {
  const { rows, now } = judging;
  // Of a member that joined lately, the time since then; at least a week, so that one order makes no fortune.
  const lived = Math.min(YEAR, Math.max(WEEK, now - rows.member.joinedAt));
  let [allowed, counted, uncounted] = [0, 0, 0];
  for (const { benefit, quota } of levelOf(judging)?.entitlements ?? []) {
    if (!benefit.redeemable) continue;
    const times = claims?.get(benefit.id) ?? 0;
    if (quota) {
      allowed += Math.max(quota.limit, (quota.limit * PERIODS_A_YEAR[quota.period] * lived) / YEAR);
      counted += times;
    } else {
      uncounted += times;
    }
  }
  return {
    begins: beginsOf(judging, next),
    // What came by itself comes by itself again.
    pace: Math.max(0, weeklyPace(judging, byItself)),
    spendPerWeek: Math.round((spend ?? 0) / (lived / WEEK)),
    benefitUse: allowed === 0 ? undefined : Math.min(1, counted / allowed),
    uncountedUses: uncounted / (lived / MONTH),
  };
}
