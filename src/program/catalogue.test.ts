// The catalogue's look-ups, on a program of a few items, some of them retired.
import { idAt, namedId } from '../kernel/id';
import { Catalogue } from './catalogue';
import { isOpen, type StoredItem } from './catalogue-item';
import { parseProgram } from './program-file';
import { itemsOf } from './program-item';

const PROGRAM = `
name: Demo
currency: USD
timeZone: America/New_York
levels:
  - { code: gold, name: Gold, rank: 9, threshold: 100 }
  - { code: base, name: Base, rank: 1, threshold: 0, entitlements: [{ benefit: freight }] }
  - { code: top, name: Top, rank: 20, threshold: 1000 }
benefits:
  - { code: freight, name: Freight, class: SERVICE, unitCost: 5, faceValue: 500 }
plans:
  - { code: pet, name: Pet, kind: PRIVILEGE, price: 100, term: { days: 30 }, costCap: 70, parentPlans: [plus] }
  - code: plus
    name: Plus
    kind: MEMBERSHIP
    price: 10900
    term: { months: 12 }
    targetRoi: 1.2
    subCaps: { perClass: { SERVICE: 80 }, perPartner: { constructor: 7 } }
    entitlements: [{ benefit: freight, quota: { limit: 20, period: MONTH } }]
partners:
  - { code: constructor, name: Construct }
  - { code: brew, name: Brew }
offers:
  - { code: a, title: A, kind: GIFT, partner: brew, unitCost: 1, faceValue: 9, memberLimit: { limit: 1, period: EVER } }
  - { code: b, title: B, kind: GIFT, partner: brew, unitCost: 1, faceValue: 9, audience: { plans: [plus], tags: [x] } }
  - code: c
    title: C
    kind: GIFT
    partner: brew
    unitCost: 1
    faceValue: 9
    validFrom: "2026-01-01T00:00:00Z"
    validUntil: "2026-02-01T00:00:00Z"
  - { code: d, title: D, kind: GIFT, partner: brew, unitCost: 1, faceValue: 9, card: NONE }
`;

function stored(retired: readonly string[] = []): StoredItem[] {
  const parsed = parseProgram(PROGRAM, 'p.yaml');
  if (parsed.faults) throw new Error(JSON.stringify(parsed.faults));
  const base = namedId('catalogue test');
  return itemsOf(parsed.program).map((item, at) => ({
    ...item,
    id: idAt(base, at),
    number: at * 10,
    version: 3,
    retired: retired.includes(item.code),
  }));
}
const catalogue = new Catalogue(7, stored(['b', 'pet']));

test('levels ascend whatever their order in the file', () => {
  expect(catalogue.levels.map(({ code }) => code)).toEqual(['base', 'gold', 'top']);
});

test.each([
  [0, 'base'],
  [99, 'base'],
  [100, 'gold'],
  [999, 'gold'],
  [1000, 'top'],
  [Number.MAX_SAFE_INTEGER, 'top'],
])('a growth of %i is at level %s', (growth, code) => {
  expect(catalogue.levelForGrowth(growth)?.code).toBe(code);
});

test('the next level is the next rank, and the top has none', () => {
  const [base, gold, top] = catalogue.levels;
  expect([catalogue.nextLevel(base!), catalogue.nextLevel(gold!), catalogue.nextLevel(top!)]).toEqual([
    gold,
    top,
    undefined,
  ]);
});

test('a plan has its derived cap, its sub-caps by id and its parents', () => {
  const plus = catalogue.planByCode('plus')!;
  const freight = catalogue.benefitByCode('freight')!;
  expect(plus.costCap).toBe(9083);
  expect(plus.price).toEqual({ amount: 10900, currency: 'USD' });
  expect([...plus.subCaps.perPartner]).toEqual([[catalogue.partnerByCode('constructor')!.id, 7]]);
  expect([...plus.subCaps.perClass]).toEqual([['SERVICE', 80]]);
  expect(plus.entitlementByBenefit.get(freight.id)).toMatchObject({
    benefit: freight,
    quota: { limit: 20, period: 'MONTH' },
  });
  const pet = catalogue.items('PLAN').find(({ code }) => code === 'pet')!;
  expect([...catalogue.plan(pet.id)!.parentPlans]).toEqual([plus.id]);
});

test('an entitlement has an id of its owner and its benefit', () => {
  const ofPlan = catalogue.planByCode('plus')!.entitlements[0]!;
  const ofLevel = catalogue.levelByCode('base')!.entitlements[0]!;
  expect(ofPlan.globalId).toMatch(/^entitlement_[0-9a-f]{32}$/);
  expect(ofPlan.id).not.toBe(ofLevel.id);
  expect(new Catalogue(8, stored()).planByCode('plus')!.entitlements[0]!.id).toBe(ofPlan.id);
});

