// Check-ins on both databases: once a day, in a row, made up for, and each number of days rewarded once.
import { type Activities, joined, judgingOf, left, openActivities, sideOf } from '../../../test/support/activities';
import { programText } from '../../../test/support/gateway-program';
import { expectBooks, House, must } from '../../../test/support/house';
import { eachDatabase } from '../../../test/support/lanes';
import { DAY } from '../../kernel/clock';
import type { Id } from '../../kernel/id';

const PROGRAM = programText({
  settings: {
    checkIn: {
      daily: { points: 1 },
      streaks: [
        { day: 3, reward: { points: 10 } },
        { day: 5, reward: { points: 100 } },
      ],
      cycleDays: 5,
      makeUp: { withinDays: 4, freePerMonth: 1, pointsPrice: 3 },
    },
  },
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

  const points = async (memberId: Id) => (await left(activities, memberId)).points;
  const checkIn = (memberId: Id) => activities.checkIns.checkIn(memberId);
  const calendar = async (memberId: Id, month?: number) => {
    const { rows, catalogue, now } = await judgingOf(activities, memberId);
    return activities.checkIns.calendarOf(rows, month ?? catalogue.time.periodAt('MONTH', now));
  };
  const next = (days = 1) => activities.house.clock.advance(days * DAY);
  const dayAgo = (days: number) => {
    const { house } = activities;
    return house.catalogue.current().time.periodAt('DAY', house.now - days * DAY);
  };

  test('each day once, whoever asks how often, also two processes at once', async () => {
    const memberId = await joined(activities);
    const second = new House(await lane.openAnother(), activities.house.clock, {});
    await second.catalogue.refresh();
    const twin = sideOf(second);
    const outcomes = await Promise.all(
      [activities, twin, activities, twin].map((one) => one.checkIns.checkIn(memberId)),
    );
    expect(outcomes.map(must)).toEqual(Array(4).fill({ day: dayAgo(0), streak: 1, madeUp: false, rewarded: 1 }));
    expect(await points(memberId)).toBe(1);
  });

  test('days in a row are rewarded by their number, and begin anew after a cycle', async () => {
    const memberId = await joined(activities);
    const earned = [];
    for (let day = 1; day <= 8; day += 1) {
      must(await checkIn(memberId));
      earned.push(await points(memberId));
      next();
    }
    expect(earned).toEqual([1, 2, 13, 14, 115, 116, 117, 128]);
    expect(await calendar(memberId)).toMatchObject({ streak: 8, checkedInToday: false });
    next();
    expect(await calendar(memberId)).toMatchObject({ streak: 0 });
    expect(must(await checkIn(memberId)).streak).toBe(1);
  });

  test('a made-up day joins two runs, and what was rewarded already is not again', async () => {
    const memberId = await joined(activities);
    for (const step of [1, 2, 1]) {
      must(await checkIn(memberId));
      next(step);
    }
    // Days 1, 2, 4 and 5.
    must(await checkIn(memberId));
    const before = await points(memberId);
    expect(before).toBe(4);
    must(await activities.checkIns.makeUp(memberId, dayAgo(2)));
    // Five days in a row now: the third and the fifth number at once, and the day itself.
    expect(await points(memberId)).toBe(before + 1 + 10 + 100);
    const { days, freeMakeUps } = await calendar(memberId);
    expect(days.map(({ streak, madeUp }) => [streak, madeUp])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
      [5, false],
    ]);
    expect(freeMakeUps).toBe(0);
  });

  test('the first make-up of a month is free, further ones cost points, and without any they are refused', async () => {
    const memberId = await joined(activities, activities.house.now - 30 * DAY);
    must(await activities.checkIns.makeUp(memberId, dayAgo(1)));
    expect(await activities.checkIns.makeUp(memberId, dayAgo(3))).toMatchObject({ code: 'INSUFFICIENT_POINTS' });
    await activities.house.give(memberId, 'POINTS', 5);
    // What was refused for want of points goes once they are there; asked again, nothing more is taken.
    must(await activities.checkIns.makeUp(memberId, dayAgo(3)));
    must(await activities.checkIns.makeUp(memberId, dayAgo(3)));
    expect(await points(memberId)).toBe(1 + 5 - 3 + 1);
    must(await checkIn(memberId));
    expect(await activities.checkIns.makeUp(memberId, dayAgo(0))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each([
    ['today', 0],
    ['tomorrow', -1],
    ['too long ago', 5],
    ['before joining', 3],
  ])('nobody makes up for %s', async (_title, ago) => {
    const memberId = await joined(activities, activities.house.now - 2 * DAY);
    expect(await activities.checkIns.makeUp(memberId, dayAgo(ago))).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await calendar(memberId)).days).toEqual([]);
  });

  test('a day that was checked in on cannot be made up for', async () => {
    const memberId = await joined(activities);
    must(await checkIn(memberId));
    next();
    expect(await activities.checkIns.makeUp(memberId, dayAgo(1))).toMatchObject({ code: 'CONFLICT' });
  });

  test('a program without check-in says so', async () => {
    await activities.house.apply(programText({}));
    const memberId = await joined(activities);
    expect(await checkIn(memberId)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await activities.checkIns.makeUp(memberId, dayAgo(1))).toMatchObject({ code: 'NOT_FOUND' });
    await activities.house.apply(PROGRAM);
  });
});
