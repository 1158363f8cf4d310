// The map forgets what was not used for longest, and nothing else.
import { BoundedMap } from './bounded-map';

it('keeps at most as many entries as it was made for', () => {
  const map = new BoundedMap<number, string>(3);
  for (let key = 0; key < 10; key += 1) map.set(key, `v${key}`);
  expect(map.size).toBe(3);
  expect([6, 7, 8, 9].map((key) => map.get(key))).toEqual([undefined, 'v7', 'v8', 'v9']);
});

it('forgets the least recently used entry first', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
});

it('replaces the value of a key without forgetting another', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  expect([map.size, map.get('a'), map.get('b')]).toEqual([2, 3, 2]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
