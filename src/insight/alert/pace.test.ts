// The two projections of what is claimed under a ceiling: by hand, and against a walk in small steps.
import * as fc from 'fast-check';
import { DAY, HOUR } from '../../kernel/clock';
import { linearRunOut, seasonalRunOut, weekdayMeans } from './pace';

const running = { from: 0, before: 30 * DAY, now: 10 * DAY, quantity: 100 };
const startOfDay = (day: number) => day * DAY;

describe('linear', () => {
  test.each([
    // Five a day: 100 last to the end of day 20.
    [50, 20 * DAY],
    // Exactly as fast as it may be used.
    [33, undefined],
    [100 / 3, undefined],
    [34, 10 * DAY + Math.ceil((66 * 10 * DAY) / 34)],
    [0, undefined],
    [100, 10 * DAY],
    [130, 10 * DAY],
  ])('%d used of 100 in a third of the period: used up at %d', (used, at) => {
    expect(linearRunOut({ ...running, used })).toBe(at);
  });

  test('says nothing at the begin of a period', () => {
    expect(linearRunOut({ ...running, now: 0, used: 5 })).toBeUndefined();
  });
});

describe('seasonal', () => {
  // Days 0 to 6 are Thursday to Wednesday; 2 and 3 are the weekend.
  const weekend = Array.from({ length: 28 }, (_, day) => ({ day, claims: day % 7 === 2 || day % 7 === 3 ? 10 : 0 }));

  test('means are those of the last whole weeks, two to four', () => {
    expect(weekdayMeans(weekend, 0, 28)).toEqual([0, 0, 10, 10, 0, 0, 0]);
    expect(weekdayMeans(weekend, 0, 13)).toBeUndefined();
    expect(weekdayMeans(weekend, -100, 35)).toEqual([0, 0, 7.5, 7.5, 0, 0, 0]);
    // Today is not over, and counts for nothing.
    expect(weekdayMeans([...weekend, { day: 28, claims: 99 }], 0, 28)![0]).toBe(0);
  });

  test('weekdays that bring nothing are passed over, and a day brings its claims evenly', () => {
    const means = weekdayMeans(weekend, 0, 28)!;
    const ahead = { from: 0, before: 60 * DAY, now: 28 * DAY, quantity: 100, used: 75 };
    // 25 are left: day 30 and 31 bring ten each, then half of day 37 the rest.
    expect(seasonalRunOut(ahead, means, 28, startOfDay)).toBe(37 * DAY + 12 * HOUR);
    // By a straight line it would be used up sooner.
    expect(linearRunOut(ahead)).toBeLessThan(37 * DAY + 12 * HOUR);
    expect(seasonalRunOut({ ...ahead, before: 37 * DAY }, means, 28, startOfDay)).toBeUndefined();
    expect(seasonalRunOut({ ...ahead, now: 31 * DAY + 12 * HOUR }, means, 31, startOfDay)).toBe(39 * DAY);
    expect(seasonalRunOut({ ...ahead, used: 100 }, means, 28, startOfDay)).toBe(30 * DAY);
  });

  test('agrees with a walk through the hours', () => {
    const means = fc.array(fc.nat(50), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(means, fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 23 }), (perDay, left, hour) => {
        const now = 100 * DAY + hour * HOUR;
        const before = 160 * DAY;
        let [rest, at] = [left, now];
        while (at < before && rest > 1e-9) {
          rest -= perDay[Math.floor(at / DAY) % 7]! / 24;
          at += HOUR;
        }
        const found = seasonalRunOut({ from: 0, before, now, quantity: left, used: 0 }, perDay, 100, startOfDay);
        if (rest > 1e-9) expect(found).toBeUndefined();
        else {
          expect(found ?? before).toBeLessThanOrEqual(at);
          expect(found ?? before).toBeGreaterThanOrEqual(at - HOUR - 1);
        }
      }),
    );
  });

  test('a day of 23 hours brings as much as any other', () => {
    const short = (day: number) => day * DAY - (day > 28 ? HOUR : 0);
    const ahead = { from: 0, before: 60 * DAY, now: 28 * DAY, quantity: 10, used: 0 };
    expect(seasonalRunOut(ahead, Array(7).fill(10), 28, short)).toBe(29 * DAY - HOUR);
  });
});
