import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { requests } from './hot-keys.ts';
import { MemoryStore } from './memory-store.ts';
import { NONE } from './slot.ts';

const forever = { storedAt: 0, freshUntil: Number.POSITIVE_INFINITY, keptUntil: Number.POSITIVE_INFINITY };
const facts = { ...forever, stamp: 0, loadMs: 0, marks: 0, extra: undefined, weight: 0 };

test('names the heaviest keys first, and counts none too high by more than 1/1,024 of all requests', () => {
  const random = new SeededRandom(3);
  const clock = new ManualClock();
  const store = new MemoryStore({
    policy: 'adaptive',
    maxItems: 500,
    maxBytes: Number.POSITIVE_INFINITY,
    clock,
    random,
  });
  const exact = new Map<string, { hits: number; misses: number }>();
  const all = 200_000;
  for (let n = 0; n < all; n++) {
    // Of 20,000 keys the small ones are asked for most.
    const key = `k${Math.floor(20_000 ** random.next())}`;
    const seen = exact.get(key) ?? { hits: 0, misses: 0 };
    exact.set(key, seen);
    const slot = store.find(key);
    if (slot === NONE) {
      seen.misses++;
      store.countMiss(key, 1, 2);
      store.put(key, n, facts);
    } else {
      seen.hits++;
      store.hit(slot);
    }
  }
  const hottest = store.hottest(20, () => true);
  const truth = [...exact].sort((a, b) => b[1].hits + b[1].misses - a[1].hits - a[1].misses);
  expect(hottest.slice(0, 10).map(({ key }) => key)).toEqual(truth.slice(0, 10).map(([key]) => key));
  for (const { key, hits, misses, loadMs } of store.hottest(500, () => true)) {
    const known = exact.get(key) ?? { hits: 0, misses: 0 };
    expect(hits - known.hits).toBeLessThanOrEqual(all / 1_024);
    expect(misses - known.misses).toBeLessThanOrEqual(all / 1_024);
    expect(loadMs).toBeLessThanOrEqual(known.misses * 2);
  }
  const weights = hottest.map(requests);
  expect(weights).toEqual([...weights].sort((a, b) => b - a));
  expect(store.hottest(5, (key) => key !== 'k1').map(({ key }) => key)).not.toContain('k1');
  expect(store.hottest(0, () => true)).toEqual([]);
});
