import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type EntryFacts, type MemoryPolicy, MemoryStore } from './memory-store.ts';
import { NONE } from './slot.ts';

function facts(overrides: Partial<EntryFacts> = {}): EntryFacts {
  const life = { storedAt: 0, freshUntil: 1_000, keptUntil: 1_000 };
  return { ...life, stamp: 0, loadMs: 0, marks: 0, extra: undefined, weight: 0, ...overrides };
}

function storeOf(policy: MemoryPolicy, maxItems: number, maxBytes = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  const evicted: string[] = [];
  const store = new MemoryStore({
    policy,
    maxItems,
    maxBytes,
    clock,
    random: new SeededRandom(1),
    evicted: (key, reason) => evicted.push(`${key} ${reason}`),
  });
  return { store, clock, evicted };
}

test('gives back what was put, with its facts', () => {
  const { store } = storeOf('lru', 10);
  const slot = store.put(
    'a',
    { x: 1 },
    facts({ storedAt: 1.25, keptUntil: 2_000, stamp: 7, loadMs: 3, marks: 5, extra: 'e' }),
  );
  expect(store.find('a')).toBe(slot);
  expect([store.key(slot), store.value(slot)]).toEqual(['a', { x: 1 }]);
  expect([store.storedAt(slot), store.freshUntil(slot), store.keptUntil(slot)]).toEqual([1.25, 1_000, 2_000]);
  expect([store.stamp(slot), store.loadMs(slot), store.marks(slot), store.extra(slot)]).toEqual([7, 3, 5, 'e']);
});

test('leaves nothing of an old entry to the next one in its place', () => {
  const { store } = storeOf('lru', 10, 1_000);
  store.put('a', 1, facts({ keptUntil: 9_000, loadMs: 3, marks: 5, extra: 'e', weight: 50 }));
  store.delete('a');
  const slot = store.put('b', 2, facts({ weight: 7 }));
  expect([store.loadMs(slot), store.marks(slot), store.extra(slot)]).toEqual([0, 0, undefined]);
  expect([store.keptUntil(slot), store.bytes, store.items]).toEqual([1_000, 7, 1]);
});

test('evicts in the order of use', () => {
  const { store, evicted } = storeOf('lru', 2);
  store.put('a', 1, facts());
  store.put('b', 2, facts());
  store.hit(store.find('a'));
  store.put('c', 3, facts());
  expect(evicted).toEqual(['b size']);
  expect(store.evictions).toBe(1);
});

describe('weights', () => {
  test('keep the sum within the bound', () => {
    const { store, evicted } = storeOf('lru', 10, 100);
    store.put('a', 1, facts({ weight: 60 }));
    store.put('b', 2, facts({ weight: 40 }));
    store.put('c', 3, facts({ weight: 30 }));
    expect([store.bytes, store.items, evicted]).toEqual([70, 2, ['a size']]);
  });

  test('refuse an entry that is heavier than everything may be, evict nothing for it, and drop what the key had', () => {
    const { store, evicted } = storeOf('lru', 10, 100);
    store.put('a', 1, facts({ weight: 60 }));
    store.put('b', 1, facts({ weight: 10 }));
    expect(store.put('b', 2, facts({ weight: 101 }))).toBe(NONE);
    expect([store.bytes, store.find('b'), evicted]).toEqual([60, NONE, []]);
  });
});

describe('expiry', () => {
  test('gives memory back without a read', async () => {
    const { store, clock, evicted } = storeOf('lru', 10);
    store.put('a', 1, facts({ freshUntil: 500, keptUntil: 500 }));
    store.put('b', 2, facts({ freshUntil: 500, keptUntil: 800 }));
    await clock.advance(500);
    expect(evicted).toEqual(['a expired']);
    await clock.advance(300);
    expect([store.items, store.expirations]).toEqual([0, 2]);
  });

  test('goes through any number of entries in steps', async () => {
    const { store, clock } = storeOf('lru', 10_000);
    for (let n = 0; n < 10_000; n++) store.put(`k${n}`, n, facts());
    await clock.advance(1_000);
    expect([store.items, clock.pending]).toEqual([0, 0]);
  });

  test('works for times beyond what a timer can hold, and never for what lasts for ever', async () => {
    const { store, clock } = storeOf('lru', 10);
    const month = 30 * 86_400_000;
    store.put('a', 1, facts({ freshUntil: month, keptUntil: month }));
    store.put('b', 1, facts({ freshUntil: Number.POSITIVE_INFINITY, keptUntil: Number.POSITIVE_INFINITY }));
    await clock.advance(month - 1);
    expect(store.items).toBe(2);
    await clock.advance(1);
    expect([store.items, clock.pending]).toEqual([1, 0]);
  });
});

test('takes new entries after it was cleared, whatever was under way', () => {
  for (const policy of ['adaptive', 's3fifo', 'lru'] as const) {
    const { store } = storeOf(policy, 4_000);
    for (let n = 0; n < 2_000; n++) store.hit(store.put(`k${n}`, n, facts()));
    store.clear();
    expect([store.items, store.find('k1')]).toEqual([0, NONE]);
    for (let n = 0; n < 5_000; n++) store.put(`k${n}`, n, facts());
    expect(store.items).toBe(4_000);
  }
});
