// Levels and growth carried forward in time: known stories, and that one long step equals many short ones.
import fc from 'fast-check';
import { DAY, HOUR, type Instant } from '../../kernel/clock';
import { namedId } from '../../kernel/id';
import { Catalogue } from '../../program/catalogue';
import type { StoredItem } from '../../program/catalogue-item';
import type { Program } from '../../program/program';
import { parseProgram, printProgram } from '../../program/program-file';
import { itemsOf, type JsonObject } from '../../program/program-item';
import { type Advanced, type AdvanceInput, advance, settleAt } from './advance';
import type { CoveringCard } from './coverage';
import { type LevelState, NEVER_LOOKED } from './level-state';

const NOON: Instant = Date.parse('2026-03-10T12:00:00+08:00');
const PLAN = namedId('plan');

interface Scene {
  readonly policy?: object;
  readonly levels?: readonly object[];
}

const VIPS = [
  { code: 'vip1', name: 'VIP 1', rank: 1, threshold: 1 },
  { code: 'vip2', name: 'VIP 2', rank: 2, threshold: 50 },
  { code: 'vip3', name: 'VIP 3', rank: 3, threshold: 90 },
];
const TIERS = [
  { code: 'base', name: 'Base', rank: 1, threshold: 0 },
  { code: 'silver', name: 'Silver', rank: 2, threshold: 100 },
  { code: 'gold', name: 'Gold', rank: 3, threshold: 200 },
];
const QQ = { mayHaveNone: true, decay: { plans: ['vip'], step: 5 } };

function programOf({ policy, levels = TIERS }: Scene): Program {
  const plan = { code: 'vip', name: 'V', kind: 'MEMBERSHIP', price: 100, term: { days: 30 }, costCap: 1 };
  const file = { name: 'T', currency: 'CNY', levelPolicy: policy, levels, plans: [plan] };
  const parsed = parseProgram(JSON.stringify(file), 'test.json');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  return parsed.program;
}

function catalogueOf(scene: Scene, more: Partial<StoredItem> = {}): Catalogue {
  const items = itemsOf(programOf(scene)).map(({ kind, code, definition }, at): StoredItem => {
    const id = kind === 'PLAN' ? PLAN : namedId(kind, code);
    const item = { id, kind, code, number: at + 1, version: 1, retired: false, definition: definition as JsonObject };
    return { ...item, ...more };
  });
  return new Catalogue(1, items);
}

/** Days from noon of 10 March. */
const on = (day: number, hour = 12): Instant => NOON + day * DAY + (hour - 12) * HOUR;

function card(from: number, to: number, closed?: number): CoveringCard {
  const terms = [{ startsAt: on(from), endsAt: on(to) }];
  const end = closed === undefined ? undefined : on(closed);
  return { planId: PLAN, openedAt: on(from), status: end === undefined ? 'ACTIVE' : 'CLOSED', closedAt: end, terms };
}

function inputOf(scene: Scene, growth: number, cards: readonly CoveringCard[] = [], more: Partial<AdvanceInput> = {}) {
  const state: LevelState = { ...NEVER_LOOKED, at: on(-40) };
  return { catalogue: catalogueOf(scene), state, cards, growth, rating: 0, joinedAt: on(-40), ...more };
}

const levelAt = (input: AdvanceInput, now: Instant) => advance(input, now).level?.code;
const changesOf = ({ changes }: Advanced, catalogue: Catalogue) =>
  changes.map(({ from, to, why, at }) => {
    const code = (id?: string) => (id === undefined ? undefined : catalogue.level(id)?.code);
    return [code(from), code(to), why, (at - NOON) / DAY];
  });

