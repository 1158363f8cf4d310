// Amounts, units and the cost cap.
import fc from 'fast-check';
import { COUNT, costCapOf, GROWTH, isAmount, isCurrency, POINT, unitCode, unitFromCode } from './money';

test.each([0, 1, 9083, Number.MAX_SAFE_INTEGER])('%d is an amount', (value) => {
  expect(isAmount(value)).toBe(true);
});

test.each([
  -1,
  1.005,
  2 ** 53,
  2 ** 63,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  '1',
  '1e3',
  '１',
  null,
  undefined,
  1n,
  [1],
])('%p is no amount', (value) => {
  expect(isAmount(value)).toBe(false);
});

test.each(['cny', 'CN', 'CNYY', 'CNÝ', 'CNY ', '', '#COUNT', 'ＣＮＹ'])('%j is no currency', (text) => {
  expect(isCurrency(text)).toBe(false);
  if (text !== COUNT) expect(() => unitCode(text)).toThrow(/unknown unit/);
});

test('each unit has a number of 16 bits of its own', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const currencies = letters.flatMap((one) => letters.flatMap((two) => letters.map((three) => one + two + three)));
  const units = [...currencies, COUNT, POINT, GROWTH];
  const codes = units.map(unitCode);
  expect(new Set(codes).size).toBe(units.length);
  expect(codes.every((code) => Number.isInteger(code) && code >= 0 && code < 2 ** 16)).toBe(true);
  expect(codes.map(unitFromCode)).toEqual(units);
});

test('a number that stands for no unit is refused', () => {
  expect(() => unitFromCode(29_999)).toThrow(/unknown unit code 29999/);
  expect(() => unitFromCode(0xffff)).toThrow(/unknown unit code/);
});

describe('the cost cap', () => {
  test.each([
    [10_900, 1.2, 9_083],
    [10_900, 1, 10_900],
    [0, 1.2, 0],
    [1, 1.2, 0],
    [12, 1.2, 10],
    [299, 2.99, 100],
    [10_900, 0.5, 21_800],
    [100, 3, 33],
    [9_999_999_999_999, 1.1, 9_090_909_090_908],
    [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER],
  ])('of %d at a target ROI of %d is %d', (price, roi, cap) => {
    expect(costCapOf(price, roi)).toBe(cap);
  });

  test('never misses the target, and not by more than the smallest part', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), fc.integer({ min: 1, max: 10_000 }), (price, hundredths) => {
        const cap = BigInt(costCapOf(price, hundredths / 100));
        expect(cap * BigInt(hundredths) <= BigInt(price) * 100n).toBe(true);
        expect((cap + 1n) * BigInt(hundredths) > BigInt(price) * 100n).toBe(true);
      }),
    );
  });

  test.each([
    [-1, 1.2],
    [1.5, 1.2],
    [2 ** 53, 1.2],
    [100, 0],
    [100, -1],
    [100, Number.NaN],
    [100, Number.POSITIVE_INFINITY],
    [100, 0.000_000_1],
  ])('of %d at %d is refused', (price, roi) => {
    expect(() => costCapOf(price, roi)).toThrow();
  });

  test('beyond the safe integers is refused', () => {
    expect(() => costCapOf(Number.MAX_SAFE_INTEGER, 0.5)).toThrow(/safe/);
  });
});
