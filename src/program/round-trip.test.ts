// Text and program are two forms of one thing: shown on random programs, as odd as schema and rules let them be.
import fc from 'fast-check';
import type { AlertSettings } from './alert-settings';
import { differenceOf } from './difference';
import { EVENT_TYPES } from './event-type';
import type { LevelDesign, LevelGuard, Profile } from './level-design';
import type { LevelGift } from './level-terms';
import { type Budget, FIELD_KINDS, type PlanSale, PRICE_KINDS } from './plan-sale';
import {
  BENEFIT_CLASSES,
  type Benefit,
  type EarningRule,
  type Level,
  type OfferDefinition,
  type Partner,
  type Plan,
  type Program,
  WEEKDAYS,
} from './program';
import { printFault } from './program-fault';
import { parseProgram, printProgram } from './program-file';

const AMOUNT_MAX = 1_000_000_000_000;

// Words that YAML could take for something else are as likely as any others.
const oddLines = fc.constantFrom(
  'yes',
  'null',
  '~',
  '12',
  '1e3',
  '0x1F',
  '# no comment',
  '- x',
  'a: b',
  '*x',
  '&y',
  '!!z',
  "it's",
  '"',
  '😀',
  '会员',
);
const line = fc.oneof(oddLines, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(isLine));
const paragraph = fc.oneof(
  line,
  fc.array(line, { minLength: 2, maxLength: 4 }).map((lines) => lines.join('\n')),
);
const amount = fc.nat({ max: AMOUNT_MAX });
const code = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/),
  fc.constantFrom('constructor', 'true', 'null', '007', '1e5', 'no'),
);

function isLine(text: string): boolean {
  return /^\S(.*\S)?$/u.test(text) && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text);
}

const codes = (maxLength: number) => fc.uniqueArray(code, { maxLength });
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Without keys of which the value is `undefined`, as a file would have it. */
function tidy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(tidy) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, tidy(inner)])) as Value;
}

const quota = fc.record({
  limit: fc.integer({ min: 1, max: 1_000_000_000 }),
  period: fc.constantFrom('TERM' as const, 'MONTH' as const, 'WEEK' as const, 'DAY' as const),
});

const priced = {
  unitCost: amount,
  faceValue: amount,
  pointsPrice: amount,
  costBasis: fc.constantFrom('ISSUE' as const, 'USE' as const),
  coPay: fc.constant(true),
  couponValidDays: fc.integer({ min: 1, max: 3660 }),
};

function benefitOf(name: string): fc.Arbitrary<Benefit> {
  return fc.record({
    code: fc.constant(name),
    name: line,
    class: fc.constantFrom(...BENEFIT_CLASSES),
    description: optional(paragraph),
    useConditions: optional(paragraph),
    redeemable: fc.constant(true),
    ...priced,
  });
}

function entitlementsOf(benefits: readonly string[]) {
  return fc
    .subarray([...benefits])
    .chain((granted) =>
      fc.tuple(...granted.map((benefit) => optional(quota).map((counted) => ({ benefit, quota: counted })))),
    );
}

function giftsOf(benefits: readonly string[]): fc.Arbitrary<LevelGift[]> {
  const points = fc.integer({ min: 1, max: 1_000_000_000 });
  return fc.subarray([...benefits]).chain((codes) =>
    fc.tuple(
      ...codes.map((benefit, at) =>
        fc.record({
          code: fc.constant(`gift-${at}`),
          name: line,
          auto: fc.constant(false),
          reward: fc.record({ points, benefits: fc.constant([benefit]) }),
        }),
      ),
    ),
  );
}

function levelsOf(names: readonly string[], benefits: readonly string[]): fc.Arbitrary<Level[]> {
  return fc.tuple(
    ...names.map((name, at) =>
      fc.record({
        code: fc.constant(name),
        name: line,
        rank: fc.constant(at * 3 + 1),
        threshold: fc.constant(at * 1_000_003),
        pointsMultiplier: fc.integer({ min: 0, max: 100_000 }).map((hundredths) => hundredths / 100),
        growthMultiplier: fc.constantFrom(0, 1, 1.25),
        minDays: optional(fc.integer({ min: 1, max: 3660 })),
        entitlements: entitlementsOf(benefits),
        gifts: giftsOf(benefits),
      }),
    ),
  );
}

