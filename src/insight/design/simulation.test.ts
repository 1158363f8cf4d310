// The simulation of growth: counted by hand on small members, and in its laws on random ones.
import fc from 'fast-check';
import { NEVER_LOOKED } from '../../members/level/level-state';
import type { Activity, Profile } from '../../program/level-design';
import { parseProgram } from '../../program/program-file';
import { divided, peopleOf, type Scene, steadyPerson } from './behaviour';
import { yearlyCost } from './benefit-cost';
import { Horizon } from './horizon';
import type { Person } from './person';
import { catalogueOf } from './program-catalogue';
import { poisson, seededRandom } from './seeded-random';
import { simulate } from './simulation';

const LEVELS = `
  - { code: base, name: B, rank: 1, threshold: 0 }
  - { code: silver, name: S, rank: 2, threshold: 100 }
  - { code: gold, name: G, rank: 3, threshold: 250 }
`;

const scene = (text: string, weeks: number): Scene => {
  const catalogue = catalogueOf(programOf(text));
  return { catalogue, horizon: new Horizon(catalogue.time, weeks) };
};
const three = (weeks: number) => scene(`name: A\ncurrency: CNY\nlevels:${LEVELS}`, weeks);

function programOf(text: string) {
  const parsed = parseProgram(text, 'p.yaml');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  return parsed.program;
}

/** Gains all of a week on its third day. */
const onDay = (growth: number) => Array.from({ length: 7 }, (_, at) => ({ growth: at === 2 ? growth : 0, rating: 0 }));
const start = (growth = 0) => ({ growth, rating: 0, state: NEVER_LOOKED, cards: [], joinedAt: 0 });
const sumOf = (one: Person, week: number, level = 0) =>
  one.week(week, level)!.reduce((sum, { growth }) => sum + growth, 0);

function person(gains: readonly number[], growth = 0): Person {
  const rest = { profile: 'one', spendPerWeek: 7, benefitUse: 0.5, uncountedUses: 2 };
  return { ...rest, begins: start(growth), terms: [], week: (week) => onDay(gains[week - 1] ?? 0) };
}

describe('members live through the weeks', () => {
  test('rise with the week that reaches a threshold, fall with the one that loses it, and never below nothing', () => {
    const { weeks, profiles, sums, bySpeed } = simulate(three(6), [person([99, 1, 150, -160, -500, 30])]);
    expect(weeks.map(({ standing }) => standing.indexOf(1))).toEqual([0, 0, 1, 2, 0, 0, 0]);
    expect(profiles).toEqual([
      {
        profile: 'one',
        members: 1,
        growth: 30,
        reached: [
          { members: 1, medianWeek: 0 },
          { members: 1, medianWeek: 2 },
          { members: 1, medianWeek: 3 },
        ],
      },
    ]);
    expect(sums.map(({ memberWeeks, spend }) => [memberWeeks, spend])).toEqual([
      [4, 28],
      [1, 7],
      [1, 7],
    ]);
    expect(bySpeed).toEqual([1, 0, 0]);
  });

  test('stand where they began and gained, but are as fast as what they gained alone', () => {
    const { weeks, bySpeed } = simulate(three(2), [person([40, 60], 200), person([40])]);
    expect(weeks.at(-1)!.standing).toEqual([1, 0, 1]);
    expect(bySpeed).toEqual([1, 1, 0]);
  });

  test('of the database go on at their pace, fractions carried over', () => {
    const known = { begins: start(1), terms: [], spendPerWeek: 0, benefitUse: 1, uncountedUses: 0 };
    const steady = steadyPerson({ ...known, pace: 2.5 });
    expect([1, 2, 3, 4].map((week) => sumOf(steady, week))).toEqual([2, 3, 2, 3]);
  });
});

const activity = (parts: Partial<Activity>): Activity => {
  return { code: 'order', perWeek: 1, amount: 0, quantity: 1, fromWeek: 1, ...parts };
};

