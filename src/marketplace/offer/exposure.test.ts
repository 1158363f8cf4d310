// The worst case against brute force: every way to take an offer on the days of every term, on small cases.
import fc from 'fast-check';
import type { PeriodKind } from '../../kernel/period';
import type { Term } from '../../program/program';
import { type Exposing, exposureOf, exposureOfAll, type Share, type SubCaps } from './exposure';
import { mostFlow } from './most-flow';
import { dayNumber, lastDayOf, STARTS, TermDays, weekdayOf } from './term-days';

const TODAY = dayNumber(2026, 11, 24);
const NONE: SubCaps = { perClass: new Map(), perPartner: new Map() };
const item = (parts: Partial<Exposing> = {}): Exposing => ({
  unitCost: 10,
  coPay: false,
  benefitClass: 'PARTNER',
  limits: [],
  ...parts,
});
const limit = (count: number, period: PeriodKind) => ({ limit: count, period });

describe('a term touches', () => {
  test.each<[string, Term, string]>([
    ['2026-11-24', { days: 1 }, '2026-11-25'],
    ['2026-11-24', { days: 30 }, '2026-12-24'],
    ['2026-11-24', { months: 1 }, '2026-12-24'],
    ['2027-01-31', { months: 1 }, '2027-02-28'],
    ['2028-01-31', { months: 1 }, '2028-02-29'],
    ['2026-11-30', { months: 12 }, '2027-11-30'],
  ])('from %s, for %j, the days to %s', (first, term, last) => {
    const day = (text: string) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
    expect(lastDayOf(term, day(first))).toBe(day(last));
  });

  test('weekdays begin with Monday', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((ahead) => weekdayOf(dayNumber(2026, 11, 23) + ahead))).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
  });
});

describe('the worst case of one offer', () => {
  const month = new TermDays(TODAY, { months: 1 });
  const year = new TermDays(TODAY, { months: 12 });
  test.each<[string, Exposing, TermDays, Partial<SubCaps>, number]>([
    ['nothing that bounds it', item(), year, {}, Number.POSITIVE_INFINITY],
    ['no cost', item({ unitCost: 0 }), year, {}, 0],
    ['a stock', item({ stock: 7 }), year, {}, 70],
    ['once ever', item({ limits: [limit(1, 'TERM')] }), year, {}, 10],
    // A month that begins at some time of the day touches two calendar months, and 32 days at most.
    ['once a month', item({ limits: [limit(1, 'MONTH')] }), month, {}, 20],
    ['once a day', item({ limits: [limit(1, 'DAY')] }), month, {}, 320],
    ['once a day, five times a month', item({ limits: [limit(1, 'DAY'), limit(5, 'MONTH')] }), month, {}, 100],
    ['once a month for a year', item({ limits: [limit(1, 'MONTH')] }), year, {}, 130],
    // From a Sunday to a Monday in a year's time.
    ['once a week for a year', item({ limits: [limit(1, 'WEEK')] }), year, {}, 540],
    ['a stock of the day', item({ dailyStock: 2 }), month, {}, 640],
    ['a budget', item({ budget: 45 }), year, {}, 40],
    ['a budget, with co-pay', item({ budget: 45, coPay: true }), year, {}, 45],
    ['more than a use may cost', item({ stock: 9 }), year, { perUse: 9 }, 0],
    ['more than a use may cost, with co-pay', item({ stock: 9, coPay: true }), year, { perUse: 9 }, 81],
    ['a cap of the class', item(), year, { perClass: new Map([['PARTNER', 99]]) }, 90],
    ['a cap of the partner', item({ partner: 'p' }), year, { perPartner: new Map([['p', 30]]) }, 30],
    ['a cap of the month', item(), month, { perMonth: 25 }, 40],
    ['a cap of the month, with co-pay', item({ coPay: true }), month, { perMonth: 25 }, 50],
    ['three days of validity', item({ limits: [limit(1, 'DAY')], from: TODAY + 9, until: TODAY + 11 }), year, {}, 30],
    ['over before it began', item({ limits: [limit(1, 'DAY')], until: TODAY - 1 }), year, {}, 0],
    ['Mondays', item({ limits: [limit(1, 'DAY')], openOn: (weekday) => weekday === 0 }), month, {}, 50],
  ])('of %s', (_title, offer, days, subCaps, expected) => {
    expect(exposureOf(offer, days, { ...NONE, ...subCaps })).toBe(expected);
  });
});