const sales = fc.constantFrom('history.everHeld', 'member.growth >= 1000', 'card.plan == "plus" || !history.running');
const gate = fc.record({ when: sales, else: line });
const saleTerm = fc.record({ days: fc.integer({ min: 1, max: 3660 }) });
const saleOf: fc.Arbitrary<PlanSale> = fc.record({
  prices: fc.uniqueArray(
    fc.record({
      code: code.filter((text) => text !== 'list'),
      kind: fc.constantFrom(...PRICE_KINDS),
      when: optional(sales),
      price: amount,
      term: optional(saleTerm),
      costCap: optional(amount),
      oncePerMember: fc.boolean(),
      gift: optional(fc.record({ points: fc.integer({ min: 1, max: 9 }) })),
    }),
    { maxLength: 3, selector: (price) => price.code },
  ),
  opens: optional(gate),
  renewal: optional(fc.record({ daysBefore: fc.nat({ max: 99 }), daysAfter: fc.nat({ max: 99 }) })),
  application: optional(
    fc.record({
      fields: fc.uniqueArray(
        fc.record({
          code: fc.stringMatching(/^x[A-Za-z0-9]{0,9}$/),
          name: line,
          kind: fc.constantFrom(...FIELD_KINDS),
          required: fc.boolean(),
        }),
        { minLength: 1, maxLength: 3, selector: (field) => field.code },
      ),
      evidence: fc.nat({ max: 3 }),
      check: fc.record({ when: fc.constant('member.rank > 1'), else: line }),
      review: fc.constantFrom('STAFF' as const, 'AUTO' as const),
      validDays: optional(fc.integer({ min: 1, max: 99 })),
    }),
  ),
  refund: optional(fc.record({ withinDays: optional(fc.integer({ min: 1, max: 99 })), lessUsed: fc.boolean() })),
  advertisedValue: optional(amount),
  professions: fc.uniqueArray(line, { maxLength: 2 }),
});

function planOf(
  name: string,
  memberships: readonly string[],
  benefits: readonly string[],
  partners: readonly string[],
): fc.Arbitrary<Plan> {
  const caps = fc.subarray([...partners]).chain((some) => fc.tuple(amount, fc.constant(some)));
  const cost = fc.oneof(
    fc.integer({ min: 10_000, max: 1_000_000_000 }).map((millionths) => ({ targetRoi: millionths / 1_000_000 })),
    amount.map((costCap) => ({ costCap })),
  );
  return fc
    .record({
      price: amount,
      title: line,
      cost,
      entitlements: entitlementsOf(benefits),
      parents: fc.subarray([...memberships]),
      draws: fc.boolean(),
      term: fc.oneof(
        fc.record({ months: fc.integer({ min: 1, max: 120 }) }),
        fc.record({ days: fc.integer({ min: 1, max: 3660 }) }),
      ),
      perMonth: optional(amount),
      perUse: optional(amount),
      caps,
      perClass: optional(amount),
      multiplier: fc.integer({ min: 0, max: 100_000 }),
      sale: saleOf,
    })
    .map(
      ({
        title,
        cost: limit,
        parents,
        draws,
        perMonth,
        perUse,
        caps: [cap, some],
        perClass,
        multiplier,
        sale,
        ...rest
      }) => {
        const privilege = !memberships.includes(name);
        return {
          ...rest,
          ...limit,
          code: name,
          name: title,
          kind: privilege ? 'PRIVILEGE' : 'MEMBERSHIP',
          subCaps: {
            perClass: perClass === undefined ? {} : { CONTENT: perClass },
            perMonth,
            perUse,
            perPartner: Object.fromEntries(some.map((partner) => [partner, cap])),
          },
          parentPlans: privilege ? parents : [],
          drawsOnParentCap: privilege && parents.length > 0 && draws,
          pointsMultiplier: multiplier / 100,
          growthMultiplier: (100_000 - multiplier) / 100,
          ...sale,
        };
      },
    );
}

