// What a simulation says about a program: the target, the cost against the spend, the crowd; as table and as picture.

import { NEVER_LOOKED } from '../../members/level/level-state';
import { parseProfiles } from '../../program/profile-file';
import type { Program } from '../../program/program';
import { parseProgram } from '../../program/program-file';
import { peopleOf, type Scene } from './behaviour';
import { growthChart, growthPage } from './growth-chart';
import { type GrowthQuestion, growthReport } from './growth-report';
import { growthTables, money } from './growth-table';
import { Horizon } from './horizon';
import type { Person } from './person';
import { asDesigned, catalogueOf } from './program-catalogue';

const PROGRAM = `
name: Tom & Jerry <Plus>
currency: CNY
levels:
  - { code: base, name: Base, rank: 1, threshold: 0 }
  - code: silver
    name: Silver
    rank: 2
    threshold: 100
    entitlements: [{ benefit: gift, quota: { limit: 1, period: MONTH } }]
  - { code: gold, name: '"Gold"', rank: 3, threshold: 1000, entitlements: [{ benefit: gift }] }
benefits: [{ code: gift, name: Gift, class: BASIC, unitCost: 50, faceValue: 100 }]
plans:
  - code: plus
    name: Plus
    kind: MEMBERSHIP
    price: 10900
    term: { months: 12 }
    targetRoi: 1.2
    entitlements: [{ benefit: gift, quota: { limit: 1, period: WEEK } }]
levelDesign:
  base: 100
  multipliers: [1.5, 8]
  target:
    meaning: MEANING
    bands: [{ name: high, share: 1, levels: [gold] }, { name: low, share: 9, levels: [silver, base] }]
`;

function program(meaning = 'POPULATION') {
  const { program: parsed, faults } = parseProgram(PROGRAM.replace('MEANING', meaning), 'p.yaml');
  if (!parsed) throw new Error(JSON.stringify(faults));
  return parsed;
}

const person = (growth: number, weekly: number): Person => ({
  profile: 'one',
  begins: { growth, rating: 0, state: NEVER_LOOKED, cards: [], joinedAt: 0 },
  terms: [],
  spendPerWeek: 1_000,
  benefitUse: 0.5,
  uncountedUses: 2,
  week: () => [{ growth: weekly, rating: 0 }, ...Array.from({ length: 6 }, () => ({ growth: 0, rating: 0 }))],
});

/** One at gold from the beginning, eight that come to silver half-way, one that stays. */
const PEOPLE = [person(1_000, 0), ...Array.from({ length: 8 }, () => person(0, 20)), person(0, 0)];

function sceneOf(of: Program, weeks: number): Scene {
  const catalogue = catalogueOf(of);
  return { catalogue, horizon: new Horizon(catalogue.time, weeks) };
}

function report({ weeks = 10, ...more }: Partial<GrowthQuestion> & { weeks?: number } = {}) {
  const of = more.program ?? program();
  const question = { program: of, people: PEOPLE, source: 'by hand', seed: 1, scene: sceneOf(of, weeks) };
  return growthReport({ ...question, ...more });
}

test('members, spend and cost by level, and the thresholds of the design beside the given ones', () => {
  const { levels, crowded, plans, target } = report();
  expect(levels).toMatchObject([
    { code: 'base', threshold: 0, designed: 0, share: 0.1, cost: { atMost: 0, expected: 0 } },
    { code: 'silver', threshold: 100, designed: 150, share: 0.8, cost: { atMost: 600, expected: 300 } },
    { code: 'gold', threshold: 1_000, designed: 800, share: 0.1, cost: { atMost: undefined, expected: 1_200 } },
  ]);
  expect(levels[1]).toMatchObject({ spend: 52_000, costShare: 300 / 52_000 });
  expect(levels[1]!.standing).toEqual([0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8]);
  expect(plans).toEqual([{ code: 'plus', name: 'Plus', price: 10_900, costCap: 9_083, benefitsAtMost: 2_600 }]);
  expect(crowded).toEqual(['silver']);
  expect(target?.bands).toMatchObject([
    { name: 'high', wanted: 0.1, reached: 0.1 },
    { name: 'low', wanted: 0.9, reached: 0.9 },
  ]);
});

test('a target of speed counts what was gained, and the designed thresholds may count instead', () => {
  expect(report({ program: program('SPEED') }).target?.bands).toMatchObject([{ reached: 0 }, { reached: 1 }]);
  expect(report({ scene: sceneOf(asDesigned(program()), 10) }).levels[1]!.standing.indexOf(8)).toBe(8);
});

test('is told as tables', () => {
  const text = growthTables(report());
  expect(text).toMatch(/^Tom & Jerry <Plus>: 10 members over 10 weeks, by hand, seed 1\n/);
  expect(text).toMatch(/^silver +100 +150 +-50 +0 +0 +8 +8 +8 +80\.0 %$/m);
  expect(text).toMatch(/^silver +520\.00 +6\.00 +3\.00 +0\.6 %$/m);
  expect(text).toMatch(/^gold +520\.00 +no limit +12\.00 +2\.3 %$/m);
  expect(text).toMatch(/^high +gold +10\.0 % +10\.0 % +\+0\.0$/m);
  expect(text).toContain('Crowded: 80.0 % of the members would sit at silver');
});