/** A program with rules for what events earn, at two levels and with a plan. */
function rules(text: string, weeks = 60): Scene {
  return scene(
    `name: A
currency: CNY
levels:
  - { code: base, name: B, rank: 1, threshold: 0 }
  - { code: silver, name: S, rank: 2, threshold: 100, growthMultiplier: 2 }
plans: [{ code: plus, name: P, kind: MEMBERSHIP, price: 1, term: { months: 1 }, costCap: 1, growthMultiplier: 1.5 }]
${text}`,
    weeks,
  );
}

const people = (profiles: readonly Profile[], count: number, seed: number) =>
  peopleOf(profiles, count, seed, rules(''));

const profile = (code: string, share: number, more: Partial<Profile> = {}): Profile => ({
  code,
  name: code,
  share,
  growth: 0,
  spendPerWeek: 0,
  benefitUse: 1,
  uncountedUses: 1,
  activities: [activity({ code: 'order', perWeek: 2, growth: 10 })],
  ...more,
});

describe('people of profiles', () => {
  const gains = (people: readonly Person[], weeks: number) =>
    people.map((one) => Array.from({ length: weeks }, (_, at) => sumOf(one, at + 1)));

  test('are the same for the same seed, whoever else is there, and others for another', () => {
    const one = gains(people([profile('keen', 1)], 20, 7), 10);
    expect(gains(people([profile('keen', 1)], 20, 7), 10)).toEqual(one);
    expect(gains(people([profile('keen', 1)], 30, 7), 10).slice(0, 20)).toEqual(one);
    expect(gains(people([profile('keen', 1)], 20, 8), 10)).not.toEqual(one);
    expect(new Set(one.map(String)).size).toBeGreaterThan(15);
  });

  test('do things as often as the profile says, within its weeks and no more than counts', () => {
    const activities = [
      activity({ code: 'order', perWeek: 40, growth: 1, fromWeek: 2, untilWeek: 3 }),
      activity({ code: 'sign-in', perWeek: 9, atMost: 7, growth: 1_000 }),
    ];
    const found = gains(people([profile('keen', 1, { activities })], 2_000, 3), 4);
    const mean = (at: number, part: (gain: number) => number) =>
      found.reduce((sum, weeks) => sum + part(weeks[at]!), 0) / found.length;
    expect([0, 3].map((at) => mean(at, (gain) => gain % 1_000))).toEqual([0, 0]);
    // The mean of 2,000 draws of mean 40 is off by more than 0.6 once in 50,000 times; the seed keeps it as it is.
    expect(Math.abs(mean(1, (gain) => gain % 1_000) - 40)).toBeLessThan(0.6);
    expect(Math.max(...found.flat().map((gain) => Math.floor(gain / 1_000)))).toBe(7);
  });

  test('are divided by shares, to the last one', () => {
    expect(divided([1, 6, 3], 10_000)).toEqual([1_000, 6_000, 3_000]);
    expect(divided([1, 1, 1], 10)).toEqual([4, 3, 3]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 9 }),
        fc.nat(9_999),
        (shares, whole) => {
          const parts = divided(shares, whole);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
          const sum = shares.reduce((total, share) => total + share, 0);
          for (const [at, part] of parts.entries())
            expect(Math.abs(part - (shares[at]! / sum) * whole)).toBeLessThan(1);
        },
      ),
    );
  });
});

