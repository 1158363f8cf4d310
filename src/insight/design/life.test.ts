// One member's way through the levels: the stories of the presets day by day, and that no shortcut changes the way.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { DAY } from '../../kernel/clock';
import { advance, settleAt } from '../../members/level/advance';
import { NEVER_LOOKED } from '../../members/level/level-state';
import type { Profile } from '../../program/level-design';
import { presetPath } from '../../program/presets';
import { parseProgram } from '../../program/program-file';
import { peopleOf } from './behaviour';
import { profileCards } from './card-course';
import { Horizon } from './horizon';
import { Life } from './life';
import { catalogueOf } from './program-catalogue';
import { simulate } from './simulation';

function programOf(text: string) {
  const parsed = parseProgram(text, 'p.yaml');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  return parsed.program;
}
const preset = (name: string) => catalogueOf(programOf(readFileSync(presetPath(name), 'utf8')));

const profile = (more: Partial<Profile>): Profile => ({
  code: 'one',
  name: 'One',
  share: 1,
  growth: 0,
  spendPerWeek: 0,
  benefitUse: 1,
  uncountedUses: 1,
  activities: [],
  ...more,
});

describe('growth decays after a card', () => {
  const catalogue = preset('qq-vip');
  const horizon = new Horizon(catalogue.time, 20);
  // 20 of the activation and 16 days of 5; a profile's card would end with a week.
  const vip = catalogue.planByCode('vip')!;
  const closed = horizon.begin + 16 * DAY;
  const terms = [{ startsAt: horizon.begin, endsAt: closed }];
  const cards = [{ planId: vip.id, openedAt: horizon.begin, status: 'ACTIVE' as const, terms }];

  test('100 at closing: 95 after the first day of decay, nothing and no level after the twentieth', () => {
    const begins = { growth: 0, rating: 0, state: NEVER_LOOKED, cards, joinedAt: horizon.begin };
    const life = new Life(catalogue, begins, horizon.begin);
    life.add({ growth: 20, rating: 0 }, horizon.begin);
    const seen: [number, string | undefined][] = [];
    for (let day = 0; day <= 28; day += 1) {
      life.until(closed + day * DAY);
      seen.push([life.growth, life.level?.code]);
    }
    expect([0, 7, 8, 26, 27, 28].map((day) => seen[day])).toEqual([
      [100, 'vip1'],
      [100, 'vip1'],
      [95, 'vip1'],
      [5, 'vip1'],
      [0, undefined],
      [0, undefined],
    ]);
  });

  test('of a profile that lapses, from its eighth day without a card on, and no more once a card runs again', () => {
    // Given 5 a day and 20 a month until week 9, and a card again from week 13 on.
    const lapse = { share: 1, fromWeek: 9, untilWeek: 12 };
    const people = peopleOf([profile({ plan: 'vip', lapse })], 3, 1, { catalogue, horizon });
    const growth: number[] = [];
    const life = new Life(catalogue, people[0]!.begins, horizon.begin);
    const { terms: paid } = people[0]!;
    expect(paid.map(({ at }) => (at - horizon.begin) / DAY)).toEqual([0, 31, 84, 115]);
    let begun = 0;
    for (let week = 1; week <= 16; week += 1) {
      for (; paid[begun] && paid[begun]!.at <= horizon.endOf(week); begun += 1) {
        life.add({ growth: paid[begun]!.growth, rating: 0 }, paid[begun]!.at);
      }
      life.until(horizon.endOf(week));
      growth.push(life.growth);
    }
    const held = 2 * 20 + 8 * 7 * 5;
    // The moment before the end of week 9 is the seventh day; of the 21 that follow each takes 5 but the first.
    expect(growth[8]).toBe(held);
    expect(growth.slice(9, 12)).toEqual([held - 30, held - 65, held - 100]);
    expect(growth[12]).toBe(held - 105 + 20 + 6 * 5);
    // And simulated, all three stand where this one stands.
    const { weeks } = simulate({ catalogue, horizon }, people);
    expect(weeks.map(({ standing }) => standing[0])).toEqual(weeks.map(() => 3));
  });
});

describe('levels are kept', () => {
  test('for a year and a month of grace, and lost a step at a time, where the preset says so', () => {
    // Given gold, by growth and rating, of a member whose returns bring the rating down.
    const catalogue = preset('jd-growth');
    const horizon = new Horizon(catalogue.time, 120);
    const begins = { growth: 20_000, rating: 80, state: NEVER_LOOKED, cards: [], joinedAt: horizon.begin };
    const life = new Life(catalogue, begins, horizon.begin);
    life.add({ growth: 0, rating: -60 }, horizon.begin + DAY);
    const at = (month: number, day: number) => {
      life.until(catalogue.time.startOfDate(2026, month, day) - 1);
      return [life.level?.code, life.kept];
    };
    // Then it falls 30 days after the year, and once more 30 days after the year of the level below.
    expect([at(12, 31), at(13, 31), at(14, 1)]).toEqual([
      ['gold', true],
      ['gold', true],
      ['silver', true],
    ]);
    expect([at(26, 30), at(27, 5)]).toEqual([
      ['silver', true],
      ['bronze', true],
    ]);
  });

  test('but show only while a card runs, where a level rests on one', () => {
    const catalogue = preset('iqiyi-vip');
    const horizon = new Horizon(catalogue.time, 12);
    const people = peopleOf([profile({ plan: 'vip-month', lapse: { share: 1, fromWeek: 5, untilWeek: 8 } })], 1, 1, {
      catalogue,
      horizon,
    });
    const { weeks } = simulate({ catalogue, horizon }, people);
    const shown = weeks.map(({ standing, without }) => (without ? '-' : catalogue.levels[standing.indexOf(1)]?.code));
    // 30 for each card and 6 a day: 300 on the twelfth day of the second one.
    expect(shown.join(' ')).toBe('v1 v1 v1 v1 v1 - - - - v1 v2 v2 v2');
    expect(weeks[5]!.fell).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });
});