function offerOf(
  name: string,
  levels: readonly string[],
  plans: readonly string[],
  partners: readonly string[],
): fc.Arbitrary<OfferDefinition> {
  return fc.record({
    code: fc.constant(name),
    title: line,
    kind: fc.constantFrom('COUPON' as const, 'DRAW_PRIZE' as const),
    partner: fc.constantFrom(...partners),
    description: optional(paragraph),
    useConditions: optional(paragraph),
    fulfilment: fc.constant('INTERNAL' as const),
    funding: fc.constant('OPERATOR' as const),
    audience: fc.record({
      levels: fc.subarray([...levels]),
      plans: fc.subarray([...plans]),
      tags: fc.uniqueArray(line, { maxLength: 3 }),
      condition: optional(line.map((text) => `${JSON.stringify(text.replaceAll(/[^a-z ]/g, ''))} in member.tags`)),
    }),
    card: fc.constant('REQUIRED' as const),
    benefitClass: fc.constantFrom(...BENEFIT_CLASSES),
    validFrom: optional(fc.constant('2026-01-01T00:00:00Z')),
    validUntil: optional(fc.constant('2026-01-01T08:00:01+08:00')),
    schedule: fc.array(
      fc.record({ days: fc.subarray([...WEEKDAYS]), from: fc.constant('22:30'), until: fc.constant('02:00') }),
      { maxLength: 2 },
    ),
    stock: optional(fc.nat({ max: 1_000_000_000 })),
    dailyStock: optional(fc.integer({ min: 1, max: 9 })),
    minSpend: optional(amount),
    budget: optional(fc.constant(AMOUNT_MAX)),
    memberLimits: fc.uniqueArray(
      fc.record({ limit: fc.integer({ min: 1, max: 9 }), period: fc.constantFrom('MONTH' as const, 'WEEK' as const) }),
      { maxLength: 2, selector: ({ period }) => period },
    ),
    ...priced,
    memberLimit: optional(
      fc.record({ limit: fc.integer({ min: 1, max: 9 }), period: fc.constantFrom('EVER' as const, 'DAY' as const) }),
    ),
  });
}

function earningRuleOf(name: string): fc.Arbitrary<EarningRule> {
  const whole = fc.integer({ min: 1, max: 1_000_000_000 });
  return fc
    .record({
      code: fc.constant(name),
      on: fc.constantFrom(...EVENT_TYPES),
      eventName: optional(line),
      when: optional(line.map((text) => `event.name == ${JSON.stringify(text.replaceAll(/[^a-z ]/g, ''))}`)),
      earns: fc.constantFrom('GROWTH' as const, 'POINTS' as const),
      base: fc.oneof(fc.record({ fixed: whole }), fc.record({ per: fc.record({ quantity: whole, gives: whole }) })),
      multiplyBy: fc.subarray(['PLAN' as const, 'LEVEL' as const]),
      caps: fc.uniqueArray(fc.record({ limit: whole, period: fc.constantFrom('DAY' as const, 'MONTH' as const) }), {
        selector: ({ period }) => period,
        maxLength: 2,
      }),
      priority: fc.nat({ max: 1_000 }),
      negative: fc.boolean(),
    })
    .map(({ base, negative, ...rule }) => ({ ...rule, ...base, negative: negative && rule.caps.length === 0 }));
}
const reward = fc.record({ points: fc.integer({ min: 1, max: 9 }), growth: optional(fc.constant(5)) });
const filter = {
  on: fc.constantFrom('CUSTOM' as const),
  eventName: optional(fc.constant('scan')),
  when: optional(fc.constant('event.quantity > 1')),
};
const renamed = <Item>(items: readonly Item[]) => items.map((item, at) => ({ ...item, code: `item-${at}` }));

const taskOf = fc.record({
  code: fc.constant('task'),
  name: line,
  description: optional(paragraph),
  kind: fc.constantFrom('ONCE' as const, 'DAILY' as const),
  count: fc.constantFrom('COUNT' as const, 'QUANTITY' as const),
  target: fc.integer({ min: 1, max: 99 }),
  single: fc.constant(false),
  strict: fc.boolean(),
  takenBack: optional(fc.constant(false)),
  openTo: fc.constant('EVERYBODY' as const),
  validFrom: optional(fc.constant('2026-01-01T00:00:00Z')),
  reward: optional(reward),
  ...filter,
});

const drawOf = fc.record({
  code: fc.constant('draw'),
  name: line,
  chancePrice: optional(fc.nat({ max: 9 })),
  prizes: fc
    .array(
      fc.record({
        code: fc.constant('prize'),
        name: line,
        weight: fc.integer({ min: 1, max: 99 }),
        stock: optional(fc.nat({ max: 9 })),
        whenGone: fc.constantFrom('NOTHING' as const, 'NEXT' as const),
        reward,
      }),
      { minLength: 1, maxLength: 2 },
    )
    .map(renamed),
  nothing: fc.nat({ max: 99 }),
});

const checkIn = fc.record({
  daily: optional(reward),
  streaks: fc.uniqueArray(fc.record({ day: fc.integer({ min: 1, max: 6 }), reward }), {
    selector: ({ day }) => day,
    maxLength: 2,
  }),
  cycleDays: optional(fc.constant(7)),
  makeUp: optional(
    fc.record({
      withinDays: fc.constant(7),
      freePerMonth: fc.integer({ min: 1, max: 9 }),
      pointsPrice: optional(fc.constant(5)),
    }),
  ),
});