describe('decay', () => {
  const lapsed = (policy: object) => inputOf({ policy, levels: VIPS }, 100, [card(-30, 0)]);

  test.each([
    [8, 6, 100],
    [8, 7, 100],
    [8, 8, 95],
    [8, 27, 0],
    [8, 26, 5],
    [8, 400, 0],
    [7, 6, 100],
    [7, 7, 95],
    [7, 26, 0],
  ])('100 at closing, first on day %d: on day %d there are %d', (firstDay, day, growth) => {
    const input = lapsed({ mayHaveNone: true, decay: { plans: ['vip'], graceDays: 7, firstDay, step: 5 } });
    // The day begins at midnight: the whole day has its value.
    for (const hour of [0, 23]) expect(advance(input, on(day, hour)).growth).toBe(growth);
  });

  test('95 after the first day of it, 0 after the twentieth; at 0 the level goes', () => {
    const input = lapsed(QQ);
    const days = Array.from({ length: 21 }, (_, at) => advance(input, on(7 + at)).growth);
    expect(days).toEqual([100, ...Array.from({ length: 20 }, (_, at) => 95 - 5 * at)]);
    expect([26, 27].map((day) => levelAt(input, on(day)))).toEqual(['vip1', undefined]);
    expect(changesOf(advance(input, on(30)), input.catalogue)).toEqual([
      ['vip3', 'vip2', 'FALLEN', 9.5],
      ['vip2', 'vip1', 'FALLEN', 17.5],
      ['vip1', undefined, 'FALLEN', 26.5],
    ]);
  });

  test('stops when a card runs again, goes on from what is left, and has its grace anew', () => {
    const input = inputOf({ policy: QQ, levels: VIPS }, 100, [card(-30, 0), card(10, 40)]);
    expect([10, 39, 47, 48, 49].map((day) => advance(input, on(day)).growth)).toEqual([85, 85, 85, 80, 75]);
  });

  test('begins when a card is closed, not when its term would have ended', () => {
    const input = inputOf({ policy: QQ, levels: VIPS }, 100, [card(-10, 20, 0)]);
    expect([7, 8].map((day) => advance(input, on(day)).growth)).toEqual([100, 95]);
  });

  test('never touches a member who had no card, nor growth under the floor', () => {
    const floor = { decay: { plans: ['vip'], step: 30, floor: 50 } };
    expect(advance(inputOf({ policy: floor }, 100), on(100)).growth).toBe(100);
    expect(advance(inputOf({ policy: floor }, 100, [card(-30, 0)]), on(100)).growth).toBe(50);
    expect(advance(inputOf({ policy: floor }, 20, [card(-30, 0)]), on(100)).growth).toBe(20);
  });

  test('comes every so many days', () => {
    const every = { decay: { plans: ['vip'], graceDays: 2, everyDays: 3, step: 10 } };
    const input = inputOf({ policy: every }, 100, [card(-30, 0)]);
    expect([2, 3, 5, 6, 9].map((day) => advance(input, on(day)).growth)).toEqual([100, 90, 90, 80, 70]);
  });
});

describe('growth of days', () => {
  test('comes once for each day of the card', () => {
    const input = inputOf({ policy: { daily: { vip: 10 } } }, 0, [card(0, 30)]);
    expect([0, 1, 29, 30, 31, 60].map((day) => advance(input, on(day)).growth)).toEqual([0, 10, 290, 300, 300, 300]);
    expect(changesOf(advance(input, on(60)), input.catalogue)).toEqual([
      ['base', 'silver', 'RISEN', 9.5],
      ['silver', 'gold', 'RISEN', 19.5],
    ]);
  });

  test('counts a card that was opened for the past from when it was opened', () => {
    const late = { ...card(-20, 10), openedAt: on(0) };
    expect(advance(inputOf({ policy: { daily: { vip: 10 } } }, 0, [late]), on(60)).growth).toBe(100);
  });

  test('does not count what was before the settings that say so', () => {
    const input = inputOf({ policy: { daily: { vip: 10 } } }, 0, [card(-20, 10)]);
    const { catalogue } = input;
    const levelPolicy = { ...catalogue.levelPolicy, settingsSince: on(0) };
    const newer = Object.assign(Object.create(Object.getPrototypeOf(catalogue)), catalogue, { levelPolicy });
    expect(advance({ ...input, catalogue: newer }, on(60)).growth).toBe(100);
  });
});

