// Ids: their layout, the ids they own, their order in time, and what is no id.
import fc from 'fast-check';
import {
  baseOf,
  fromGlobalId,
  GLOBAL_ID_TYPES,
  type GlobalIdType,
  idAt,
  idFromBytes,
  idToBytes,
  isId,
  namedId,
  newId,
  toGlobalId,
  ZERO_ID,
} from './id';

const NOW = Date.UTC(2026, 10, 22);
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const UUID7 = /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{13}00$/;
const UUID8 = /^[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{13}00$/;

test('a new id is a UUIDv7 that ends in a zero byte and begins with its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (now) => {
      const made = newId(now);
      expect(made).toMatch(UUID7);
      expect(isId(made)).toBe(true);
      expect(Number.parseInt(made.slice(0, 12), 16)).toBe(now);
    }),
  );
});

test('new ids of one millisecond differ, across the edges of the random pool too', () => {
  expect(new Set(Array.from({ length: 20_000 }, () => newId(NOW))).size).toBe(20_000);
});

test('ids of a later millisecond come later', () => {
  expect(newId(NOW) < newId(NOW + 1)).toBe(true);
  expect(newId(2 ** 40 - 1) < newId(2 ** 40)).toBe(true);
});

test('an id owns the 255 that follow it, each of which knows it', () => {
  const base = newId(NOW);
  const owned = Array.from({ length: 256 }, (_, at) => idAt(base, at));
  expect(new Set(owned).size).toBe(256);
  expect(owned).toEqual([...owned].sort());
  expect(owned.every((at) => isId(at) && baseOf(at) === base)).toBe(true);
  expect([owned[0], owned[1], owned[16], owned[255]]).toEqual(
    ['00', '01', '10', 'ff'].map((end) => base.slice(0, 30) + end),
  );
});

test('a named id is the same for the same parts, and for no others', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 5 })), fc.array(fc.string({ maxLength: 5 })), (left, right) => {
      fc.pre(![...left, ...right].some((part) => part.includes('\u0000')));
      expect(namedId(...left)).toMatch(UUID8);
      expect(namedId(...left) === namedId(...right)).toBe(
        JSON.stringify(left) === JSON.stringify(right) || bothEmpty(left, right),
      );
    }),
  );
  expect(namedId('a', 'b')).not.toBe(namedId('ab'));
  expect(namedId('a', '')).not.toBe(namedId('a'));
});

/** No part and one empty part are joined to the same text. */
function bothEmpty(left: readonly string[], right: readonly string[]): boolean {
  return left.join('') === '' && right.join('') === '' && left.length < 2 && right.length < 2;
}

test('bytes hold an id whole', () => {
  fc.assert(
    fc.property(id, (given) => {
      expect(idToBytes(given)).toHaveLength(16);
      expect(idFromBytes(idToBytes(given))).toBe(given);
    }),
  );
  expect(idToBytes(ZERO_ID)).toEqual(Buffer.alloc(16));
});

test('a global id is read by its own type only', () => {
  const type = fc.constantFrom<GlobalIdType>(...GLOBAL_ID_TYPES);
  fc.assert(
    fc.property(type, type, id, (made, asked, given) => {
      expect(fromGlobalId(asked, toGlobalId(made, given))).toBe(made === asked ? given : undefined);
    }),
  );
});

test.each([
  '',
  'member',
  'member_',
  `member_${'0'.repeat(31)}`,
  `member_${'0'.repeat(33)}`,
  `member_${'A'.repeat(32)}`,
  `member_${'g'.repeat(32)}`,
  ` member_${'0'.repeat(32)}`,
  `member_${'0'.repeat(32)}\n`,
  `card_${'0'.repeat(32)}`,
  '0'.repeat(32),
])('%j is no id of a member', (text) => {
  expect(fromGlobalId('member', text)).toBeUndefined();
});
