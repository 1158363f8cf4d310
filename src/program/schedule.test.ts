// Hours of the week against the plain reading of them: day by day, the night belongs to the day on which it begins.
import fc from 'fast-check';
import { BusinessTime } from '../kernel/period';
import { type OpenHours, WEEKDAYS } from './program';
import { Schedule } from './schedule';

const DAY = 24 * 60;
const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether it is open, read as people do: today's hours, or yesterday's that go on after midnight. */
function plainly(hours: readonly OpenHours[], minute: number): boolean {
  const [day, time] = [Math.floor(minute / DAY), minute % DAY];
  return hours.some(({ days, from, until }) => {
    const [begin, end] = [minutes(from), minutes(until)];
    const on = (weekday: number) => days.length === 0 || days.includes(WEEKDAYS[weekday]!);
    if (end > begin) return on(day) && time >= begin && time < end;
    return (on(day) && time >= begin) || (on((day + 6) % 7) && time < end);
  });
}

test('a schedule is open when its hours say so', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const hours = fc.record({ days: fc.subarray([...WEEKDAYS]), from: time, until: time });
  fc.assert(
    fc.property(fc.array(hours, { maxLength: 4 }), fc.integer({ min: 0, max: 7 * DAY - 1 }), (list, minute) => {
      expect(new Schedule(list).isOpenAt(minute)).toBe(plainly(list, minute));
    }),
  );
});

test('a day is open when one of its minutes is', () => {
  const night = new Schedule([{ days: ['SUN'], from: '22:00', until: '02:00' }]);
  expect([0, 1, 2, 3, 4, 5, 6].map((day) => night.isOpenOn(day))).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

test.each([
  ['Asia/Shanghai', '2026-11-23T00:00:00+08:00', 0],
  ['Asia/Shanghai', '2026-11-29T23:59:59+08:00', 7 * DAY - 1],
  ['America/New_York', '2026-11-23T00:00:00-05:00', 0],
  // The clocks go back on Sunday the first: the hour from one to two is there twice.
  ['America/New_York', '2026-11-01T01:30:00-04:00', 6 * DAY + 90],
  ['America/New_York', '2026-11-01T01:30:00-05:00', 6 * DAY + 90],
  ['UTC', '1969-12-29T00:00:00Z', 0],
])('in %s, %s is minute %d of its week', (zone, instant, minute) => {
  expect(new BusinessTime(zone).minuteOfWeek(Date.parse(instant))).toBe(minute);
});
