// The services of engagement on the house of the tests, with a program of tasks, draws, check-ins and a referral.

import type { Database } from '../../src/database/database';
import { type EngagementSide, makeEngagementSide } from '../../src/engagement/engagement-side';
import type { EventInput } from '../../src/engagement/event/event';
import type { EventRecorded } from '../../src/engagement/event/event.service';
import type { Instant } from '../../src/kernel/clock';
import type { Id } from '../../src/kernel/id';
import { isRefusal } from '../../src/kernel/refusal';
import type { Judging } from '../../src/members/level';
import { growthAccount, leftOn, pointsAccount } from '../../src/members/member-accounts';
import { type House, type HouseOptions, must, openHouse, unique } from './house';

export interface Activities extends EngagementSide {
  readonly house: House;
}

/** The house with its services of engagement; the program is applied behind them, so that prizes get their stock. */
export async function openActivities(
  database: Database,
  program: string,
  options: Omit<HouseOptions, 'program'> = {},
): Promise<Activities> {
  const house = await openHouse(database, { ...options, program: null });
  const side = sideOf(house);
  await house.apply(program);
  return { ...side, house };
}

/** The services of engagement as another process would have them, on its house. */
export function sideOf(house: House): EngagementSide {
  const log = { error: (details: object) => void house.errors.push(details) };
  return makeEngagementSide({ ...house, log });
}

export async function judgingOf({ house }: Activities, memberId: Id): Promise<Judging> {
  return { rows: await house.rows(memberId), catalogue: house.catalogue.current(), now: house.now };
}

/** An event of a member, recorded; each is new unless it is given an id. */
export async function happens(
  { house, events }: Activities,
  memberId: Id,
  event: Partial<EventInput> & Pick<EventInput, 'type'>,
): Promise<EventRecorded> {
  const { member } = await house.rows(memberId);
  const base = { source: 'shop', eventId: unique('event'), member: member.externalId, occurredAt: house.now };
  const [outcome] = await events.record([{ ...base, ...event }]);
  if (isRefusal(outcome)) throw new Error(`the event was refused: ${outcome.message}`);
  return outcome!;
}

export async function left({ house }: Activities, memberId: Id): Promise<{ points: number; growth: number }> {
  const { balances } = await house.rows(memberId);
  return { points: leftOn(balances, pointsAccount(memberId)), growth: leftOn(balances, growthAccount(memberId)) };
}

/** A member who joined now unless told. */
export function joined({ house }: Activities, joinedAt: Instant = house.now): Promise<Id> {
  return house.member({ joinedAt });
}

/** The one turn of a member at a task, as it stands. */
export async function standingOf(activities: Activities, memberId: Id, code: string) {
  const standings = await activities.tasks.tasksOf(await judgingOf(activities, memberId));
  const found = standings.filter(({ task }) => task.code === code);
  if (found.length !== 1) throw new Error(`${found.length} turns at ${code}`);
  return found[0]!;
}

export { must };