const referral = fc.record({
  windowDays: fc.constant(9),
  newForDays: fc.constant(8),
  maxPerInviter: optional(fc.constant(7)),
  inviterReward: reward,
  inviteeReward: optional(reward),
  ...filter,
});

function budgetOf(name: string, levels: readonly string[]): fc.Arbitrary<Budget> {
  return fc.record({
    code: fc.constant(name),
    name: line,
    amount,
    period: fc.constantFrom('YEAR' as const, 'MONTH' as const),
    plans: fc.constant([]),
    levels: fc.subarray([...levels], { minLength: 1 }),
  });
}

const partnerOf = (name: string): fc.Arbitrary<Partner> => fc.record({ code: fc.constant(name), name: line });

const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((value) => value / 100);

const absence = fc.record({
  share: hundredths(1, 100),
  fromWeek: fc.integer({ min: 1, max: 9 }),
  untilWeek: optional(fc.integer({ min: 9, max: 52 })),
});
const profileOf = (name: string): fc.Arbitrary<Profile> =>
  fc.record({
    code: fc.constant(name),
    name: line,
    share: hundredths(1, 900),
    growth: amount,
    spendPerWeek: amount,
    benefitUse: hundredths(0, 100),
    uncountedUses: hundredths(0, 900),
    pause: optional(absence),
    activities: fc.tuple(
      fc.record({
        code,
        perWeek: hundredths(0, 900),
        atMost: optional(fc.integer({ min: 1, max: 9 })),
        growth: fc.integer({ min: -9, max: 9 }),
        amount,
        quantity: amount,
        fromWeek: fc.integer({ min: 1, max: 9 }),
        untilWeek: optional(fc.integer({ min: 9, max: 52 })),
      }),
    ),
  });

const levelGuard: fc.Arbitrary<LevelGuard> = fc.record({
  share: hundredths(5, 100),
  leastMembers: fc.integer({ min: 1, max: 999 }),
  benefitUseDays: fc.integer({ min: 1, max: 999 }),
  benefitUseLow: hundredths(0, 100),
  growthWeeks: fc.integer({ min: 1, max: 520 }),
  growthLow: hundredths(0, 100),
});

const alerts: fc.Arbitrary<AlertSettings> = fc.record({
  ceilingShare: hundredths(1, 99),
  paceAfter: hundredths(1, 99),
  endingDays: fc.integer({ min: 1, max: 365 }),
  unreconciledDays: fc.integer({ min: 1, max: 365 }),
  partnerErrorShare: hundredths(1, 100),
  partnerErrorCalls: fc.integer({ min: 1, max: 999 }),
  partnerErrorMinutes: fc.integer({ min: 1, max: 1_440 }),
  stockLow: fc.integer({ min: 0, max: 999 }),
});

/** Of levels in the order of their ranks; one alone has nothing to be designed. */
function designOf(levels: readonly string[]): fc.Arbitrary<LevelDesign | undefined> {
  if (levels.length < 2) return fc.constant(undefined);
  const target = fc.record({
    meaning: fc.constantFrom('POPULATION' as const, 'SPEED' as const),
    bands: fc.tuple(
      fc.record({ name: line, share: hundredths(1, 900), levels: fc.constant(levels.slice(-1)) }),
      fc.record({ name: line, share: hundredths(1, 900), levels: fc.constant(levels.slice(0, -1)) }),
    ),
  });
  const multipliers = levels.slice(1).map((_, at) => at * 2 + 1.25);
  return optional(
    fc.record({
      base: fc.integer({ min: 100, max: 999 }),
      multipliers: fc.constant(multipliers),
      weeks: fc.integer({ min: 1, max: 520 }),
      target: optional(target),
    }),
  );
}

