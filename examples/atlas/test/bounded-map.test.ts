import { expect, test } from 'vitest';
import { BoundedMap } from '../src/memory/bounded-map.ts';

test('forgets what was used longest ago', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect(map.get('b')).toBeUndefined();
  expect([...map.values()]).toEqual([1, 3]);
  expect(map.size).toBe(2);
});

test('writing a key again takes no second place', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('a', 2);
  map.set('b', 3);
  expect([...map.values()]).toEqual([2, 3]);
});
