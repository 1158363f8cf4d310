// The members of the database as people of a simulation: each begins where it stands and goes on as it did so far.
import type { Database } from '../../database/database';
import { DAY, type Instant } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { growthOf, type Judging, levelOf } from '../../members/level';
import type { MemberRowsStore } from '../../members/member-rows.store';
import type { Catalogue } from '../../program/catalogue';
import { countMembers } from '../census/census.store';
import { weeklyPace } from '../census/level-census';
import { walkMembers } from '../census/member-walk';
import { type Person, steadyPerson } from './behaviour';
import { PERIODS_A_YEAR } from './benefit-cost';
import { claimsOfBenefits, spendOf } from './database-people.store';

const YEAR = 365 * DAY;
const MONTH = YEAR / 12;
const WEEK = 7 * DAY;

export interface MembersAtHand {
  readonly database: Pick<Database, 'read'>;
  readonly memberRows: Pick<MemberRowsStore, 'load'>;
  readonly catalogue: Catalogue;
  readonly now: Instant;
}

export type OnMembers = (done: number, total: number) => void;

/** At most so many people, evenly spread over all members; `total` says of how many. */
export async function databasePeople(
  { database, memberRows, catalogue, now }: MembersAtHand,
  most: number,
  onMembers: OnMembers = () => undefined,
): Promise<{ readonly people: Person[]; readonly total: number }> {
  const total = await countMembers(database.read);
  const known: Known[] = [];
  const wanted = Math.min(total, most);
  for await (const page of walkMembers(database.read, total, most)) {
    const [rows, claims, spend] = await Promise.all([
      Promise.all(page.map((id) => memberRows.load(id))),
      claimsOfBenefits(database.read, page, now - YEAR),
      spendOf(database.read, page, now - YEAR),
    ]);
    for (const one of rows) {
      if (!one) continue;
      const { id } = one.member;
      known.push(knownOf({ rows: one, catalogue, now }, claims.get(id), spend.get(id)));
    }
    onMembers(known.length, wanted);
  }
  // Who has had no quota to use is taken for an average user of those who had.
  const used = known.flatMap(({ benefitUse }) => benefitUse ?? []);
  const average = used.length === 0 ? 1 : used.reduce((sum, use) => sum + use, 0) / used.length;
  const people = known.map((one) => steadyPerson({ ...one, benefitUse: one.benefitUse ?? average }));
  return { people, total };
}

interface Known {
  readonly growth: number;
  readonly pace: number;
  readonly spendPerWeek: number;
  readonly benefitUse: number | undefined;
  readonly uncountedUses: number;
}

function knownOf(judging: Judging, claims: ReadonlyMap<Id, number> | undefined, spend: number | undefined): Known {
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
    growth: growthOf(judging),
    pace: weeklyPace(judging),
    spendPerWeek: Math.round((spend ?? 0) / (lived / WEEK)),
    benefitUse: allowed === 0 ? undefined : Math.min(1, counted / allowed),
    uncountedUses: uncounted / (lived / MONTH),
  };
}