/** Stages, grades and campaigns as rules let them be; the rest of their fields is what the schema fills in. */
function lifecycleParts(benefits: readonly string[]) {
  const lifecycle = optional(
    fc.record({
      joins: fc.constantFrom('REGISTRATION' as const, 'CARD' as const),
      activity: fc.constant(['PURCHASE', 'SIGN_IN']),
      activeDays: fc.integer({ min: 1, max: 9 }),
      silentDays: fc.integer({ min: 10, max: 90 }),
      sleepingDays: fc.integer({ min: 91, max: 3660 }),
    }),
  );
  const rfm = optional(
    fc.record({
      window: fc.constantFrom('EVER' as const, 'YEAR' as const),
      grades: fc.tuple(amount, line).map(([cut, name]) => [
        { code: 'low', name, precedence: 0, when: { monetary: { atMost: cut } } },
        { code: 'high', name, precedence: 1, when: { monetary: { moreThan: cut } } },
      ]),
      default: fc.constantFrom('low', 'high'),
      holes: fc.constantFrom('REFUSE' as const, 'DEFAULT' as const),
    }),
  );
  const campaign = fc.record({
    code: fc.constant('care'),
    name: line,
    segment: fc.record({
      levels: fc.constant([]),
      plans: fc.constant([]),
      tags: fc.uniqueArray(line, { maxLength: 2 }),
      stages: fc.constant([]),
      grades: fc.constant([]),
      condition: optional(fc.constant('member.grade != ""')),
    }),
    trigger: fc.constantFrom(
      { on: 'BIRTHDAY' as const, daysBefore: 3, lookBackDays: 7 },
      { on: 'EVENT' as const, event: 'PURCHASE', when: 'event.amount > 5' },
      { on: 'FESTIVAL' as const, days: ['01-01', '2027-02-06'], time: '09:00' },
    ),
    reward: fc.record({
      points: fc.integer({ min: 1, max: 9 }),
      benefits: fc.subarray([...benefits]).map((some) => (some.length > 0 ? some : undefined)),
    }),
    costPerMember: fc.integer({ min: 1, max: 9 }),
    budget: optional(fc.constant(AMOUNT_MAX)),
    validFrom: optional(fc.constant('2026-01-01T00:00:00Z')),
  });
  return { lifecycle, rfm, campaigns: fc.array(campaign, { maxLength: 1 }) };
}

const programs: fc.Arbitrary<Program> = fc
  .tuple(
    fc.uniqueArray(code, { minLength: 1, maxLength: 4 }),
    codes(4),
    codes(4),
    codes(3),
    codes(3),
    codes(3),
    codes(2),
  )
  .chain(([levels, plans, benefits, partners, offers, rules, profiles]) => {
    const memberships = plans.slice(0, 2);
    return fc.record({
      name: line,
      currency: fc.constantFrom('CNY', 'USD', 'JPY'),
      timeZone: fc.constantFrom('UTC', 'Asia/Shanghai', 'America/New_York'),
      levelDesign: designOf(levels),
      levelGuard,
      alerts,
      levels: levelsOf(levels, benefits),
      plans: fc.tuple(...plans.map((name) => planOf(name, memberships, benefits, partners))),
      budgets: fc.tuple(...offers.map((name) => budgetOf(name, levels))),
      benefits: fc.tuple(...benefits.map(benefitOf)),
      partners: fc.tuple(...partners.map(partnerOf)),
      offers:
        partners.length === 0
          ? fc.constant([])
          : fc.tuple(...offers.map((name) => offerOf(name, levels, plans, partners))),
      earningRules: fc.tuple(...rules.map(earningRuleOf)),
      tasks: fc.array(taskOf, { maxLength: 2 }).map(renamed),
      draws: fc.array(drawOf, { maxLength: 2 }).map(renamed),
      checkIn: optional(checkIn),
      referral: optional(referral),
      profiles: fc.tuple(...profiles.map(profileOf)),
      ...lifecycleParts(benefits),
    });
  })
  .map((program) => tidy(program) as Program);

function programOf(text: string): Program {
  const parsed = parseProgram(text, 'p.yaml');
  if (parsed.faults) throw new Error(parsed.faults.map(printFault).join('\n'));
  return parsed.program;
}

test('a program that is printed and read again is the same, and so is its text', () => {
  fc.assert(
    fc.property(programs, (program) => {
      const text = printProgram(program);
      const again = programOf(text);
      expect(again).toEqual(program);
      expect(printProgram(again)).toBe(text);
      expect(differenceOf(program, again)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** Every place of a number, text or truth value in a program, as keys from its root. */
function leafPaths(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, [...path, key]));
}

function alter(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined)
    return typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`;
  if (Array.isArray(value)) return value.map((inner, at) => (at === Number(step) ? alter(inner, rest) : inner));
  const holder = value as Record<string, unknown>;
  return { ...holder, [step]: alter(holder[step], rest) };
}

test('no change of a single value goes unseen, and it is seen in its own item', () => {
  fc.assert(
    fc.property(programs, fc.nat(), (program, choice) => {
      const paths = leafPaths(program);
      const path = paths[choice % paths.length]!;
      const changes = differenceOf(program, alter(program, path) as Program);
      const [section, index] = path as [keyof Program, string];
      const item = index === undefined ? undefined : (program[section] as readonly { code: string }[])[Number(index)];
      expect(changes.map(({ code }) => code)).toContain(item?.code ?? 'program');
      expect(changes.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 80 },
  );
});