/** The most that can be taken in the days of one term: every number of uses on every day is tried. */
function bruteForce(offer: Exposing, days: TermDays, subCaps: SubCaps): number {
  let most = 0;
  for (let start = days.first; start < days.first + STARTS; start += 1) {
    const last = lastDayOf(days.term, start);
    const used = new Map<string, number>();
    const fits = (day: number) =>
      offer.limits.every((held) => (used.get(`${held.period} ${days.periodOf(held.period, day)}`) ?? 0) < held.limit);
    const monthly = (day: number) => `money ${days.periodOf('MONTH', day)}`;
    const change = (day: number, by: number) => {
      const names = offer.limits.map(({ period }) => `${period} ${days.periodOf(period, day)}`);
      for (const name of new Set(names)) used.set(name, (used.get(name) ?? 0) + by);
      used.set(monthly(day), (used.get(monthly(day)) ?? 0) + by * offer.unitCost);
    };
    const go = (day: number, uses: number, today: number): void => {
      most = Math.max(most, uses * offer.unitCost);
      if (day > last) return;
      go(day + 1, uses, 0);
      const closed =
        (offer.from ?? day) > day || (offer.until ?? day) < day || offer.openOn?.(weekdayOf(day)) === false;
      const all = uses < (offer.stock ?? 9) && (uses + 1) * offer.unitCost <= (offer.budget ?? 999);
      const inMonth = (used.get(monthly(day)) ?? 0) + offer.unitCost <= (subCaps.perMonth ?? 999);
      if (closed || !all || !inMonth || !fits(day) || today >= (offer.dailyStock ?? 9)) return;
      change(day, 1);
      go(day, uses + 1, today + 1);
      change(day, -1);
    };
    go(start, 0, 0);
  }
  return most;
}

test('is what brute force finds', () => {
  const small = fc.record({
    unitCost: fc.integer({ min: 1, max: 4 }),
    limits: fc.uniqueArray(
      fc.record({ limit: fc.integer({ min: 1, max: 3 }), period: fc.constantFrom('DAY', 'WEEK', 'MONTH', 'TERM') }),
      { selector: ({ period }) => period, maxLength: 3 },
    ),
    stock: fc.integer({ min: 0, max: 4 }),
    dailyStock: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    budget: fc.option(fc.integer({ min: 4, max: 12 }), { nil: undefined }),
    from: fc.option(fc.integer({ min: TODAY - 2, max: TODAY + 30 }), { nil: undefined }),
    until: fc.option(fc.integer({ min: TODAY, max: TODAY + 60 }), { nil: undefined }),
    closed: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
  });
  const terms = fc.integer({ min: 1, max: 5 }).map((days): Term => ({ days }));
  const caps = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined });
  fc.assert(
    fc.property(small, terms, caps, ({ closed, ...parts }, term, perMonth) => {
      const openOn = closed === undefined ? undefined : (weekday: number) => weekday !== closed;
      const offer = item({ ...parts, limits: parts.limits as Exposing['limits'], openOn });
      const days = new TermDays(TODAY, term);
      const subCaps = { ...NONE, perMonth };
      expect(exposureOf(offer, days, subCaps)).toBe(bruteForce(offer, days, subCaps));
    }),
    { numRuns: 40 },
  );
});

describe('the worst case of all together', () => {
  const days = new TermDays(TODAY, { months: 1 });
  const share = (cost: number, benefitClass: Share['benefitClass'], partner?: string): Share => ({
    cost,
    benefitClass,
    partner,
  });

  test('is the sum, as far as sub-caps let it through', () => {
    const shares = [share(50, 'PARTNER', 'a'), share(40, 'PARTNER', 'b'), share(30, 'SERVICE')];
    expect(exposureOfAll(shares, days, NONE)).toBe(120);
    expect(exposureOfAll(shares, days, { ...NONE, perClass: new Map([['PARTNER', 60]]) })).toBe(90);
    expect(exposureOfAll(shares, days, { ...NONE, perPartner: new Map([['a', 10]]) })).toBe(80);
    expect(exposureOfAll(shares, days, { ...NONE, perMonth: 20 })).toBe(40);
    expect(exposureOfAll([...shares, share(Number.POSITIVE_INFINITY, 'BASIC')], days, NONE)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('is the most that any way to spend it finds', () => {
    const amount = fc.integer({ min: 0, max: 3 });
    const cap = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 4, maxLength: 4 }),
        fc.array(cap, { minLength: 4, maxLength: 4 }),
        (ways, caps) => {
          const names = [
            ['x', 'a'],
            ['x', 'b'],
            ['y', 'a'],
            ['y', 'b'],
          ] as const;
          const at = { x: caps[0]!, y: caps[1]!, a: caps[2]!, b: caps[3]! };
          let most = 0;
          const go = (index: number, spent: Record<string, number>, sum: number): void => {
            if (index === names.length) {
              most = Math.max(most, sum);
              return;
            }
            const [from, to] = names[index]!;
            for (let part = 0; part <= ways[index]!; part += 1) {
              const next = { ...spent, [from]: (spent[from] ?? 0) + part, [to]: (spent[to] ?? 0) + part };
              if (next[from]! <= at[from] && next[to]! <= at[to]) go(index + 1, next, sum + part);
            }
          };
          go(0, {}, 0);
          const flow = mostFlow(
            names.map(([from, to], index) => ({ from, to, most: ways[index]! })),
            (name) => at[name as 'x'],
            (name) => at[name as 'a'],
          );
          expect(flow).toBe(most);
        },
      ),
      { numRuns: 200 },
    );
  });
});