/** The names of elements that are open at the end, and whether each was closed by its own name. */
function wellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, close, name, attributes, single] of svg.matchAll(/<(\/?)([a-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g)) {
    if (close && open.pop() !== name) return false;
    if (!close && !single) open.push(name!);
    if (close && attributes) return false;
  }
  // Nothing between the elements looks like one that was not understood.
  const rest = svg.replaceAll(/<\/?[a-z]+(?: [\w-]+="[^"<]*")*\/?>/g, '');
  return open.length === 0 && !/[<>]/.test(rest) && !/&(?!amp;|lt;|gt;|quot;)/.test(rest);
}

test('is drawn as a picture that every name leaves whole, and as a page with nothing from elsewhere', () => {
  const svg = growthChart(report());
  expect(wellFormed(svg)).toBe(true);
  expect(svg).toContain('Tom &amp; Jerry &lt;Plus&gt;');
  expect(svg.match(/<polygon /g)).toHaveLength(3);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const page = growthPage(report(), growthTables(report()));
  expect(page.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|<link/);
  // When nobody does anything, then there is still a picture.
  const nothing = growthChart(report({ people: [person(0, 0)], weeks: 1 }));
  expect([wellFormed(nothing), /NaN|Infinity/.test(nothing)]).toEqual([true, false]);
});

const KEEPING = `
name: Kept
currency: CNY
levelPolicy: { mayHaveNone: true, when: AT_KEEP_END, keep: { days: 10 } }
levels: [{ code: low, name: Low, rank: 1, threshold: 10 }, { code: high, name: High, rank: 2, threshold: 100 }]
`;

test('who is kept, who fell and who has no level, is told where a program makes a difference', () => {
  // Given one that loses its growth on the first day, one that begins with nothing, and one that stays high.
  const parsed = parseProgram(KEEPING, 'p.yaml').program!;
  const people = [person(150, -150), person(0, 0), person(100, 0)];
  const told = report({ program: parsed, people, weeks: 2 });
  expect(told.levels.map(({ standing, kept, fell }) => ({ standing, kept, fell }))).toEqual([
    { standing: [0, 0, 0], kept: [0, 0, 0], fell: [0, 0, 0] },
    { standing: [2, 2, 1], kept: [0, 1, 0], fell: [0, 0, 1] },
  ]);
  expect(told.without).toEqual([1, 1, 2]);
  const text = growthTables(told);
  expect(text).toMatch(/^level +threshold +begin +week 1 +week 2 +at the end +kept +fell, last week +fell, in all$/m);
  expect(text).toMatch(/^\(none\) +1 +1 +2 +66\.7 %$/m);
  expect(text).toMatch(/^high +100 +2 +2 +1 +33\.3 % +0 +1 +1$/m);
  const early = report({ program: parsed, people, weeks: 1 });
  expect(growthTables(early)).toMatch(/^high +100 +2 +2 +66\.7 % +1 +0 +0$/m);
  const svg = growthChart(told);
  expect(wellFormed(svg)).toBe(true);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg).toContain('No level');
  expect(svg).toContain('url(#kept)');
  expect(svg).toContain('at none: 1 in all');
  // And a program of which the levels follow growth is told as ever.
  expect(growthTables(report())).not.toMatch(/kept|fell|\(none\)/);
  expect(growthChart(report())).not.toMatch(/kept|fell|No level/);
});

test('amounts have the decimals of their currency', () => {
  expect([money(123_456, 'CNY'), money(123_456, 'JPY')]).toEqual(['1,234.56', '123,456']);
});

test('profiles may stand in a file of their own, whose faults are told with their places', () => {
  const good = 'profiles: [{ code: a, name: A, share: 1, activities: [{ code: x, perWeek: 1, growth: 5 }] }]';
  const parsed = parseProfiles(good, 'p.yaml', program());
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  const { profiles } = parsed;
  expect(profiles).toMatchObject([{ code: 'a', benefitUse: 1, activities: [{ fromWeek: 1 }] }]);
  expect(peopleOf(profiles, 3, 1, sceneOf(program(), 4))).toHaveLength(3);
  const { faults } = parseProfiles(`${good.slice(0, -1)}, { code: a, name: B, share: 0 }]\n`, 'p.yaml', program());
  expect(faults?.map(({ path }) => path)).toEqual(['profiles[1].activities', 'profiles[1].share']);
  const carded = good.replace('share: 1,', 'share: 1, plan: pro, lapse: { fromWeek: 4, untilWeek: 3 },');
  expect(parseProfiles(carded, 'p.yaml', program()).faults).toMatchObject([
    { path: 'profiles[0].lapse.untilWeek', given: '3', line: 1, column: 86 },
    { path: 'profiles[0].plan', given: '"pro"', allowed: 'a plan of the program: plus', line: 1 },
  ]);
  expect(
    parseProfiles(good.replace('}] }]', '}, { code: x, perWeek: 1, growth: 1 }] }]'), 'p.yaml', program()).faults,
  ).toMatchObject([{ path: 'profiles[0].activities[1].code', line: 1 }]);
});