describe('keeping and falling', () => {
  const falling = (policy: object, growth = 0) => {
    const input = inputOf({ policy }, 250, [], { state: { ...NEVER_LOOKED, at: on(0) }, joinedAt: on(0) });
    // Gold at day 0; the growth goes at day 1.
    const risen = settleAt({ ...input, growth: 250 }, advance({ ...input, growth: 0 }, on(0)), 250, on(0));
    const state = { ...risen.state, unbooked: 0 };
    const before = advance({ ...input, state }, on(1));
    const lost = settleAt({ ...input, state, growth }, before, growth, on(1));
    return { ...input, growth, state: { ...lost.state, unbooked: 0 } };
  };
  const levels = (input: AdvanceInput, days: readonly number[]) => days.map((day) => levelAt(input, on(day)));

  test.each<[string, object, readonly number[], readonly string[]]>([
    ['at once to what matches', {}, [1], ['base']],
    ['never', { downgrade: 'NEVER' }, [1, 9_000], ['gold', 'gold']],
    ['after grace', { graceDays: 5 }, [1, 5, 6], ['gold', 'gold', 'base']],
    [
      'a step a month of grace',
      { downgrade: 'ONE_STEP', graceDays: 30 },
      [1, 30, 31, 60, 61],
      ['gold', 'gold', 'silver', 'silver', 'base'],
    ],
    [
      'when the time of keeping is over',
      { when: 'AT_KEEP_END', keep: { days: 90 } },
      [1, 89, 90],
      ['gold', 'gold', 'base'],
    ],
    [
      'a step each time, after grace',
      { when: 'AT_KEEP_END', keep: { days: 90 }, downgrade: 'ONE_STEP', graceDays: 10 },
      [99, 100, 199, 200],
      ['gold', 'silver', 'silver', 'base'],
    ],
    ['on a day of the year', { when: 'AT_DATE', date: { month: 4, day: 1 } }, [21, 22], ['gold', 'base']],
    [
      'on that day of the next year, when it was kept until after this one',
      { when: 'AT_DATE', date: { month: 4, day: 1 }, keep: { months: 3 } },
      [22, 386, 387],
      ['gold', 'gold', 'base'],
    ],
    [
      'on the last of February, in other years on the 28th',
      { when: 'AT_DATE', date: { month: 2, day: 29 } },
      [354, 355],
      ['gold', 'base'],
    ],
  ])('%s', (_name, policy, days, expected) => {
    expect(levels(falling(policy), days)).toEqual(expected);
  });

  test('a level that is won back within grace stays', () => {
    const input = falling({ graceDays: 5 });
    const before = advance(input, on(3));
    const back = settleAt({ ...input, growth: 200 }, before, 200, on(3));
    const state = { ...back.state, unbooked: 0 };
    expect(state.fallsAt).toBeUndefined();
    expect(levelAt({ ...input, growth: 200, state }, on(100))).toBe('gold');
  });

  test('a level that still matches is kept for another time', () => {
    const input = falling({ when: 'AT_KEEP_END', keep: { days: 90 } }, 230);
    expect(advance(input, on(0) + 80 * DAY).state.keptUntil).toBe(on(90));
    expect(advance(input, on(100)).state.keptUntil).toBe(on(180));
  });
});

test('a level is reached no sooner than the least time at the one below allows', () => {
  const levels = TIERS.map((level) => (level.code === 'silver' ? { ...level, minDays: 30 } : level));
  const input = inputOf({ levels }, 0, [], { state: { ...NEVER_LOOKED, at: on(0) }, joinedAt: on(0) });
  const risen = settleAt({ ...input, growth: 500 }, advance(input, on(0)), 500, on(0));
  expect(risen.level?.code).toBe('silver');
  const later = { ...input, growth: 500, state: { ...risen.state, unbooked: 0 } };
  expect([29, 30].map((day) => levelAt(later, on(day)))).toEqual(['silver', 'gold']);
  expect(risen.state.dueAt).toBe(on(30));
});

test('a level needs growth and rating both', () => {
  const levels = TIERS.map((level) => ({ ...level, minRating: level.rank * 10 - 10 }));
  const scene = { levels, policy: { rating: { initial: 15, max: 100 } } };
  const at = (growth: number, rating: number) => levelAt(inputOf(scene, growth, [], { rating }), on(0));
  expect([at(0, 100), at(500, 9), at(500, 10), at(500, 20), at(150, 100)]).toEqual([
    'base',
    'base',
    'silver',
    'gold',
    'silver',
  ]);
});

test('a level shows only while a card runs, and comes back with the next one', () => {
  const scene = { policy: { plans: ['vip'], mayHaveNone: true } };
  const input = inputOf(scene, 150, [card(0, 10), card(20, 30)]);
  expect([-1, 0, 9, 10, 19, 20, 30].map((day) => levelAt(input, on(day)))).toEqual([
    undefined,
    'silver',
    'silver',
    undefined,
    undefined,
    'silver',
    undefined,
  ]);
  expect(changesOf(advance(input, on(40)), input.catalogue)).toEqual([
    [undefined, 'silver', 'CARD_BEGAN', 0],
    ['silver', undefined, 'CARD_ENDED', 10],
    [undefined, 'silver', 'CARD_BEGAN', 20],
    ['silver', undefined, 'CARD_ENDED', 30],
  ]);
});

