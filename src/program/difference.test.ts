// The difference of two programs: what is told, what is not, and how it reads.
import { differenceOf, printDifference } from './difference';
import type { Program } from './program';
import { parseProgram } from './program-file';

const PROGRAM = `
name: Demo
currency: CNY
levels: [{ code: base, name: Base, rank: 1, threshold: 0 }]
benefits:
  - { code: freight, name: Freight, class: SERVICE, unitCost: 5, faceValue: 500 }
  - { code: reading, name: Reading, class: CONTENT, unitCost: 2, faceValue: 900 }
plans:
  - code: plus
    name: Plus
    kind: MEMBERSHIP
    price: 10900
    term: { months: 12 }
    targetRoi: 1.2
    entitlements:
      - { benefit: freight, quota: { limit: 20, period: MONTH } }
      - { benefit: reading }
`;

function programOf(text: string): Program {
  const parsed = parseProgram(text, 'p.yaml');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  return parsed.program;
}
function changed(...replacements: readonly [string, string][]): Program {
  return programOf(replacements.reduce((text, [from, to]) => text.replace(from, to), PROGRAM));
}
const current = programOf(PROGRAM);

test('a first program adds every item', () => {
  const changes = differenceOf(undefined, current);
  expect(changes.map(({ action, kind, code }) => `${action} ${kind} ${code}`)).toEqual([
    'ADDED PROGRAM program',
    'ADDED LEVEL base',
    'ADDED PLAN plus',
    'ADDED BENEFIT freight',
    'ADDED BENEFIT reading',
  ]);
});

test('the same program, or one with its items and keys in another order, has no changes', () => {
  const { levels, benefits, ...rest } = current;
  expect(differenceOf(current, { benefits: benefits.toReversed(), levels, ...rest })).toEqual([]);
  expect(printDifference([])).toBe('no changes');
});

test('a price tells its cap as well', () => {
  expect(differenceOf(current, changed(['10900', '12000']))).toEqual([
    {
      action: 'CHANGED',
      kind: 'PLAN',
      code: 'plus',
      fields: [
        { path: 'price', before: 10900, after: 12000 },
        { path: 'costCap (price ÷ targetRoi)', before: 9083, after: 10000 },
      ],
    },
  ]);
});

test.each<[string, [string, string], object[]]>([
  ['a quota', ['limit: 20', 'limit: 10'], [{ path: 'entitlements[freight].quota.limit', before: 20, after: 10 }]],
  [
    'the first quota of an entitlement',
    ['{ benefit: reading }', '{ benefit: reading, quota: { limit: 1, period: WEEK } }'],
    [
      { path: 'entitlements[reading].quota.limit', after: 1 },
      { path: 'entitlements[reading].quota.period', after: 'WEEK' },
    ],
  ],
  [
    'an entitlement',
    ['      - { benefit: reading }\n', ''],
    [{ path: 'entitlements', before: ['freight', 'reading'], after: ['freight'] }],
  ],
  [
    'a sub-cap',
    ['targetRoi: 1.2\n', 'targetRoi: 1.2\n    subCaps: { perMonth: 900 }\n'],
    [{ path: 'subCaps.perMonth', after: 900 }],
  ],
])('%s', (_name, replacement, fields) => {
  expect(differenceOf(current, changed(replacement))).toEqual([
    { action: 'CHANGED', kind: 'PLAN', code: 'plus', fields },
  ]);
});

test('the order of entitlements, in which members see them', () => {
  const plans = current.plans.map((plan) => ({ ...plan, entitlements: plan.entitlements.toReversed() }));
  expect(differenceOf(current, { ...current, plans })[0]?.fields).toEqual([
    { path: 'entitlements', before: ['freight', 'reading'], after: ['reading', 'freight'] },
  ]);
});

test('reads as a table', () => {
  const next = changed(
    ['limit: 20', 'limit: 10'],
    ['      - { benefit: reading }\n', ''],
    ['  - { code: reading, name: Reading, class: CONTENT, unitCost: 2, faceValue: 900 }\n', ''],
    ['threshold: 0 }]', 'threshold: 0 }, { code: gold, name: Gold, rank: 2, threshold: 9 }]'],
  );
  expect(printDifference(differenceOf(current, next))).toBe(`\
+ LEVEL    gold
      name                               Gold
      rank                               2
      threshold                          9
      pointsMultiplier                   1
      growthMultiplier                   1
~ PLAN     plus
      entitlements                       freight, reading → freight
      entitlements[freight].quota.limit  20 → 10
- BENEFIT  reading

1 added, 1 changed, 1 removed`);
});