test('a pause is a time without doings, spend and use; who is not in its share goes on', () => {
  const text = 'name: A\ncurrency: CNY\nlevels: [{ code: base, name: B, rank: 1, threshold: 0 }]';
  const catalogue = catalogueOf(programOf(text));
  const horizon = new Horizon(catalogue.time, 10);
  const activities = [
    { code: 'order', perWeek: 1_000, atMost: 1, growth: 1, amount: 0, quantity: 1, fromWeek: 1 } as const,
  ];
  const pause = { share: 0.25, fromWeek: 3, untilWeek: 6 };
  const people = peopleOf([profile({ activities, pause, spendPerWeek: 5 })], 2_000, 1, { catalogue, horizon });
  const { sums, profiles } = simulate({ catalogue, horizon }, people);
  const paused = people.filter((one) => one.week(4, 0) === undefined).length;
  // A quarter of 2,000 is off by more than 80 once in 30,000 times; the seed keeps it as it is.
  expect(Math.abs(paused - 500)).toBeLessThan(80);
  expect(sums[0]).toMatchObject({ memberWeeks: 20_000, spend: 5 * (20_000 - 4 * paused) });
  expect(profiles[0]!.growth).toBe(Math.round((20_000 - 4 * paused) / 2_000));
});

const policies = fc.record({
  plans: fc.constantFrom([], ['vip']),
  mayHaveNone: fc.boolean(),
  downgrade: fc.constantFrom('NEVER', 'ONE_STEP', 'TO_MATCHING'),
  graceDays: fc.integer({ min: 1, max: 9 }),
  when: fc.constantFrom(
    {},
    { when: 'AT_KEEP_END', keep: { days: 20 } },
    { when: 'AT_DATE', date: { month: 2, day: 1 }, keep: { months: 1 } },
  ),
  decay: fc.constantFrom({}, { decay: { plans: ['vip'], graceDays: 3, everyDays: 2, step: 15, floor: 40 } }),
  daily: fc.constantFrom({}, { vip: 3 }),
});
const doings = fc.array(
  fc.record({
    day: fc.integer({ min: 0, max: 83 }),
    growth: fc.integer({ min: -90, max: 120 }),
    rating: fc.integer({ min: -30, max: 30 }),
  }),
  { maxLength: 30 },
);
const lapses = fc.option(
  fc.record({ share: fc.constant(1), fromWeek: fc.integer({ min: 1, max: 6 }), untilWeek: fc.constantFrom(7, 9) }),
  { nil: undefined },
);

test('a member goes the way on which each day and each doing is looked at by what moves real levels', () => {
  fc.assert(
    fc.property(policies, doings, lapses, ({ when, decay, ...policy }, list, lapse) => {
      const level = (code: string, rank: number, threshold: number) => {
        return { code, name: code, rank, threshold, minDays: rank * 3, minRating: rank === 3 ? 55 : 0 };
      };
      const levels = [level('base', 1, 0), level('silver', 2, 100), level('gold', 3, 200)];
      const plan = { code: 'vip', name: 'V', kind: 'MEMBERSHIP', price: 1, term: { days: 30 }, costCap: 1 };
      const levelPolicy = { ...policy, ...when, ...decay, rating: { initial: 50, max: 100 } };
      const catalogue = catalogueOf(
        programOf(JSON.stringify({ name: 'A', currency: 'CNY', levels, plans: [plan], levelPolicy })),
      );
      const horizon = new Horizon(catalogue.time, 12);
      const { cards } = profileCards(catalogue, catalogue.planByCode('vip')!, horizon, lapse);
      const begins = { growth: 0, rating: 50, state: NEVER_LOOKED, cards, joinedAt: horizon.begin };
      const life = new Life(catalogue, begins, horizon.begin);
      let input = { catalogue, ...begins };
      for (let day = 0; day < 84; day += 1) {
        const now = horizon.dayOf(Math.floor(day / 7) + 1, day % 7);
        const before = advance(input, now);
        const done = list.filter((one) => one.day === day);
        const [growth, rating] = (['growth', 'rating'] as const).map((what) =>
          done.reduce((sum, one) => sum + one[what], 0),
        );
        const after = Math.max(0, before.growth + growth!);
        const rated = Math.min(100, Math.max(0, input.rating + rating!));
        const next = { ...input, growth: after, rating: rated };
        const settled = settleAt(next, before, after, now);
        input = { ...next, state: { ...settled.state, unbooked: 0 } };
        if (done.length > 0) life.add({ growth: growth!, rating: rating! }, now);
        else if (day % 7 === 6) life.until(now);
        else continue;
        expect([day, life.growth, life.rating, life.level?.code]).toEqual([day, after, rated, settled.level?.code]);
      }
    }),
    { numRuns: 300 },
  );
});