const policies = fc.record(
  {
    plans: fc.constantFrom([], ['vip']),
    mayHaveNone: fc.boolean(),
    downgrade: fc.constantFrom('NEVER', 'ONE_STEP', 'TO_MATCHING'),
    when: fc.constantFrom(
      {},
      { when: 'AT_KEEP_END', keep: { days: 20 } },
      { when: 'AT_KEEP_END', keep: { months: 1 } },
      { when: 'AT_DATE', date: { month: 5, day: 1 } },
    ),
    graceDays: fc.integer({ min: 1, max: 12 }),
    decay: fc.record({
      plans: fc.constant(['vip']),
      graceDays: fc.integer({ min: 0, max: 9 }),
      everyDays: fc.integer({ min: 1, max: 4 }),
      step: fc.integer({ min: 1, max: 40 }),
      floor: fc.constantFrom(0, 60),
    }),
    daily: fc.constantFrom({}, { vip: 7 }),
  },
  { requiredKeys: ['graceDays'] },
);
const spans = fc.array(
  fc.tuple(fc.integer({ min: -20, max: 100 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 50 })),
  { maxLength: 3 },
);

test('one long step comes to the same as any number of short ones', () => {
  fc.assert(
    fc.property(
      policies,
      spans,
      fc.integer({ min: 0, max: 260 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 24 * 200 }), { maxLength: 40 }),
      ({ when = {}, ...policy }, cards, growth, looks) => {
        const minDays = TIERS.map((level) => ({ ...level, minDays: level.rank * 4 }));
        const scene = { policy: { ...policy, ...when }, levels: minDays };
        const own = cards.map(([from, days, closed]) =>
          card(from, from + days, closed < 40 ? from + closed : undefined),
        );
        const input = inputOf(scene, growth, own);
        const end = NOON + 200 * DAY;
        const whole = advance(input, end);
        const changes = [];
        let { state } = input;
        for (const hours of [...looks.toSorted((left, right) => left - right), 200 * 24]) {
          const part = advance({ ...input, state }, NOON + hours * HOUR);
          state = part.state;
          changes.push(...part.changes);
        }
        expect(state).toEqual(whole.state);
        expect(changes).toEqual(whole.changes);
        expect(growth + state.unbooked).toBe(whole.growth);
        expect(whole.growth).toBeGreaterThanOrEqual(0);
        expect(whole.state.dueAt ?? end + 1).toBeGreaterThan(end);
      },
    ),
    { numRuns: 400 },
  );
});

test('one long step over two programs comes to the same as short ones, each by the program in force', () => {
  const looksAt = fc.uniqueArray(fc.integer({ min: 1, max: 24 * 120 }), { maxLength: 25 });
  const applied = fc.integer({ min: 1, max: 24 * 120 });
  fc.assert(
    fc.property(policies, policies, spans, fc.integer({ min: 0, max: 260 }), looksAt, applied, (...drawn) => {
      const [one, two, cards, growth, looks, hours] = drawn;
      const scenes = [one, two].map(({ when = {}, ...policy }, at): Scene => {
        const levels = TIERS.map((level) => ({ ...level, threshold: level.threshold * (1 + at), minDays: 4 }));
        return { policy: { ...policy, ...when }, levels };
      });
      const until = NOON + hours * HOUR;
      const earlier = { versions: [{ version: 1, appliedAt: 0, text: printProgram(programOf(scenes[0]!)) }], until };
      const first = catalogueOf(scenes[0]!, { appliedAt: 0 });
      const second = catalogueOf(scenes[1]!, { appliedAt: until, version: 2, earlier });
      const own = cards.map(([from, days, closed]) => card(from, from + days, closed < 40 ? from + closed : undefined));
      const begin = advance({ ...inputOf(scenes[0]!, growth, own), catalogue: first }, NOON);
      const input = { ...inputOf(scenes[1]!, growth, own, { state: begin.state }), catalogue: second };
      const whole = advance(input, NOON + 121 * DAY);
      const changes = [];
      let { state } = input;
      for (const at of [...looks.toSorted((left, right) => left - right), 24 * 121]) {
        const part = advance({ ...input, catalogue: at < hours ? first : second, state }, NOON + at * HOUR);
        state = part.state;
        changes.push(...part.changes);
      }
      expect(state).toEqual(whole.state);
      expect(changes).toEqual(whole.changes);
      expect(growth + state.unbooked).toBe(whole.growth);
    }),
    { numRuns: 300 },
  );
});
