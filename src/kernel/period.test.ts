// Business time: where days, weeks and months begin and end in a zone, over changes of the clocks too.
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from './clock';
import { BusinessTime, PERIOD_KINDS, type PeriodKind, WHOLE_TERM } from './period';

const at = (iso: string) => Date.parse(iso);
/** One zone without changes, one with half hours, both hemispheres, and two whose clocks change at midnight. */
const ZONES = [
  'Asia/Shanghai',
  'UTC',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'America/Havana',
  'Pacific/Auckland',
  'America/St_Johns',
];
const instant = fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });
const time = new Map(ZONES.map((zone) => [zone, new BusinessTime(zone)]));
const zone = fc.constantFrom(...ZONES);
const kind = fc.constantFrom<PeriodKind>('MONTH', 'WEEK', 'DAY');

/** The date in a zone by another way than the one under test. */
function dateIn(timeZone: string, when: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(when);
}

describe('periods as numbers', () => {
  test.each<[string, PeriodKind, string, number]>([
    ['Asia/Shanghai', 'TERM', '2026-11-22T04:00:00Z', WHOLE_TERM],
    ['Asia/Shanghai', 'MONTH', '2026-10-31T15:59:59.999Z', 20261000],
    ['Asia/Shanghai', 'MONTH', '2026-10-31T16:00:00Z', 20261100],
    ['Asia/Shanghai', 'MONTH', '2026-12-31T16:00:00Z', 20270100],
    ['Asia/Shanghai', 'DAY', '2026-11-22T15:59:59.999Z', 20261122],
    ['Asia/Shanghai', 'DAY', '2026-11-22T16:00:00Z', 20261123],
    ['Asia/Shanghai', 'WEEK', '2026-11-22T15:59:59.999Z', 1_020_261_116],
    ['Asia/Shanghai', 'WEEK', '2026-11-22T16:00:00Z', 1_020_261_123],
    ['UTC', 'WEEK', '2027-01-01T00:00:00Z', 1_020_261_228],
    ['UTC', 'DAY', '2028-02-29T12:00:00Z', 20280229],
    ['America/New_York', 'DAY', '2026-03-08T04:59:59Z', 20260307],
    ['America/New_York', 'DAY', '2026-03-08T05:00:00Z', 20260308],
    ['America/New_York', 'DAY', '2026-03-09T03:59:59Z', 20260308],
    ['America/New_York', 'DAY', '2026-11-02T04:59:59Z', 20261101],
  ])('%s %s of %s', (timeZone, periodKind, when, period) => {
    expect(new BusinessTime(timeZone).periodAt(periodKind, at(when))).toBe(period);
  });

  test('fit an account key', () => {
    fc.assert(
      fc.property(zone, fc.constantFrom(...PERIOD_KINDS), instant, (timeZone, periodKind, when) => {
        const period = time.get(timeZone)!.periodAt(periodKind, when);
        expect(Number.isInteger(period) && period >= 0 && period < 2 ** 32).toBe(true);
      }),
    );
  });
});

test('dates are those of the zone', () => {
  fc.assert(
    fc.property(zone, instant, (timeZone, when) => {
      expect(time.get(timeZone)!.isoDate(when)).toBe(dateIn(timeZone, when));
    }),
    { numRuns: 500 },
  );
});

test('a period lasts until the instant before the next one, and no longer', () => {
  fc.assert(
    fc.property(zone, kind, instant, (timeZone, periodKind, when) => {
      const business = time.get(timeZone)!;
      const next = business.nextPeriodAt(periodKind, when)!;
      expect(next).toBeGreaterThan(when);
      const period = business.periodAt(periodKind, when);
      expect(business.periodAt(periodKind, next - 1)).toBe(period);
      expect(business.periodAt(periodKind, next)).not.toBe(period);
    }),
    { numRuns: 1_000 },
  );
});

test('a whole term has no next period', () => {
  expect(time.get('UTC')!.nextPeriodAt('TERM', 0)).toBeUndefined();
});

