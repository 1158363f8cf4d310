// Codes at rest: nobody reads them without the key, nobody moves or alters them unseen.
import { newId } from '../kernel/id';
import { CodeCipher, newCode } from './code-cipher';

const key = Buffer.alloc(32, 1);
const cipher = new CodeCipher(key);
const [item, otherItem] = [newId(1), newId(2)];

test.each(['A', 'x'.repeat(128), '优惠券', '🎫'])('%s is read back', (code) => {
  expect(cipher.open(item, cipher.seal(item, code))).toBe(code);
  expect(new CodeCipher(Buffer.from(key)).open(item, cipher.seal(item, code))).toBe(code);
});

test('equal codes do not look equal at rest', () => {
  const [one, two] = [cipher.seal(item, 'CODE'), cipher.seal(item, 'CODE')];
  expect(one.equals(two)).toBe(false);
  expect(one.includes('CODE')).toBe(false);
});

test('any bit that is changed is found', () => {
  const sealed = cipher.seal(item, 'CODE');
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => cipher.open(item, changed)).toThrow();
  }
});

test('a code that is cut short is not opened', () => {
  const sealed = cipher.seal(item, 'CODE');
  for (const length of [0, 1, 12, 20, 28, sealed.length - 1]) {
    expect(() => cipher.open(item, sealed.subarray(0, length))).toThrow();
  }
});

test("a code in another offer's row, or under another key, is not opened", () => {
  const sealed = cipher.seal(item, 'CODE');
  expect(() => cipher.open(otherItem, sealed)).toThrow();
  expect(() => new CodeCipher(Buffer.alloc(32, 2)).open(item, sealed)).toThrow();
});

test('a key of another length is refused', () => {
  expect(() => new CodeCipher(Buffer.alloc(31))).toThrow('32 bytes');
});

test('hashes find equal codes of one offer only', () => {
  const hash = cipher.hash(item, 'CODE');
  expect(hash).toHaveLength(16);
  expect(hash.equals(cipher.hash(item, 'CODE'))).toBe(true);
  const others = [
    cipher.hash(item, 'CODE '),
    cipher.hash(item, 'code'),
    cipher.hash(otherItem, 'CODE'),
    new CodeCipher(Buffer.alloc(32, 2)).hash(item, 'CODE'),
  ];
  for (const other of others) expect(hash.equals(other)).toBe(false);
});

test('codes of our own have 16 letters that can be read aloud, and differ', () => {
  const codes = Array.from({ length: 2_000 }, newCode);
  for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
  expect(new Set(codes).size).toBe(codes.length);
  // Every letter turns up: 32,000 draws leave one out with a chance of less than 10⁻⁴⁰⁰.
  expect(new Set(codes.join('')).size).toBe(32);
});