describe('events of activities', () => {
  /** The growth of each of so many weeks, of one member at a level. */
  function weekly(text: string, activities: Activity[], more: { plan?: string; level?: number; weeks?: number } = {}) {
    const { level = 0, weeks = 1, plan } = more;
    const [one] = peopleOf([profile('keen', 1, { activities, plan })], 1, 5, rules(text));
    return Array.from({ length: weeks }, (_, at) => sumOf(one!, at + 1, level));
  }
  const often = (parts: Partial<Activity>) => activity({ perWeek: 1_000, atMost: 10, ...parts });

  test('earn what the rules of the program give, times the multipliers of level and plan', () => {
    const rule = 'code: buy, on: PURCHASE, earns: GROWTH, per: { amount: 100, gives: 1 }';
    const text = `earningRules: [{ ${rule}, multiplyBy: [LEVEL, PLAN] }]`;
    const orders = [often({ on: 'PURCHASE', amount: 1_250 })];
    expect(weekly(text, orders)).toEqual([120]);
    expect(weekly(text, orders, { level: 1 })).toEqual([240]);
    expect(weekly(text, orders, { level: 1, plan: 'plus' })).toEqual([360]);
    expect(weekly(text, [often({ on: 'SHARE' })])).toEqual([0]);
  });

  test('earn no more than the caps of a day, a week and a month let them, and lose by penalties', () => {
    const rule = (code: string, rest: string) => `{ code: ${code}, on: SIGN_IN, earns: GROWTH, fixed: 5, ${rest} }`;
    const signs = [often({ on: 'SIGN_IN', atMost: 1_000 })];
    expect(weekly(`earningRules: [${rule('a', 'caps: [{ period: DAY, limit: 6 }]')}]`, signs)).toEqual([42]);
    expect(weekly(`earningRules: [${rule('a', 'caps: [{ period: WEEK, limit: 33 }]')}]`, signs)).toEqual([33]);
    const monthly = `earningRules: [${rule('a', 'caps: [{ period: DAY, limit: 6 }, { period: MONTH, limit: 50 }]')}]`;
    expect(weekly(monthly, signs, { weeks: 6 })).toEqual([42, 8, 0, 0, 0, 42]);
    expect(weekly(`earningRules: [${rule('a', 'negative: true')}]`, [often({ on: 'SIGN_IN' })])).toEqual([-50]);
  });

  test('meet conditions as members of their level do', () => {
    const when = 'member.rank > 1 && event.quantity >= 5';
    const rule = `code: a, on: CUSTOM, eventName: ride, earns: GROWTH, fixed: 3, when: '${when}'`;
    const text = `earningRules: [{ ${rule} }]`;
    const rides = [often({ on: 'CUSTOM', name: 'ride', quantity: 5 })];
    expect([weekly(text, rides), weekly(text, rides, { level: 1 })]).toEqual([[0], [30]]);
    expect(weekly(text, [often({ on: 'CUSTOM', name: 'walk', quantity: 5 })], { level: 1 })).toEqual([0]);
  });
});

test('draws have the mean and the variance of their distribution', () => {
  for (const mean of [0.05, 1, 12, 75]) {
    const random = seededRandom(11, 4);
    const draws = Array.from({ length: 20_000 }, () => poisson(mean, random));
    const average = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.1);
  }
});

test('whatever members do, each stands at one level in each week, and sums count every week once', () => {
  const gains = fc.array(fc.integer({ min: -200, max: 300 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(gains, { minLength: 1, maxLength: 20 }), (members) => {
      const { weeks, sums, bySpeed } = simulate(
        three(5),
        members.map((list) => person(list)),
      );
      for (const { standing } of weeks) expect(standing.reduce((sum, at) => sum + at, 0)).toBe(members.length);
      expect(sums.reduce((sum, { memberWeeks }) => sum + memberWeeks, 0)).toBe(5 * members.length);
      expect(bySpeed.reduce((sum, at) => sum + at, 0)).toBe(members.length);
    }),
  );
});

describe('what benefits cost in a year', () => {
  const benefits = new Map(
    [
      { code: 'monthly', unitCost: 10, redeemable: true },
      { code: 'once', unitCost: 100, redeemable: true },
      { code: 'endless', unitCost: 3, redeemable: true },
      { code: 'shown', unitCost: 0, redeemable: false },
    ].map((benefit) => [benefit.code, benefit]),
  );
  const monthly = { benefit: 'monthly', quota: { limit: 2, period: 'MONTH' as const } };
  const once = { benefit: 'once', quota: { limit: 1, period: 'TERM' as const } };

  test('is every quota at most, and what is used of them as expected', () => {
    const use = { quotas: 0.25, uncounted: 9 };
    expect(yearlyCost([monthly, once, { benefit: 'shown' }], benefits, use)).toEqual({ atMost: 340, expected: 85 });
  });

  test('has no limit with a benefit that has no quota', () => {
    const use = { quotas: 0, uncounted: 0.5 };
    expect(yearlyCost([monthly, { benefit: 'endless' }], benefits, use)).toEqual({ atMost: undefined, expected: 18 });
  });
});
