// Conditions in CEL: what they may say, where their faults are, and that none of them can keep the gateway busy.
import { compileCondition, compileEventCondition, type Facts } from './condition';

const FACTS: Facts = {
  member: {
    level: 'gold',
    rank: 2n,
    growth: 100n,
    points: 5n,
    tags: Array.from({ length: 50 }, (_, at) => `tag-${at}`),
    birthMonth: 11n,
    daysSinceJoined: 30n,
    stage: 'ACTIVE',
    grade: 'l2',
  },
  card: { plan: 'plus', kind: 'MEMBERSHIP', daysLeft: 12n },
};

const judged = (text: string) => {
  const compiled = compileCondition(text);
  return 'fault' in compiled ? compiled.fault : compiled.condition(FACTS);
};

test.each([
  ['member.level == "gold"', true],
  ['member.rank > 2', false],
  ['member.rank >= 2 && card.daysLeft < 30', true],
  ['member.birthMonth == 11 || member.points > 1000', true],
  ['"tag-7" in member.tags', true],
  ['member.tags.exists(tag, tag.endsWith("-49"))', true],
  ['member.tags.all(tag, tag.contains("tag"))', true],
  ['size(member.tags) == 50', true],
  ['card.plan in ["plus", "family"]', true],
  ['member.stage == "ACTIVE" && member.grade != "l1"', true],
  ['member.daysSinceJoined / 7 >= 4 ? card.kind == "MEMBERSHIP" : false', true],
  ['true', true],
])('%s is %s', (text, expected) => {
  expect(judged(text)).toBe(expected);
});

test.each([
  ['member.rnak > 1', 1, /No such key: rnak/],
  ['nobody.rank > 1', 1, /Unknown variable: nobody/],
  ['member.rank > "one"', 1, /int > string/],
  ['member.rank', 1, /int, where a bool is wanted/],
  ['true &&\n  member.rank ==', 2, /Unexpected token/],
  ['member.level.matches("(a+)+$")', 1, /matches\(\) is not known here/],
  ['cel.bind(x, member.rank, x > 1)', 1, /bind\(\) is not known here/],
  ['member.tags.map(t, t + t).size() > 0', 1, /map\(\) is not known here/],
  ['member.tags.all(a, member.tags.exists(b, a == b))', 1, /inside of another look/],
  ['timestamp("2026-01-01T00:00:00Z").getFullYear() > 1', 1, /not known here/],
  ['"', 1, /./],
  ['🙂', 1, /./],
])('%j is refused in line %d with %s', (text, line, reason) => {
  const fault = judged(text);
  expect(fault).toMatchObject({ line, reason: expect.stringMatching(reason) });
});

const EVENT = {
  type: 'REVIEW',
  source: 'shop',
  name: '',
  orderId: 'order-1',
  amount: 9_900n,
  quantity: 1n,
  hour: 9n,
  weekday: 6n,
  attributes: { photos: 3n, category: 'books', score: 4.5, first: true },
};

test.each([
  ['event.type == "REVIEW" && event.amount >= 9900', true],
  ['event.attributes.photos >= 1', true],
  ['"photos" in event.attributes && event.attributes["photos"] == 3', true],
  ['event.attributes.category in ["books", "music"]', true],
  ['event.attributes.score > 4.0 && event.attributes.first', true],
  ['event.attributes.missing == 1', false],
  ['event.attributes.category == 1', false],
  ['event.weekday >= 6 && event.hour < 12 && member.level == "gold"', true],
])('of an event, %s is %s', (text, expected) => {
  const compiled = compileEventCondition(text);
  expect('fault' in compiled ? compiled.fault : compiled.condition({ ...FACTS, event: EVENT })).toBe(expected);
});

test('an event is not known where there is none', () => {
  expect(judged('event.amount > 1')).toMatchObject({ reason: 'Unknown variable: event' });
  expect(compileEventCondition('event.amuont > 1')).toMatchObject({ fault: { reason: 'No such key: amuont' } });
});

test.each([
  ['brackets', `${'('.repeat(300)}true${')'.repeat(300)}`],
  ['negations', `${'!'.repeat(900)}true`],
  ['ors', Array(300).fill('true').join(' || ')],
  ['a long list', `1 in [${Array(400).fill('1').join(',')}]`],
])('too much of %s is refused, not run', (_what, text) => {
  expect(judged(text)).toMatchObject({ reason: expect.any(String) });
});

test('what cannot be worked out holds for nobody', () => {
  expect(judged('1 / (member.points - 5) > 0')).toBe(false);
  expect(judged('member.tags[99] == "x"')).toBe(false);
});

test('the worst that is allowed is done in no time', () => {
  const looks = Array(9).fill('member.tags.all(t, t.contains("a") && t.startsWith("t") && size(t) > 1)').join(' && ');
  const compiled = compileCondition(looks);
  expect(compiled).toHaveProperty('condition');
  const before = performance.now();
  for (let time = 0; time < 20; time += 1) expect(judged(looks)).toBe(true);
  expect((performance.now() - before) / 20).toBeLessThan(50);
});
