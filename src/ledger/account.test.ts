// Account keys: what goes in comes out, and their order is that of holder, kind, ref, item and period.
import fc from 'fast-check';
import { COUNT, GROWTH, POINT } from '../kernel/money';
import {
  ACCOUNT_KEY_BYTES,
  type AccountParts,
  accountKey,
  accountParts,
  holderRange,
  isEnforced,
  sameUnit,
} from './account';
import { ACCOUNT_KINDS, isEnforcedKind, kindName, transferCodeName } from './chart';

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const uint32 = fc.oneof(fc.nat({ max: 0xffff_ffff }), fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff));
const currency = fc
  .array(fc.integer({ min: 65, max: 90 }), { minLength: 3, maxLength: 3 })
  .map((codes) => String.fromCharCode(...codes));

const parts: fc.Arbitrary<Required<AccountParts>> = fc.record({
  holder: id,
  kind: fc.constantFrom(...Object.values(ACCOUNT_KINDS)),
  ref: id,
  item: uint32,
  period: uint32,
  unit: fc.oneof(currency, fc.constantFrom(COUNT, POINT, GROWTH)),
});

test('a key holds all its parts', () => {
  fc.assert(
    fc.property(parts, (given) => {
      const key = accountKey(given);
      expect(key).toMatch(/^[0-9a-f]{88}$/);
      expect(Buffer.from(key, 'hex')).toHaveLength(ACCOUNT_KEY_BYTES);
      expect(accountParts(key)).toEqual(given);
      expect(isEnforced(key)).toBe(isEnforcedKind(given.kind));
    }),
  );
});

test('different parts make different keys, in the order of the parts', () => {
  const sortable = (of: Required<AccountParts>) =>
    [
      of.holder,
      of.kind.toString(16).padStart(4, '0'),
      of.ref,
      of.item.toString(16).padStart(8, '0'),
      of.period.toString(16).padStart(8, '0'),
    ].join();
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      const [one, other] = [
        { ...left, unit: 'CNY' },
        { ...right, unit: 'CNY' },
      ];
      expect(Math.sign(Buffer.from(accountKey(one), 'hex').compare(Buffer.from(accountKey(other), 'hex')))).toBe(
        sortable(one) < sortable(other) ? -1 : sortable(one) > sortable(other) ? 1 : 0,
      );
    }),
  );
});

test('the range of a holder holds its accounts and no other', () => {
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      const { from, to } = holderRange(left.holder);
      const inside = (key: string) =>
        from.compare(Buffer.from(key, 'hex')) <= 0 && to.compare(Buffer.from(key, 'hex')) >= 0;
      expect(inside(accountKey(left))).toBe(true);
      expect(inside(accountKey(right))).toBe(right.holder === left.holder);
    }),
  );
});

test('accounts count the same unit exactly when their units are equal', () => {
  fc.assert(
    fc.property(parts, parts, (left, right) => {
      expect(sameUnit(accountKey(left), accountKey(right))).toBe(left.unit === right.unit);
      expect(sameUnit(accountKey(left), accountKey({ ...right, unit: left.unit }))).toBe(true);
    }),
  );
});

test.each([
  { item: -1 },
  { item: 2 ** 32 },
  { period: -1 },
  { period: 2 ** 32 },
  { unit: 'yuan' },
  { unit: 'cny' },
  { unit: '#OTHER' },
])('%j fits no key', (wrong) => {
  const fine = { holder: '0'.repeat(32), kind: ACCOUNT_KINDS.STOCK, unit: 'CNY' };
  expect(() => accountKey({ ...fine, ...wrong })).toThrow(/out of range|unknown unit/);
});

test('no two kinds share a number, and every number has its name', () => {
  const numbers = Object.values(ACCOUNT_KINDS);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.map(kindName)).toEqual(Object.keys(ACCOUNT_KINDS));
  expect(numbers.every((kind) => kind > 0 && kind < 0x10000)).toBe(true);
});

test('a code that nobody named is told by its number', () => {
  expect([transferCodeName(2), transferCodeName(999)]).toEqual(['REDEEM', '999']);
});
