// Tasks on both databases: what counts, when they are complete, and that each turn rewards once.
import {
  type Activities,
  happens,
  joined,
  judgingOf,
  left,
  openActivities,
  sideOf,
  standingOf,
} from '../../../test/support/activities';
import { programText } from '../../../test/support/gateway-program';
import { expectBooks, House, SHOP, unique } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY, HOUR } from '../../kernel/clock';
import type { Id } from '../../kernel/id';
import { isRefusal } from '../../kernel/refusal';

const task = (code: string, rest: object) => ({
  code,
  name: `Task ${code}`,
  target: 1,
  reward: { points: 10 },
  ...rest,
});

const PROGRAM = programText({
  tasks: [
    task('first-order', { kind: 'ONCE', on: 'PURCHASE', reward: { points: 100, growth: 5 } }),
    task('three-shares', { kind: 'DAILY', on: 'SHARE', target: 3 }),
    task('ride', { kind: 'WEEKLY', on: 'DISTANCE', count: 'QUANTITY', target: 5_000 }),
    task('scan', { kind: 'ONCE', on: 'CUSTOM', eventName: 'unlock-by-scan', target: 2 }),
    task('night-owl', { kind: 'DAILY', on: 'WATCH', when: 'event.hour >= 22 && event.quantity >= 60' }),
    task('sign-in', { kind: 'STREAK', on: 'SIGN_IN', target: 3, reward: { points: 30 } }),
    task('spend', {
      kind: 'SPEND_TARGET',
      on: 'PURCHASE',
      count: 'AMOUNT',
      target: 1_000,
      ...{ openTo: 'ASSIGNED', windowDays: 7 },
    }),
    task('bogo', {
      ...{ kind: 'ONCE', on: 'PURCHASE', count: 'AMOUNT', target: 500, single: true, strict: true },
      ...{ openTo: 'ASSIGNED', windowDays: 5, reward: { points: 7 } },
    }),
    task('autumn', { kind: 'ONCE', on: 'REVIEW', validUntil: '2025-01-01T00:00:00+08:00' }),
  ],
});

