// One key's redemptions and lines: what is found of those that were left alone, moved, dropped and told twice.
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../kernel/clock';
import { BusinessTime } from '../../kernel/period';
import { type Finding, type MatchRules, matchGroup, type Ours, type Theirs } from './match';

const NOON = Date.parse('2026-03-10T12:00:00+08:00');
const RULES: MatchRules = {
  basis: 'USED',
  tolerance: { amount: 0, minutes: 5, days: 0 },
  time: new BusinessTime('Asia/Shanghai'),
  repeats: 'SAME_KEY',
};
const BY_MEMBER: MatchRules = { ...RULES, repeats: 'SAME_CONTENT' };

let counted = 0;
const ours = (more: Partial<Ours> = {}): Ours => {
  counted += 1;
  const redemptionId = counted.toString(16).padStart(32, '0');
  return { redemptionId, due: true, amount: 500, at: NOON, status: 'USED', ...more };
};
const line = (number: number, more: Partial<Theirs> = {}): Theirs => {
  return { line: number, content: `line ${number}`, amount: 500, at: NOON, ...more };
};

const told = (finding: Finding): string => {
  if (finding.kind === 'ONLY_OURS') return finding.kind;
  const more = finding.kind === 'DIFFERS' ? ` ${finding.differs.join('+')}` : '';
  const repeats = finding.kind === 'DOUBLED' ? ` of ${finding.repeats}` : '';
  return `${finding.theirs.line} ${finding.kind}${more}${repeats}`;
};
const found = (left: readonly Ours[], right: readonly Theirs[], rules = RULES) =>
  matchGroup(left, right, rules).map(told);

describe('one redemption and one line', () => {
  const today = RULES.time.dayNumber(NOON);
  test.each<[string, Partial<Ours>, Partial<Theirs>, string]>([
    ['that say the same', {}, {}, '1 MATCHED'],
    ['of which the line tells no amount', {}, { amount: undefined }, '1 MATCHED'],
    ['of which the line tells no time', {}, { at: undefined }, '1 MATCHED'],
    ['a cent apart', {}, { amount: 501 }, '1 DIFFERS AMOUNT'],
    ['five minutes apart', {}, { at: NOON - 5 * MINUTE }, '1 MATCHED'],
    ['a little more than five minutes apart', {}, { at: NOON + 5 * MINUTE + 1 }, '1 DIFFERS DATE'],
    ['of one day', { at: NOON + 11 * HOUR }, { at: undefined, day: today }, '1 MATCHED'],
    ['of neighbouring days', { at: NOON + 12 * HOUR }, { at: undefined, day: today }, '1 DIFFERS DATE'],
    ['of which one is not used', { status: 'ISSUED', at: undefined, due: false }, {}, '1 DIFFERS STATE'],
    ['of which the partner cancelled one', {}, { state: 'CANCELLED' }, '1 DIFFERS STATE'],
    [
      'that are both cancelled',
      { status: 'CANCELLED', at: undefined, due: false },
      { state: 'CANCELLED' },
      '1 MATCHED',
    ],
    ['of which nothing agrees', { status: 'EXPIRED' }, { amount: 1, at: 0 }, '1 DIFFERS AMOUNT+DATE+STATE'],
    ['that the feed need not have had', { due: false }, {}, '1 MATCHED'],
  ])('%s', (_title, left, right, expected) => {
    expect(found([ours(left)], [line(1, right)])).toEqual([expected]);
  });

  test('within wider tolerances', () => {
    const rules = { ...RULES, tolerance: { amount: 2, minutes: 60, days: 1 } };
    expect(found([ours()], [line(1, { amount: 498, at: NOON + HOUR })], rules)).toEqual(['1 MATCHED']);
    expect(found([ours()], [line(1, { at: undefined, day: today + 1 })], rules)).toEqual(['1 MATCHED']);
    expect(found([ours()], [line(1, { amount: 503 })], rules)).toEqual(['1 DIFFERS AMOUNT']);
  });

  test('a feed of issues takes used and expired coupons as issued, and cancelled ones not', () => {
    const rules: MatchRules = { ...RULES, basis: 'ISSUED' };
    const of = (status: Ours['status']) => found([ours({ status })], [line(1)], rules);
    expect(['ISSUED', 'USED', 'EXPIRED'].map((status) => of(status as Ours['status']))).toEqual(
      Array(3).fill(['1 MATCHED']),
    );
    expect(of('CANCELLED')).toEqual(['1 DIFFERS STATE']);
  });
});

