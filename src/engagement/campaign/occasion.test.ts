// Occasions by the calendar of the program's zone.
import { DAY } from '../../kernel/clock';
import { BusinessTime } from '../../kernel/period';
import type { Trigger } from '../../program/campaign';
import { birthDaysOn, occasionsBetween } from './occasion';

const shanghai = new BusinessTime('Asia/Shanghai');
const at = (text: string) => Date.parse(`${text}+08:00`);
const found = (trigger: Trigger, from: string, to: string) =>
  occasionsBetween(trigger, shanghai, at(from), at(to)).map(({ name, dueAt }) => [name, dueAt]);

test('each comes at its local time, once, in whichever spans it is looked for', () => {
  const trigger: Trigger = { on: 'FESTIVAL', days: ['05-01', '2026-06-19'], time: '09:30' };
  const whole = found(trigger, '2026-01-01T00:00', '2027-12-31T00:00');
  expect(whole).toEqual([
    ['2026-05-01', at('2026-05-01T09:30')],
    ['2026-06-19', at('2026-06-19T09:30')],
    ['2027-05-01', at('2027-05-01T09:30')],
  ]);
  const parts: unknown[] = [];
  const end = at('2027-12-31T00:00');
  for (let from = at('2026-01-01T00:00'); from < end; from += 7 * DAY) {
    const some = occasionsBetween(trigger, shanghai, from, Math.min(end, from + 7 * DAY));
    parts.push(...some.map(({ name, dueAt }) => [name, dueAt]));
  }
  expect(parts).toEqual(whole);
  // The beginning of a span is exclusive and its end inclusive.
  expect(found(trigger, '2026-05-01T09:30', '2026-05-02T00:00')).toEqual([]);
  expect(found(trigger, '2026-04-30T00:00', '2026-05-01T09:30')).toHaveLength(1);
});

test('a day that a month lacks is its last one', () => {
  const days = found({ on: 'MONTHLY', day: 30 }, '2027-12-31T00:00', '2028-05-01T00:00').map(([name]) => name);
  expect(days).toEqual(['2028-01-30', '2028-02-29', '2028-03-30', '2028-04-30']);
});

test('a schedule comes once', () => {
  const trigger: Trigger = { on: 'SCHEDULE', at: '2026-03-01T10:00:00+08:00' };
  expect(found(trigger, '2026-01-01T00:00', '2026-12-01T00:00')).toEqual([['at', at('2026-03-01T10:00')]]);
  expect(found(trigger, '2026-03-01T10:00', '2026-12-01T00:00')).toEqual([]);
});

test('the birthday of 29 February is kept in every year, on the day that is configured', () => {
  expect([birthDaysOn('2028-02-29', 'FEB_28'), birthDaysOn('2028-02-28', 'FEB_28')]).toEqual([[229], [228]]);
  expect([birthDaysOn('2027-02-28', 'FEB_28'), birthDaysOn('2027-03-01', 'FEB_28')]).toEqual([[228, 229], [301]]);
  expect([birthDaysOn('2027-02-28', 'MAR_01'), birthDaysOn('2027-03-01', 'MAR_01')]).toEqual([[228], [301, 229]]);
  expect(birthDaysOn('2100-02-28', 'FEB_28')).toEqual([228, 229]);
});
