import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type MemoryPolicy, MemoryStore } from '../../src/memory/memory-store.ts';
import { NONE } from '../../src/memory/slot.ts';
import { replay } from '../../src/testing/replay.ts';
import { lruModel, s3FifoModel } from './models.ts';
import { optimalHits } from './optimal.ts';
import { loop, mixed, recent, scanned, shifting, type Trace, uniform, zipf } from './traces.ts';

const FOREVER = { storedAt: 0, freshUntil: Number.POSITIVE_INFINITY, keptUntil: Number.POSITIVE_INFINITY };
const FACTS = { ...FOREVER, stamp: 0, loadMs: 0, marks: 0, extra: undefined, weight: 0 };

function storeOf(policy: MemoryPolicy, maxItems: number, maxBytes = Number.POSITIVE_INFINITY): MemoryStore {
  return new MemoryStore({ policy, maxItems, maxBytes, clock: new ManualClock(), random: new SeededRandom(5) });
}

function ask(store: MemoryStore, key: string): boolean {
  const slot = store.find(key);
  if (slot === NONE) store.put(key, 1, FACTS);
  else store.hit(slot);
  return slot !== NONE;
}

describe.each([
  ['lru', lruModel],
  ['s3fifo', s3FifoModel],
] as const)('%s', (policy, modelOf) => {
  test.each([1, 2, 7, 50, 150])('keeps the same keys as its model, step by step, with room for %i', (maxItems) => {
    for (let seed = 1; seed <= 3; seed++) {
      const store = storeOf(policy, maxItems);
      const model = modelOf(maxItems);
      for (const [at, item] of [...zipf(400, 0.8, 2_000, seed), ...loop(maxItems + 3, 500)].entries()) {
        const step = `seed ${seed}, step ${at}`;
        if (ask(store, `k${item}`) !== model.ask(`k${item}`)) expect.fail(step);
        if (at % 50 === 0)
          expect([...store.slots()].map((slot) => store.key(slot)).sort(), step).toEqual([...model.keys()].sort());
      }
    }
  });
});

describe.each(['adaptive', 's3fifo', 'lru'] as const)('%s', (policy) => {
  test('stays within both bounds whatever is written, replaced, read and deleted', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = new SeededRandom(seed);
      const below = (n: number) => Math.floor(random.next() * n);
      const store = storeOf(policy, 100, 1_000);
      const weights = new Map<string, number>();
      for (let step = 0; step < 20_000; step++) {
        const key = `k${below(300)}`;
        const slot = store.find(key);
        const what = below(10);
        if (what === 0) store.delete(key);
        else if (what < 5 && slot !== NONE) store.hit(slot);
        else {
          const weight = below(40);
          weights.set(key, weight);
          store.put(key, step, { ...FACTS, weight });
        }
        // Asked 300,000 times: a whole assertion each would take longer than all the rest.
        if (store.items > 100 || store.bytes > 1_000)
          expect.fail(`seed ${seed}, step ${step}: ${store.items}, ${store.bytes}`);
      }
      const kept = [...store.slots()].map((slot) => store.key(slot));
      expect(kept).toHaveLength(store.items);
      expect(kept.reduce((sum, key) => sum + (weights.get(key) as number), 0)).toBe(store.bytes);
      for (const key of kept) expect(store.key(store.find(key))).toBe(key);
    }
  });

  test('has what was just stored, however small the cache and however heavy the entry', () => {
    for (const [maxItems, maxBytes] of [
      [1, 1_000],
      [2, 1_000],
      [100, 1_000],
    ] as const) {
      const store = storeOf(policy, maxItems, maxBytes);
      for (let n = 0; n < 200; n++) {
        // What there is is used much more than what comes.
        for (let use = 0; use < 3; use++) for (const held of [...store.slots()]) store.hit(held);
        const slot = store.put(`k${n}`, n, { ...FACTS, weight: (n * 137) % 1_001 });
        expect(store.find(`k${n}`), `entry ${n} of ${maxItems}`).toBe(slot);
        expect(slot).not.toBe(NONE);
        expect(store.bytes).toBeLessThanOrEqual(maxBytes);
      }
    }
  });

  test('never beats the cache that knows the future', () => {
    const trace = zipf(2_000, 0.9, 20_000, 9);
    expect(replay(trace, { policy, maxItems: 200 }).hits).toBeLessThanOrEqual(optimalHits(trace, 200));
  });
});