describe('one side alone', () => {
  test('is told for what is due, and for every line', () => {
    expect(found([ours(), ours({ due: false })], [])).toEqual(['ONLY_OURS']);
    expect(found([], [line(3)])).toEqual(['3 ONLY_THEIRS']);
    expect(found([], [])).toEqual([]);
  });
});

describe('a code that is told several times', () => {
  test('is once a use, by the line that fits best, and else a repetition of that line', () => {
    expect(found([ours()], [line(1), line(2)])).toEqual(['1 MATCHED', '2 DOUBLED of 1']);
    expect(found([ours()], [line(1, { amount: 7 }), line(2)])).toEqual(['2 MATCHED', '1 DOUBLED of 2']);
    expect(found([], [line(4), line(9), line(7)])).toEqual(['4 ONLY_THEIRS', '7 DOUBLED of 4', '9 DOUBLED of 4']);
  });

  test('may be the code of two offers, and then of two uses', () => {
    expect(found([ours(), ours()], [line(1), line(2), line(3)])).toEqual(['1 MATCHED', '2 MATCHED', '3 DOUBLED of 1']);
  });
});

describe('several uses of a member', () => {
  test('are told apart by what the lines say, and a line that is there twice is doubled', () => {
    const uses = [ours(), ours()];
    const twice = [line(1, { content: 'a' }), line(2, { content: 'a' })];
    expect(found(uses, twice, BY_MEMBER)).toEqual(['1 MATCHED', 'ONLY_OURS', '2 DOUBLED of 1']);
    expect(found(uses, [line(1), line(2)], BY_MEMBER)).toEqual(['1 MATCHED', '2 MATCHED']);
    expect(found(uses, [line(1), line(2), line(3)], BY_MEMBER)).toEqual(['1 MATCHED', '2 MATCHED', '3 ONLY_THEIRS']);
  });

  test('of different days: a line that moved draws no other one with it', () => {
    const uses = [0, 1, 2].map((days) => ours({ at: NOON + days * DAY }));
    const lines = [line(1), line(2, { at: NOON + 9 * DAY }), line(3, { at: NOON + 2 * DAY })];
    expect(found(uses, lines, BY_MEMBER).sort()).toEqual(['1 MATCHED', '2 DIFFERS DATE', '3 MATCHED']);
  });
});

test('whatever the order, every line and every use is in one finding at most, and the findings are the same', () => {
  const anOurs = fc.record({
    due: fc.boolean(),
    amount: fc.nat({ max: 3 }),
    at: fc.nat({ max: 9 }).map((n) => n * HOUR),
  });
  const aLine = fc.record({
    content: fc.constantFrom('a', 'b', 'c', 'd'),
    amount: fc.nat({ max: 3 }),
    at: fc.nat({ max: 9 }).map((n) => n * HOUR),
  });
  const scene = fc.record({
    left: fc.array(anOurs, { maxLength: 6 }),
    right: fc.array(aLine, { maxLength: 6 }),
    seed: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
    rules: fc.constantFrom(RULES, BY_MEMBER),
  });
  const property = ({ left, right, seed, rules }: typeof scene extends fc.Arbitrary<infer Scene> ? Scene : never) => {
    const uses = left.map((one, at): Ours => ({ ...ours(one), redemptionId: at.toString(16).padStart(32, '0') }));
    const lines = right.map((one, at): Theirs => ({ ...one, line: at + 1 }));
    const findings = matchGroup(uses, lines, rules);
    const numbers = findings.flatMap((finding) => ('theirs' in finding ? [finding.theirs.line] : []));
    expect(numbers.sort()).toEqual(lines.map((one) => one.line));
    const inFindings = findings.flatMap((finding) => ('ours' in finding ? [finding.ours.redemptionId] : []));
    expect(new Set(inFindings).size).toBe(inFindings.length);
    const due = uses.filter((one) => one.due).map(({ redemptionId }) => redemptionId);
    expect(inFindings).toEqual(expect.arrayContaining(due));
    const shuffled = <Item>(list: readonly Item[]) =>
      list
        .map((item, at) => ({ item, by: seed[at]! }))
        .sort((one, other) => one.by - other.by)
        .map(({ item }) => item);
    expect(matchGroup(shuffled(uses), shuffled(lines), rules).map(told).sort()).toEqual(findings.map(told).sort());
  };
  fc.assert(fc.property(scene, property));
});
