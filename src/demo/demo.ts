// The demo: a program, members with cards and two months of history, told through the same services as the API.

import { Readable } from 'node:stream';
import { readProgress, saveProgress } from '../database/progress.store';
import type { Actor } from '../kernel/actor';
import { assert } from '../kernel/assert';
import { DAY, HOUR, type Instant, type ManualClock } from '../kernel/clock';
import { type Id, namedId } from '../kernel/id';
import { isRefusal, type Refusal } from '../kernel/refusal';
import { newCode } from '../marketplace/code-cipher';
import type { Card } from '../members/member';
import type { DemoHouse } from './demo-house';
import { DEMO_PRESET, demoProgram } from './demo-program';
import {
  DEMO_CARDS,
  DEMO_CHECK_INS,
  DEMO_CLAIMS,
  DEMO_EVENTS,
  DEMO_MEMBERS,
  type DemoClaim,
  type DemoEvent,
  HISTORY_DAYS,
} from './demo-story';

export { DEMO_MEMBER, DEMO_PARTNER } from './demo-story';

const PROGRESS = 'demo';
const [BEGUN, TOLD] = [0, 1];

interface Story {
  /** The day that the story counts its days back from. */
  readonly now: Instant;
}

const CODES_A_POOL = 200;
const OPERATOR: Actor = { role: 'SERVER', subject: 'demo-shop' };

/**
 * Fills an empty database, with the clock moved through the story; one that was filled is left alone. Every step has
 * a key of its own, so a start that was interrupted is completed by the next.
 */
export async function seedDemo(house: DemoHouse, clock: ManualClock, startedAt: Instant): Promise<void> {
  const begun = await readProgress(house.database.read, PROGRESS);
  if (begun?.position === TOLD) return;
  // A program that the demo did not begin with is somebody else's: an import's, or the operator's own.
  if (!begun && (await house.programs.current())) return;
  // A story that broke off goes on by the days that it was begun with, however much later that is.
  const now = begun ? (JSON.parse(begun.detail) as Story).now : startedAt;
  await keep(house, BEGUN, now);
  clock.set(now - HISTORY_DAYS * DAY);
  const applied = await house.programs.apply(await demoProgram(), 'demo', DEMO_PRESET);
  assert(!applied.faults, 'the demo program is faulty');
  await fillPools(house);
  const members = must(await house.members.register(DEMO_MEMBERS.map(({ growth, points, ...profile }) => profile)));
  const ids = new Map(members.map(({ externalId, id }) => [externalId, id]));
  for (const { externalId, growth, points } of DEMO_MEMBERS) {
    await adjust(house, ids.get(externalId)!, 'GROWTH', growth);
    await adjust(house, ids.get(externalId)!, 'POINTS', points);
  }
  await openCards(house, clock, now, ids);
  for (const { daysAgo, happens } of momentsOf(house, clock, ids)) {
    clock.set(now - daysAgo * DAY);
    await happens();
  }
  clock.set(startedAt);
  // As the job of the night does, so that stages and grades are there with the first question.
  while ((await house.lifecycle.settleDue()) > 0);
  await keep(house, TOLD, now);
}

function keep(house: DemoHouse, position: number, now: Instant): Promise<void> {
  const story: Story = { now };
  const progress = { name: PROGRESS, position, detail: JSON.stringify(story) };
  return house.database.transaction((tx) => saveProgress(tx, progress, now));
}

function must<Value>(outcome: Value | Refusal): Value {
  assert(!isRefusal(outcome), `the demo was refused: ${isRefusal(outcome) ? outcome.message : ''}`);
  return outcome;
}

async function fillPools(house: DemoHouse): Promise<void> {
  const offers = house.catalogue.current().offers.filter(({ fulfilment }) => fulfilment === 'CODE_POOL');
  for (const offer of offers) {
    const lines = Array.from({ length: CODES_A_POOL }, () => `${newCode()}\n`).join('');
    await house.pools.load({ offerId: offer.id, name: 'demo', source: Readable.from([Buffer.from(lines)]) });
  }
}

async function adjust(house: DemoHouse, memberId: Id, balance: 'GROWTH' | 'POINTS', amount: number): Promise<void> {
  if (amount > 0)
    must(await house.members.adjust({ memberId, balance, amount, key: namedId('demo', balance, memberId) }));
}

async function openCards(
  house: DemoHouse,
  clock: ManualClock,
  now: Instant,
  ids: ReadonlyMap<string, Id>,
): Promise<void> {
  const opened = new Map<string, Card>();
  for (const { order, member, plan, parent, daysAgo } of DEMO_CARDS) {
    clock.set(now - daysAgo * DAY);
    const planId = house.catalogue.current().planByCode(plan)!.id;
    const parentCardId = parent && opened.get(parent)?.id;
    const input = { memberId: ids.get(member)!, planId, orderId: `demo-${order}`, parentCardId };
    opened.set(order, must(await house.cards.open(input)).card);
  }
}

interface Moment {
  readonly daysAgo: number;
  happens(): Promise<void>;
}

/** All that members did, in the order of time; of one day the claims first. */
function momentsOf(house: DemoHouse, clock: ManualClock, ids: ReadonlyMap<string, Id>): Moment[] {
  const moments: Moment[] = [
    ...DEMO_CLAIMS.map((claim) => ({
      daysAgo: claim.daysAgo,
      happens: () => redeem(house, clock, ids.get(claim.member)!, claim),
    })),
    ...DEMO_EVENTS.map((event) => ({ daysAgo: event.daysAgo, happens: () => tell(house, clock, event) })),
    ...DEMO_CHECK_INS.map(({ member, daysAgo }) => ({
      daysAgo,
      happens: async () => void must(await house.checkIns.checkIn(ids.get(member)!)),
    })),
  ];
  return moments.sort((left, right) => right.daysAgo - left.daysAgo);
}

async function tell(house: DemoHouse, clock: ManualClock, { daysAgo, ...event }: DemoEvent): Promise<void> {
  const eventId = `${event.member} ${event.type} ${daysAgo}`;
  const [outcome] = await house.events.record([{ ...event, source: 'demo', eventId, occurredAt: clock.now() }]);
  must(outcome!);
}

async function redeem(house: DemoHouse, clock: ManualClock, memberId: Id, claim: DemoClaim): Promise<void> {
  const catalogue = house.catalogue.current();
  const offer = catalogue.offerByCode(claim.item);
  const item = offer ?? catalogue.benefitByCode(claim.item);
  assert(item, `the demo program has no ${claim.item}`);
  const idempotencyKey = `demo ${claim.item} ${claim.daysAgo}`;
  const wanted = { itemKind: offer ? 'OFFER' : 'BENEFIT', itemId: item.id, memberId } as const;
  const redemption = must(await house.redemptions.redeem(OPERATOR, { ...wanted, idempotencyKey }));
  if (!claim.used) return;
  clock.advance(2 * HOUR);
  must(await house.ends.confirmUse(OPERATOR, { redemptionId: redemption.id, idempotencyKey: `use ${redemption.id}` }));
}
