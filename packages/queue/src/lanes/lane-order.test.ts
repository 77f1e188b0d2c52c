import { expect, test } from 'vitest';
import { defaultLane, laneOrder } from './lane-order.ts';

test('reads weights, and names from first to last', () => {
  expect(laneOrder()).toEqual({ names: ['high', 'normal', 'low'], weights: [8, 4, 1] });
  expect(laneOrder({ a: 3 })).toEqual({ names: ['a'], weights: [3] });
  expect(laneOrder(['first', 'second'])).toEqual({ names: ['first', 'second'], weights: undefined });
});

test('takes normal as the default lane where it exists, else the first', () => {
  expect(defaultLane(laneOrder(), undefined)).toBe('normal');
  expect(defaultLane(laneOrder(['a', 'b']), undefined)).toBe('a');
  expect(defaultLane(laneOrder(['a', 'b']), 'b')).toBe('b');
  expect(() => defaultLane(laneOrder(), 'normol')).toThrow(
    new RangeError("defaultLane must be one of 'high', 'normal', 'low', got 'normol'"),
  );
});

const nine = Array.from({ length: 9 }, (_, index) => `lane ${index}`);

test.each([
  ['no lane', {}, RangeError, 'lanes must be 1 to 8, got 0'],
  ['nine lanes', nine, RangeError, 'lanes must be 1 to 8, got 9'],
  ['a name twice', ['a', 'b', 'a'], RangeError, "lanes must be names that differ, got 'a' twice"],
  ['weight 0', { a: 0 }, RangeError, "weight of lane 'a' must be a positive integer, got 0"],
  ['a broken weight', { a: 1.5 }, RangeError, "weight of lane 'a' must be a positive integer, got 1.5"],
  ['a weight that is no number', { a: '1' }, TypeError, "weight of lane 'a' must be a positive integer, got '1'"],
  ['a number', 3, TypeError, 'lanes must be an object, got 3'],
  ['a name that is no string', [1], TypeError, 'lane name must be a string of 1 to 200 bytes, got 1'],
])('refuses %s', (_, lanes, kind, message) => {
  expect(() => laneOrder(lanes as never)).toThrow(new (kind as ErrorConstructor)(message));
});