eachDatabase((lane) => {
  let activities: Activities;
  beforeEach(async () => {
    activities = await openActivities(lane.database, PROGRAM);
  });
  afterEach(async () => {
    expect(activities.house.errors).toEqual([]);
    await expectBooks(lane.database);
  });

  const assign = async (memberId: Id, code: string, more: { key?: string; assignedAt?: number } = {}) => {
    const { member } = await activities.house.rows(memberId);
    const { key = unique('key'), assignedAt } = more;
    const input = { member: member.externalId, task: code, idempotencyKey: key, assignedAt };
    const [outcome] = await activities.tasks.assign(SHOP, [input]);
    return outcome!;
  };
  const pays = (memberId: Id, amount: number, occurredAt = activities.house.now) =>
    happens(activities, memberId, { type: 'PURCHASE', amount, occurredAt });

  test('a task is completed once, by the event that completes it, and rewards once', async () => {
    const memberId = await joined(activities);
    const occurredAt = activities.house.now - 3 * HOUR;
    const event = { type: 'PURCHASE' as const, amount: 5, eventId: unique('order'), occurredAt };
    await happens(activities, memberId, event);
    expect((await happens(activities, memberId, event)).replayed).toBe(true);
    await pays(memberId, 9);
    expect(await left(activities, memberId)).toEqual({ points: 100, growth: 5 });
    const standing = await standingOf(activities, memberId, 'first-order');
    expect(standing).toMatchObject({ state: 'COMPLETED', progress: 1, target: 1, completedAt: occurredAt });
  });

  test('daily and weekly tasks begin anew, and late events count in their own day', async () => {
    const memberId = await joined(activities);
    const share = (occurredAt: number) => happens(activities, memberId, { type: 'SHARE', occurredAt });
    const today = activities.house.now;
    for (const at of [0, 1, 2, 3]) await share(today + at);
    expect(await left(activities, memberId)).toMatchObject({ points: 10 });
    await share(today - DAY);
    await share(today - DAY);
    expect(await standingOf(activities, memberId, 'three-shares')).toMatchObject({ state: 'COMPLETED' });
    activities.house.clock.advance(DAY);
    expect(await standingOf(activities, memberId, 'three-shares')).toMatchObject({ progress: 0, state: 'OPEN' });
    await share(today - DAY);
    expect(await left(activities, memberId)).toMatchObject({ points: 20 });
    const ride = (quantity: number) => happens(activities, memberId, { type: 'DISTANCE', quantity });
    await ride(4_999);
    expect(await standingOf(activities, memberId, 'ride')).toMatchObject({ progress: 4_999, target: 5_000 });
    await ride(40_000);
    expect(await standingOf(activities, memberId, 'ride')).toMatchObject({ progress: 5_000, state: 'COMPLETED' });
  });

  test('names and conditions narrow what counts; a task that is over is gone', async () => {
    const memberId = await joined(activities);
    await happens(activities, memberId, { type: 'CUSTOM', name: 'something-else' });
    await happens(activities, memberId, { type: 'CUSTOM', name: 'unlock-by-scan' });
    expect(await standingOf(activities, memberId, 'scan')).toMatchObject({ progress: 1 });
    const late = Date.parse('2026-03-09T23:30:00+08:00');
    const watch = (quantity: number, occurredAt: number) =>
      happens(activities, memberId, { type: 'WATCH', quantity, occurredAt });
    activities.house.clock.set(late + HOUR / 4);
    await watch(59, late);
    await watch(60, late - 2 * HOUR);
    expect(await standingOf(activities, memberId, 'night-owl')).toMatchObject({ progress: 0 });
    await watch(60, late);
    expect(await standingOf(activities, memberId, 'night-owl')).toMatchObject({ state: 'COMPLETED' });
    await happens(activities, memberId, { type: 'REVIEW' });
    const codes = (await activities.tasks.tasksOf(await judgingOf(activities, memberId))).map(
      ({ task: { code } }) => code,
    );
    expect(codes).toEqual(['first-order', 'three-shares', 'ride', 'scan', 'night-owl', 'sign-in']);
  });

  test('a streak takes days in a row, in any order, and each day once', async () => {
    const memberId = await joined(activities);
    const today = activities.house.now;
    const signIn = (ago: number) => happens(activities, memberId, { type: 'SIGN_IN', occurredAt: today - ago * DAY });
    for (const ago of [6, 6, 4, 3]) await signIn(ago);
    expect(await left(activities, memberId)).toMatchObject({ points: 0 });
    // The missing day comes late and joins two runs: four days, of which three make a streak.
    await signIn(5);
    expect(await left(activities, memberId)).toMatchObject({ points: 30 });
    await signIn(2);
    await signIn(1);
    expect(await left(activities, memberId)).toMatchObject({ points: 60 });
    expect(await standingOf(activities, memberId, 'sign-in')).toMatchObject({ progress: 0, target: 3 });
    await signIn(0);
    expect(await standingOf(activities, memberId, 'sign-in')).toMatchObject({ progress: 1 });
  });

  test('days of several members that are told at once make the same streaks', async () => {
    const members = [await joined(activities), await joined(activities), await joined(activities)];
    const today = activities.house.now;
    const tell = (memberId: Id, ago: number) =>
      happens(activities, memberId, { type: 'SIGN_IN', occurredAt: today - ago * DAY });
    await tell(members[0]!, 3);
    await Promise.all(members.flatMap((memberId) => [2, 0, 1, 6, 1, 5].map((ago) => tell(memberId, ago))));
    // Days 2, 1 and 0 ago; the first had signed in 3 days ago as well, and has one of its four days left.
    for (const memberId of members) expect(await left(activities, memberId)).toMatchObject({ points: 30 });
    await Promise.all(members.map((memberId) => tell(memberId, 4)));
    for (const memberId of members) expect(await left(activities, memberId)).toMatchObject({ points: 60 });
  });

  describe('assigned tasks', () => {
    test('gather in their window, both ends included, several at once', async () => {
      const memberId = await joined(activities);
      const from = activities.house.now;
      await assign(memberId, 'spend', { assignedAt: from });
      activities.house.clock.advance(7 * DAY + 1);
      await assign(memberId, 'spend', { assignedAt: from + 1 });
      await pays(memberId, 400, from - 1);
      await pays(memberId, 600, from);
      await pays(memberId, 399, from + 7 * DAY);
      expect(await left(activities, memberId)).toMatchObject({ points: 100 });
      // Only the first holds the 600; the 400 comes to both, and completes one.
      await pays(memberId, 1, from + 7 * DAY);
      expect(await left(activities, memberId)).toMatchObject({ points: 110 });
      await pays(memberId, 600, from + 7 * DAY + 1);
      expect(await left(activities, memberId)).toMatchObject({ points: 120 });
      const standings = await activities.tasks.tasksOf(await judgingOf(activities, memberId));
      const turns = standings.filter(({ task: { code } }) => code === 'spend');
      expect(turns.map(({ state, completedAt }) => [state, completedAt])).toEqual([
        ['COMPLETED', from + 7 * DAY],
        ['COMPLETED', from + 7 * DAY + 1],
      ]);
    });

    test('one event alone, strictly more than the target', async () => {
      const memberId = await joined(activities);
      await pays(memberId, 1);
      await assign(memberId, 'bogo');
      await pays(memberId, 500);
      await pays(memberId, 400);
      expect(await left(activities, memberId)).toMatchObject({ points: 100 });
      await pays(memberId, 501);
      await pays(memberId, 9_999);
      expect(await left(activities, memberId)).toMatchObject({ points: 107 });
    });

    test('a key assigns once, and is answered alike', async () => {
      const memberId = await joined(activities);
      const key = unique('key');
      const first = await assign(memberId, 'spend', { key });
      activities.house.clock.advance(HOUR);
      expect(await assign(memberId, 'spend', { key })).toEqual(first);
      expect(await assign(memberId, 'bogo', { key })).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
      expect(await standingOf(activities, memberId, 'spend')).toMatchObject({ state: 'OPEN' });
      activities.house.clock.advance(7 * DAY);
      expect(await standingOf(activities, memberId, 'spend')).toMatchObject({ state: 'EXPIRED' });
    });

    test.each([
      ['nobody', 'spend', 'NOT_FOUND'],
      ['me', 'no-such-task', 'NOT_FOUND'],
      ['me', 'first-order', 'INVALID_INPUT'],
      ['me ', 'spend', 'INVALID_INPUT'],
    ])('%s and %s are refused with %s, and keep no other back', async (member, code, refusal) => {
      const { member: me } = await activities.house.rows(await joined(activities));
      const named = member.replace('me', me.externalId);
      const outcomes = await activities.tasks.assign(SHOP, [
        { member: named, task: code, idempotencyKey: unique('key') },
        { member: me.externalId, task: 'bogo', idempotencyKey: unique('key') },
      ]);
      expect(outcomes.map((outcome) => isRefusal(outcome) && outcome.code)).toEqual([refusal, false]);
    });

    test('what was asked for when it was assigned stays, whatever the program says later', async () => {
      const memberId = await joined(activities);
      await assign(memberId, 'spend');
      const changed = JSON.parse(PROGRAM);
      for (const one of changed.tasks) if (one.code === 'spend') Object.assign(one, { target: 5_000, windowDays: 1 });
      await activities.house.apply(JSON.stringify(changed));
      activities.house.clock.advance(6 * DAY);
      await pays(memberId, 1_000);
      expect(await standingOf(activities, memberId, 'spend')).toMatchObject({ state: 'COMPLETED', target: 1_000 });
    });
  });

  test('events of one member at once complete a task once, and a death before the reward loses nothing', async () => {
    const memberId = await joined(activities);
    const other = await lane.openAnother();
    const twin = await openTwin(other);
    const events = Array.from({ length: 8 }, () => ({ type: 'PURCHASE' as const, amount: 3 }));
    await Promise.all(events.map((event, at) => happens(at % 2 === 0 ? activities : twin, memberId, event)));
    expect(await left(activities, memberId)).toEqual({ points: 100, growth: 5 });
    expect(await lane.database.read.arrays('SELECT COUNT(*) FROM reward_due')).toEqual([[0]]);
  });

  test('the job gives what is due when nobody else did', async () => {
    const memberId = await joined(activities);
    // Given: the process dies between the event and the reward.
    const settle = jest.spyOn(activities.rewards, 'settle').mockResolvedValue();
    await pays(memberId, 3);
    settle.mockRestore();
    expect(await left(activities, memberId)).toEqual({ points: 0, growth: 0 });
    expect(await activities.rewards.settleDue(100)).toBe(1);
    expect(await activities.rewards.settleDue(100)).toBe(0);
    expect(await left(activities, memberId)).toEqual({ points: 100, growth: 5 });
  });

  async function openTwin(database: Activities['house']['database']): Promise<Activities> {
    const { house } = activities;
    const second = new House(database, house.clock, {});
    await second.catalogue.refresh();
    return { ...sideOf(second), house: second };
  }
});
