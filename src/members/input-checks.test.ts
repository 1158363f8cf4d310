// What callers may send about members and cards, value by value.
import { DAY } from '../kernel/clock';
import { checkAmount, checkBirthday, checkInstant, checkNickname, checkTags, checkText, shown } from './input-checks';

describe('a text', () => {
  test.each(['a', 'x'.repeat(128), '会员', 'two words', '👩', 'e\u0301'])('%j is taken', (text) => {
    expect(checkText('orderId', text)).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['one character too many', 'x'.repeat(129)],
    ['a space before', ' a'],
    ['a space behind', 'a\u3000'],
    ['a control character', 'a\u0000b'],
    ['a line end', 'a\nb'],
    ['a separator of lines', 'a\u2028b'],
    ['a zero width space', 'a\u200bb'],
    ['an override of the direction', 'a\u202eb'],
    ['half of a character', 'a\ud83d'],
  ])('with %s is refused by name', (_title, text) => {
    const refusal = checkText('orderId', text);
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', field: 'orderId' });
    expect(refusal?.message).toContain('1 to 128 characters');
  });
});

describe('what was given is shown', () => {
  test.each([
    ['ab', '"ab"'],
    ['a"b', '"a\\"b"'],
    ['a\nb', '"a\\nb"'],
    ['a\u202eb', '"a\\u{202e}b"'],
    ['a\u200b\u2028', '"a\\u{200b}\\u{2028}"'],
    ['\ud83d', '"\\ud83d"'],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
  ])('%j as %s', (text, words) => {
    expect(shown(text)).toBe(words);
  });

  test('never longer than it helps', () => {
    expect(shown('\u202e'.repeat(1_000_000)).length).toBeLessThan(400);
  });
});

test('a nickname may join characters to one, but not turn the line', () => {
  expect(checkNickname('👨\u200d👩\u200d👧')).toBeUndefined();
  expect(checkNickname('\u200d')).toMatchObject({ field: 'nickname' });
  expect(checkNickname('a\u202eb')).toMatchObject({ field: 'nickname' });
});

test('tags are few, and each is a text', () => {
  expect(checkTags([])).toBeUndefined();
  expect(checkTags(Array(50).fill('a'))).toBeUndefined();
  expect(checkTags(Array(51).fill('a'))).toMatchObject({ field: 'tags' });
  expect(checkTags(['a', ''])).toMatchObject({ field: 'tags' });
});

describe('a birthday', () => {
  test.each([undefined, '1990-02-28', '2000-02-29', '1900-01-01'])('%s is taken', (birthday) => {
    expect(checkBirthday(birthday)).toBeUndefined();
  });

  test.each(['1990-02-29', '1990-13-01', '1990-00-10', '90-01-01', '1990-1-1', '1990-02-28T00:00:00Z', '', '二〇'])(
    '%j is refused',
    (birthday) => {
      expect(checkBirthday(birthday)).toMatchObject({ code: 'INVALID_INPUT', field: 'birthday' });
    },
  );
});

describe('an amount', () => {
  test.each([0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER])('%d is taken', (amount) => {
    expect(checkAmount('amount', amount)).toBeUndefined();
  });

  test.each([-1, 0.5, 2 ** 53, 2 ** 63, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', (amount) => {
    expect(checkAmount('amount', amount)).toMatchObject({ code: 'INVALID_INPUT', field: 'amount' });
  });

  test('may have a least value', () => {
    expect(checkAmount('amount', 0, 1)?.message).toBe('amount is 0; allowed is an integer from 1 to 9007199254740991.');
  });
});

describe('an instant', () => {
  const now = Date.UTC(2026, 10, 22);
  const from = Date.UTC(2000, 0, 1);
  const check = (value: number | undefined) => checkInstant('startsAt', value, { from, now });

  test.each([undefined, from, now, now + 5 * 366 * DAY])('%s is taken', (instant) => {
    expect(check(instant)).toBeUndefined();
  });

  test.each([
    [from - 1, '1999-12-31T23:59:59.999Z'],
    [now + 5 * 366 * DAY + 1, '2031-11-26T00:00:00.001Z'],
    [8.64e15, '+275760-09-13T00:00:00.000Z'],
    [-8.64e15, '-271821-04-20T00:00:00.000Z'],
    [1e300, '1e+300'],
    [Number.NaN, 'NaN'],
    [now + 0.5, '2026-11-22T00:00:00.000Z'],
  ])('%d is refused as %s', (instant, words) => {
    const message = `startsAt is ${words}; allowed is a time from 2000-01-01 to 2031-11-26.`;
    expect(check(instant)).toMatchObject({ code: 'INVALID_INPUT', field: 'startsAt', message });
  });
});