test('what is retired is found by id, and neither by code nor in a list', () => {
  const { id } = catalogue.items('OFFER').find(({ code }) => code === 'b')!;
  expect(catalogue.offer(id)).toMatchObject({ title: 'B', retired: true });
  expect(catalogue.offerByCode('b')).toBeUndefined();
  expect(catalogue.offers.map(({ code }) => code)).toEqual(['a', 'c', 'd']);
  expect(isOpen(catalogue.offer(id)!, 0)).toBe(false);
});

test('a list of offers goes on after any number, that of a retired offer too', () => {
  const numbers = catalogue.items('OFFER').map(({ number }) => number);
  const after = numbers.map((number) => catalogue.offers[catalogue.offerIndexAfter(number)]?.code);
  expect(after).toEqual(['c', 'c', 'd', undefined]);
  expect(catalogue.offerIndexAfter(0)).toBe(0);
});

test('an offer is open from its first moment until before its last', () => {
  const offer = catalogue.offerByCode('c')!;
  const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1)];
  expect([from - 1, from, until - 1, until].map((now) => isOpen(offer, now))).toEqual([false, true, true, false]);
  expect(isOpen(catalogue.offerByCode('a')!, 0)).toBe(true);
});

test('an offer knows its audience, its limit for ever, and whether a card is charged', () => {
  const offers = new Catalogue(7, stored());
  expect(offers.offerByCode('a')).toMatchObject({
    audience: { everybody: true },
    memberLimits: [{ limit: 1, period: 'TERM' }],
    chargesCard: true,
  });
  expect(offers.offerByCode('b')!.audience).toEqual({
    levels: new Set(),
    plans: new Set([offers.planByCode('plus')!.id]),
    tags: new Set(['x']),
    everybody: false,
  });
  expect(offers.offerByCode('d')!.chargesCard).toBe(false);
});

test('a view is a finished object of the API and tells no cost', () => {
  const { view, globalId, partner } = catalogue.offerByCode('a')!;
  expect(view).toEqual({
    id: globalId,
    code: 'a',
    title: 'A',
    kind: 'GIFT',
    pointsPrice: 0,
    description: null,
    useConditions: null,
    partner: { id: partner.globalId, code: 'brew', name: 'Brew' },
    minSpend: null,
    faceValue: { amount: 9, currency: 'USD' },
    validFrom: null,
    validUntil: null,
  });
  const views = [
    catalogue.planByCode('plus')!.view,
    catalogue.benefitByCode('freight')!.view,
    catalogue.levels[0]!.view,
    view,
  ];
  expect(JSON.stringify(views)).not.toMatch(/cost|cap|stock/i);
  expect(views.every(Object.isFrozen)).toBe(true);
});

test('business days follow the time zone of the program', () => {
  expect(catalogue.time.isoDate(Date.UTC(2026, 0, 1, 3))).toBe('2025-12-31');
});

test('before any program there are no items', () => {
  const empty = Catalogue.empty();
  expect([empty.levelForGrowth(5), empty.offers, empty.plans, empty.offerIndexAfter(1)]).toEqual([
    undefined,
    [],
    [],
    0,
  ]);
});

test('a faulty item of a guest is left out, and nothing else', () => {
  const [first] = stored().filter(({ kind }) => kind === 'OFFER');
  const guest = (code: string, number: number, definition: object): StoredItem => ({
    ...first!,
    id: namedId('guest', code),
    code,
    number,
    definition: definition as StoredItem['definition'],
    guest: true,
  });
  const good = first!.definition;
  const guests = [
    guest('brew/good', 1_000, good),
    guest('brew/empty', 1_001, {}),
    guest('brew/strange', 1_002, { ...good, partner: 'nobody' }),
    guest('brew/levels', 1_003, { ...good, audience: { levels: ['gone'], plans: [], tags: [] } }),
    guest('brew/condition', 1_004, { ...good, audience: { levels: [], plans: [], tags: [], condition: 'no +' } }),
    guest('brew/number', first!.number, good),
  ];
  // Whichever comes first.
  for (const items of [
    [...stored(), ...guests],
    [...guests, ...stored()],
  ]) {
    const made = new Catalogue(1, items);
    expect(made.offers.map(({ code }) => code)).toEqual(['a', 'b', 'c', 'd', 'brew/good']);
    expect(made.leftOut.map(({ code }) => code).sort()).toEqual([
      'brew/condition',
      'brew/empty',
      'brew/levels',
      'brew/number',
      'brew/strange',
    ]);
  }
  const own = stored().map((item) => (item.id === first!.id ? { ...item, definition: {} } : item));
  expect(() => new Catalogue(1, own)).toThrow();
});

test('the offers of a partner go with it', () => {
  const gone = new Catalogue(1, stored(['brew']));
  expect([gone.offers, gone.offer(stored().at(-1)!.id)?.retired]).toEqual([[], true]);
});

test('two items of one number are a broken invariant', () => {
  const items = stored().map((item) => ({ ...item, number: 1 }));
  expect(() => new Catalogue(1, items)).toThrow('the same number');
});
