// What is sealed opens for its owner and its purpose only.
import { ManualClock } from '../kernel/clock';
import { newId } from '../kernel/id';
import { CodeCipher } from './code-cipher';
import { SecretCipher } from './sealer';

const key = Buffer.alloc(32, 1);
const [owner, other] = [newId(new ManualClock(1).now()), newId(new ManualClock(2).now())];

test('a secret opens for its owner, and is another text each time', () => {
  const cipher = new SecretCipher(key);
  const [first, second] = [cipher.seal(owner, '秘密'), cipher.seal(owner, '秘密')];
  expect([cipher.open(owner, first), cipher.open(owner, second)]).toEqual(['秘密', '秘密']);
  expect(first.equals(second)).toBe(false);
});

test('for another owner, under another key, for another purpose or changed it does not open', () => {
  const sealed = new SecretCipher(key).seal(owner, 'secret');
  const changed = Buffer.from(sealed);
  changed[changed.length - 1]! ^= 1;
  expect(() => new SecretCipher(key).open(other, sealed)).toThrow();
  expect(() => new SecretCipher(Buffer.alloc(32, 2)).open(owner, sealed)).toThrow();
  expect(() => new CodeCipher(key).open(owner, sealed)).toThrow();
  expect(() => new SecretCipher(key).open(owner, changed)).toThrow();
});

test('a key of another length is refused', () => {
  expect(() => new SecretCipher(Buffer.alloc(31))).toThrow(/32 bytes/);
});