describe('a date begins', () => {
  test.each([
    ['Asia/Shanghai', [2026, 11, 22], '2026-11-21T16:00:00Z'],
    ['America/New_York', [2026, 3, 8], '2026-03-08T05:00:00Z'],
    ['America/New_York', [2026, 3, 9], '2026-03-09T04:00:00Z'],
    ['America/New_York', [2026, 11, 2], '2026-11-02T05:00:00Z'],
    ['Europe/Berlin', [2026, 13, 1], '2026-12-31T23:00:00Z'],
    ['Europe/Berlin', [2026, 3, 0], '2026-02-27T23:00:00Z'],
    // Clocks went from 00:00 to 01:00, so that the day had no midnight.
    ['America/Sao_Paulo', [2018, 11, 4], '2018-11-04T03:00:00Z'],
    ['Africa/Cairo', [2024, 4, 26], '2024-04-25T22:00:00Z'],
    // Clocks went from 00:00 back to 23:00, so that the day before had that hour twice.
    ['America/Sao_Paulo', [2018, 2, 18], '2018-02-18T03:00:00Z'],
    // Clocks went from 01:00 back to 00:00, so that the day had midnight twice.
    ['America/Havana', [2026, 11, 1], '2026-11-01T04:00:00Z'],
  ] as const)('in %s, %j at %s', (timeZone, [year, month, day], iso) => {
    expect(new Date(new BusinessTime(timeZone).startOfDate(year, month, day)).toISOString()).toBe(
      new Date(at(iso)).toISOString(),
    );
  });
});

describe('calendar months are added', () => {
  test.each([
    ['Asia/Shanghai', '2026-01-31T04:00:00Z', 1, '2026-02-28T04:00:00Z'],
    ['Asia/Shanghai', '2028-01-31T04:00:00Z', 1, '2028-02-29T04:00:00Z'],
    ['Asia/Shanghai', '2026-11-22T04:00:00Z', 12, '2027-11-22T04:00:00Z'],
    ['Asia/Shanghai', '2028-02-29T04:00:00Z', 12, '2029-02-28T04:00:00Z'],
    ['Asia/Shanghai', '2026-12-31T15:00:00Z', 2, '2027-02-28T15:00:00Z'],
    // 23:30 UTC is the next morning in Shanghai: the month's end is that of the zone.
    ['Asia/Shanghai', '2026-01-30T23:30:00Z', 1, '2026-02-27T23:30:00Z'],
    ['Asia/Shanghai', '2026-03-31T04:00:00Z', -1, '2026-02-28T04:00:00Z'],
    // The local time of day stays, so summer time moves the instant.
    ['America/New_York', '2026-02-15T17:00:00Z', 1, '2026-03-15T16:00:00Z'],
    ['America/New_York', '2026-10-15T16:00:00Z', 1, '2026-11-15T17:00:00Z'],
    ['America/New_York', '2026-02-08T17:00:00Z', 1, '2026-03-08T16:00:00Z'],
    // 02:30 is left out on the day of the change.
    ['America/New_York', '2026-02-08T07:30:00Z', 1, '2026-03-08T07:30:00Z'],
  ] as const)('%s %s + %d', (timeZone, from, months, to) => {
    expect(new Date(new BusinessTime(timeZone).addMonths(at(from), months)).toISOString()).toBe(
      new Date(at(to)).toISOString(),
    );
  });

  test('onto the same day of the month, or its last one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Asia/Shanghai', 'UTC', 'Asia/Kathmandu'),
        instant,
        fc.integer({ min: -24, max: 24 }),
        (timeZone, when, months) => {
          const business = time.get(timeZone)!;
          const [before, after] = [business.localDate(when), business.localDate(business.addMonths(when, months))];
          expect(after.year * 12 + after.month).toBe(before.year * 12 + before.month + months);
          const lastDay = new Date(Date.UTC(after.year, after.month, 0)).getUTCDate();
          expect(after.day).toBe(Math.min(before.day, lastDay));
        },
      ),
    );
  });
});

test('an offset is remembered for no longer than a quarter of an hour', () => {
  const business = new BusinessTime('America/New_York');
  const change = at('2026-03-08T07:00:00Z');
  expect(business.isoDate(change - 1)).toBe('2026-03-08');
  for (const step of [-DAY, -HOUR, -MINUTE, -1, 0, 1, MINUTE, HOUR, DAY]) {
    expect(business.isoDate(change + step)).toBe(dateIn('America/New_York', change + step));
  }
});

test('what is no zone is refused', () => {
  expect(() => new BusinessTime('Asia/Nowhere')).toThrow(RangeError);
});