/** Traces, sizes, and how much of the way from LRU to the optimum adaptive has to go at least. */
const cases: readonly (readonly [name: string, trace: Trace, maxItems: number, gain: number])[] = [
  ['a flat zipf distribution', zipf(10_000, 0.6, 60_000, 1), 1_000, 0.2],
  ['a zipf distribution', zipf(10_000, 0.9, 60_000, 2), 1_000, 0.35],
  ['a steep zipf distribution', zipf(10_000, 1.2, 60_000, 3), 500, 0.3],
  ['a loop larger than the cache', loop(1_500, 60_000), 1_000, 0.8],
  ['scans between popular keys', scanned(zipf(4_000, 0.9, 40_000, 4), 3_000), 1_000, 0.35],
  ['popular keys that change', shifting(4_000, 0.9, 60_000, 5), 500, -0.1],
  ['keys without any order', uniform(5_000, 60_000, 6), 1_000, -0.02],
  ['keys that are used soon or never', recent(60_000, 200, 7), 500, -0.2],
  ['recency, a loop, and recency', mixed(200, 900, 90_000, 8), 500, 0.1],
];

describe('the adaptive policy', () => {
  test.each(cases)('hits at most a point less than LRU, and mostly far more: %s', (_, trace, maxItems, gain) => {
    const lru = replay(trace, { policy: 'lru', maxItems }).hitRate;
    const adaptive = replay(trace, { policy: 'adaptive', maxItems }).hitRate;
    const optimal = optimalHits(trace, maxItems) / trace.length;
    expect(adaptive).toBeGreaterThan(lru - 0.01);
    expect(adaptive - lru).toBeGreaterThanOrEqual(gain * (optimal - lru));
  });

  test.each([100, 1_000, 10_000])('keeps what was read often through a scan of ten times its size: %i', (maxItems) => {
    for (const rounds of ['at once', 'in turn']) {
      const store = storeOf('adaptive', maxItems);
      const hot = Array.from({ length: maxItems / 2 }, (_, n) => `hot${n}`);
      if (rounds === 'at once') for (const key of hot) for (let read = 0; read < 7; read++) ask(store, key);
      else for (let read = 0; read < 7; read++) for (const key of hot) ask(store, key);
      for (let cold = 0; cold < maxItems * 10; cold++) ask(store, `cold${cold}`);
      const left = hot.filter((key) => store.find(key) !== NONE).length;
      expect(left, rounds).toBeGreaterThanOrEqual(0.8 * hot.length);
    }
  });

  test('holds a part of a loop also where entries differ in weight', () => {
    const store = storeOf('adaptive', 10_000, 20_000);
    let hits = 0;
    const trace = loop(1_000, 40_000);
    for (const key of trace) {
      const slot = store.find(`k${key}`);
      if (slot === NONE) store.put(`k${key}`, 1, { ...FACTS, weight: 1 + ((key * 7_919) % 100) });
      else {
        store.hit(slot);
        hits++;
      }
    }
    expect(hits / trace.length).toBeGreaterThan(0.2);
  });

  test('takes a small window where keys come back for long, and a large one where they come back soon', () => {
    const windowAfter = (trace: Trace) => {
      const store = storeOf('adaptive', 1_000);
      for (const key of trace) ask(store, `k${key}`);
      return store.windowRatio;
    };
    expect(windowAfter(loop(1_500, 60_000))).toBeLessThanOrEqual(0.1);
    expect(windowAfter(recent(60_000, 400, 3))).toBeGreaterThanOrEqual(0.6);
  });
});
