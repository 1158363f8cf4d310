// Grades of a program: holes and overlaps are found exactly, whatever the ranges, and told in words.
import fc from 'fast-check';
import { type Box, holesOf, intersection } from './boxes';
import { campaignTerms } from './campaign-terms.rule';
import { grades } from './grades.rule';
import { lifecycleDays } from './lifecycle-days.rule';
import type { ProgramDraft } from './rule';

const given = (rule: typeof grades, program: object): string[] =>
  rule(program as ProgramDraft).map(({ path, given: what }) => `${path.join('.')}: ${what}`);
const rfm = (list: object[], more: object = {}) => ({ rfm: { window: 'EVER', grades: list, default: 'a', ...more } });
const grade = (code: string, when?: object, precedence = 0) => ({ code, name: code, when, precedence });

test('the three lines of the field leave two holes, which are named', () => {
  const lines = [
    grade('a', { monetary: { below: 1_000 }, frequency: { below: 10 } }),
    grade('b', { monetary: { atLeast: 1_000, atMost: 2_000 }, frequency: { atLeast: 10 } }),
    grade('c', { monetary: { moreThan: 2_000 } }),
  ];
  expect(given(grades, rfm(lines))).toEqual([
    'rfm.grades: grades that leave out spend 1000 to 2000 with fewer than 10 purchases; ' +
      'spend below 1000 with at least 10 purchases',
  ]);
  expect(given(grades, rfm(lines, { holes: 'DEFAULT' }))).toEqual([]);
});

test('a bound that belongs to neither side is a hole of one number, and one that belongs to both an overlap', () => {
  const cut = (low: object, high: object) => rfm([grade('a', { monetary: low }), grade('b', { monetary: high })]);
  expect(given(grades, cut({ below: 5 }, { moreThan: 5 }))).toEqual([
    'rfm.grades: grades that leave out spend exactly 5',
  ]);
  expect(given(grades, cut({ atMost: 5 }, { atLeast: 5 }))).toEqual([
    'rfm.grades.1: b and a both have spend exactly 5',
  ]);
  expect(given(grades, cut({ atMost: 5 }, { moreThan: 5 }))).toEqual([]);
});

test('overlaps need distinct precedence; what cannot occur is no hole', () => {
  const [all, few] = [grade('a', { frequency: { atLeast: 0 } }), grade('b', { frequency: { below: 3 } })];
  expect(given(grades, rfm([all, few]))).toEqual(['rfm.grades.1: b and a both have fewer than 3 purchases']);
  expect(given(grades, rfm([all, { ...few, precedence: 1 }]))).toEqual([]);
  // Who bought nothing spent nothing, so that nobody bought nothing for much.
  const never = grade('a', { frequency: { below: 1 }, monetary: { below: 1 } });
  expect(given(grades, rfm([never, grade('b', { frequency: { atLeast: 1 } })]))).toEqual([]);
});

test.each<[string, object, RegExp]>([
  [
    'no such default',
    rfm([grade('b', { m: { atLeast: 1 } })], { scores: { method: 'QUANTILES' } }),
    /rfm.default: "a"/,
  ],
  ['a grade twice', rfm([grade('a'), grade('a')]), /rfm.grades.1.code: "a" again/],
  ['no ranges', rfm([grade('a'), grade('b')]), /rfm.grades.1.when: nothing/],
  ['measures and scores', rfm([grade('a', { monetary: {} }), grade('b', { r: {} })]), /grades.1.when.r: scores/],
  ['scores without any', rfm([grade('a', { r: { atLeast: 1 } })]), /grades.0.when.r: a score/],
  ['an empty range', rfm([grade('a', { monetary: { atLeast: 5, below: 5 } })]), /which holds no number/],
  ['two lower ends', rfm([grade('a', { monetary: { atLeast: 5, moreThan: 5 } })]), /when.monetary/],
  ['a window of no days', rfm([grade('a')], { window: 'DAYS' }), /rfm.windowDays: nothing/],
  ['thresholds that fall', rfm([grade('a')], { scores: { method: 'FIXED', frequency: [1, 1, 2, 3] } }), /frequency/],
])('%s is refused', (_what, program, message) => {
  expect(given(grades, program).join('\n')).toMatch(message);
});

test('holes are exactly the numbers that no box holds', () => {
  const end = fc.integer({ min: 0, max: 6 });
  const side = fc.tuple(end, end).map(([from, size]) => ({ from, to: from + 1 + size }));
  const space: Box = [
    { from: 0, to: 8 },
    { from: 0, to: 8 },
  ];
  fc.assert(
    fc.property(fc.array(fc.tuple(side, side), { maxLength: 5 }), (boxes) => {
      const holes = holesOf(space, boxes, () => true);
      for (let x = 0; x < 8; x += 1) {
        for (let y = 0; y < 8; y += 1) {
          const point: Box = [
            { from: x, to: x + 1 },
            { from: y, to: y + 1 },
          ];
          const inBoxes = boxes.some((box) => intersection(box, point));
          expect(holes.filter((hole) => intersection(hole, point))).toHaveLength(inBoxes ? 0 : 1);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('stages follow each other', () => {
  expect(given(lifecycleDays, { lifecycle: { activeDays: 30, silentDays: 30, sleepingDays: 20 } })).toEqual([
    'lifecycle.silentDays: 30',
    'lifecycle.sleepingDays: 20',
  ]);
});

describe('campaigns', () => {
  const points = { points: 1 };
  test.each<[string, object, object, RegExp]>([
    ['a trigger without its day', { trigger: { on: 'MONTHLY' } }, {}, /trigger.day: nothing/],
    ['a field of another trigger', { trigger: { on: 'BIRTHDAY', day: 3 } }, {}, /trigger.day: the key "day"/],
    ['a name of what has none', { trigger: { on: 'EVENT', event: 'WATCH', name: 'x' } }, {}, /trigger.name/],
    [
      'an event that no birthday is',
      { trigger: { on: 'BIRTHDAY', when: 'event.amount > 5' } },
      {},
      /trigger.when: the key/,
    ],
    [
      'CEL over no event',
      { trigger: { on: 'EVENT', event: 'WATCH', when: 'event.hours > 5' } },
      {},
      /when: .* where at 1:/,
    ],
    ['stages without a lifecycle', { trigger: { on: 'STAGE', to: ['LOST'] } }, {}, /trigger.on: STAGE/],
    [
      'an unknown grade',
      { segment: { grades: ['gold'] } },
      { rfm: { grades: [{ code: 'golden' }] } },
      /grades.0: "gold"/,
    ],
    ['CEL that is none', { segment: { condition: 'member.rank > "a"' } }, {}, /condition: .* where at 1:/],
    ['a budget without a cost', { budget: 5 }, {}, /budget: 5/],
    ['a budget below one member', { budget: 5, costPerMember: 6 }, {}, /budget: 5/],
    ['an unknown benefit', { reward: { benefits: ['cake'] } }, {}, /reward.benefits.0: "cake"/],
    [
      'a schedule after its end',
      { trigger: { on: 'SCHEDULE', at: '2026-02-01T00:00:00Z' }, validUntil: '2026-02-01T00:00:00Z' },
      {},
      /trigger.at/,
    ],
  ])('%s is refused', (_what, campaign, more, message) => {
    const whole = { code: 'c', name: 'C', trigger: { on: 'BIRTHDAY' }, reward: points, ...campaign };
    const found = given(campaignTerms, { campaigns: [whole], ...more });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });
});
