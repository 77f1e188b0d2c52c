import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeat } from './create-heat.ts';

test('never says less than there was, nor more than the error, and misses nobody who matters', () => {
  const calls = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 5 })), { maxLength: 300 });
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 12 }), (records, capacity) => {
      const heat = createHeat({ capacity, halfLifeMs: Number.POSITIVE_INFINITY });
      const exact = new Map<string, number>();
      let total = 0;
      for (const [key, cost] of records) {
        heat.record(`k${key}`, key, cost);
        exact.set(`k${key}`, (exact.get(`k${key}`) ?? 0) + cost);
        total += cost;
      }
      const found = heat.topKeys(capacity);
      for (const { key, count, error } of found) {
        expect(exact.get(key)).toBeLessThanOrEqual(count);
        expect(exact.get(key)).toBeGreaterThanOrEqual(count - error);
      }
      const named = new Set(found.map(({ key }) => key));
      for (const [key, count] of exact) if (count > total / capacity) expect(named).toContain(key);
      expect(found.length).toBeLessThanOrEqual(capacity);
      expect(found.map(({ count }) => count)).toEqual(found.map(({ count }) => count).sort((a, b) => b - a));
      const costs = heat.costs();
      for (const [key, count] of exact) expect(costs(Number(key.slice(1)))).toBe(count);
    }),
    { numRuns: 300 },
  );
});

test('half of a call has faded after its half-life, and long pauses do no harm', async () => {
  const clock = new ManualClock();
  const heat = createHeat({ halfLifeMs: 1_000, clock });
  heat.record('old', 3, 8);
  await clock.advance(1_000);
  heat.record('new', 4, 5);
  expect(heat.topKeys(2)).toEqual([
    { key: 'new', count: 5, error: 0 },
    { key: 'old', count: 4, error: 0 },
  ]);
  expect(heat.topPartitions(1)).toEqual([{ partition: 4, cost: 5 }]);
  await clock.advance(200_000);
  heat.record('late', 4, 1);
  expect(heat.topKeys(1)).toEqual([{ key: 'late', count: 1, error: 0 }]);
  expect(heat.topPartitions(1)[0]?.cost).toBeCloseTo(1, 9);
});

test('costs are as of the moment they were asked for', () => {
  const heat = createHeat({ halfLifeMs: Number.POSITIVE_INFINITY });
  heat.record('a', 1);
  const costs = heat.costs();
  heat.record('a', 1);
  expect([costs(1), heat.costs()(1), costs(60_000)]).toEqual([1, 2, 0]);
});

test('says how unevenly shards are loaded', () => {
  const heat = createHeat({ halfLifeMs: Number.POSITIVE_INFINITY });
  const owners = ['a', 'b', 'c', 'd'];
  expect(heat.skew(owners)).toMatchObject({ maxOverMean: 1, gini: 0 });
  for (const partition of [0, 1, 2, 3]) heat.record('x', partition);
  expect(heat.skew(owners)).toMatchObject({ maxOverMean: 1, gini: 0 });
  heat.record('x', 2, 4);
  // 1, 1, 1, 5: mean 2.
  expect(heat.skew(owners)).toEqual({ maxOverMean: 2.5, gini: 0.375, hottest: 'c' });
  expect(heat.skew(['a', 'a', 'b', 'b']).hottest).toBe('b');
});

test('takes as much memory for a million keys as for a thousand', () => {
  const heat = createHeat({ capacity: 100 });
  for (let key = 0; key < 200_000; key += 1) heat.record(`key ${key}`, key % 4_096);
  expect(heat.topKeys(1_000)).toHaveLength(100);
});

test('refuses what is out of range', () => {
  expect(() => createHeat({ capacity: 0 })).toThrow('capacity must be an integer from 1');
  for (const halfLifeMs of [0, -1, Number.NaN, '1' as never])
    expect(() => createHeat({ halfLifeMs })).toThrow(RangeError);
  expect(() => createHeat({ clock: {} as never })).toThrow('clock must have now');
  const heat = createHeat();
  for (const partition of [-1, 1.5, 65_536, Number.NaN]) expect(() => heat.record('a', partition)).toThrow(RangeError);
  for (const cost of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1' as never, null as never])
    expect(() => heat.record('a', 1, cost)).toThrow(RangeError);
  expect(() => heat.record(5 as never, 0)).toThrow('key must be a string, got 5');
  for (const count of [-1, Number.NaN, 1.5, '3' as never]) {
    expect(() => heat.topKeys(count)).toThrow('count must be an integer from 0 to 9007199254740991, got');
    expect(() => heat.topPartitions(count)).toThrow(RangeError);
  }
  expect(heat.topKeys(Number.POSITIVE_INFINITY)).toEqual([]);
});
