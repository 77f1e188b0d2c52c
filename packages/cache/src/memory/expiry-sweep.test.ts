import type { Clock } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { MemoryStore } from './memory-store.ts';

const ENTRIES = 20_000;

/** A clock on which every reading takes time, and that tells how long each turn of a timer took and what it did. */
class SlowClock extends ManualClock {
  readonly turns: { readonly ms: number; readonly expired: number }[] = [];
  expired = 0;
  readonly #readingMs: number;
  #spentMs = 0;

  constructor(readingMs: number) {
    super();
    this.#readingMs = readingMs;
  }

  override monotonic(): number {
    this.#spentMs += this.#readingMs;
    return super.monotonic() + this.#spentMs;
  }

  override after(ms: number, fn: () => void) {
    return super.after(ms, () => {
      const [spent, expired] = [this.#spentMs, this.expired];
      fn();
      this.turns.push({ ms: this.#spentMs - spent, expired: this.expired - expired });
    });
  }
}

function expiring(clock: Clock, entries: number, keptUntil: (n: number) => number, told?: () => void): MemoryStore {
  const random = new SeededRandom(1);
  const settings = { policy: 'lru', maxItems: entries, maxBytes: Number.POSITIVE_INFINITY, clock, random } as const;
  const store = new MemoryStore({ ...settings, ...(told !== undefined && { evicted: told }) });
  for (let n = 0; n < entries; n++) {
    const until = keptUntil(n);
    const life = { storedAt: 0, freshUntil: until, keptUntil: until };
    store.put(`k${n}`, n, { ...life, stamp: 0, loadMs: 0, marks: 0, extra: undefined, weight: 0 });
  }
  return store;
}

test('works for at most a millisecond at a time, whatever has expired at once', async () => {
  const clock = new SlowClock(0.05);
  const store = expiring(
    clock,
    ENTRIES,
    () => 100_000,
    () => clock.expired++,
  );
  await clock.advance(200_000);
  expect(store.items).toBe(0);
  expect(Math.max(...clock.turns.map(({ ms }) => ms))).toBeLessThanOrEqual(1);
  expect(clock.turns.length).toBeGreaterThan(ENTRIES / 1_000);
});

test('takes a bounded number of entries at a time on a clock that stands still', async () => {
  const clock = new SlowClock(0);
  const store = expiring(
    clock,
    ENTRIES,
    () => 1_000,
    () => clock.expired++,
  );
  await clock.advance(1_000);
  expect(store.items).toBe(0);
  expect(Math.max(...clock.turns.map(({ expired }) => expired))).toBeLessThanOrEqual(2_000);
});

test('has one timer for all entries, and none when there is nothing to wait for', async () => {
  const clock = new ManualClock();
  const store = expiring(clock, 1_000, (n) => 1_000 + n);
  expect(clock.pending).toBe(1);
  await clock.advance(1_500);
  expect([store.items, clock.pending]).toEqual([499, 1]);
  store.dispose();
  expect(clock.pending).toBe(0);
});

test('keeps what was given a longer life meanwhile', async () => {
  const clock = new ManualClock();
  const store = expiring(clock, 3, () => 1_000);
  store.setLife(store.find('k1'), 5_000, 5_000);
  await clock.advance(2_000);
  expect([...store.slots()].map((slot) => store.key(slot))).toEqual(['k1']);
  await clock.advance(3_000);
  expect(store.items).toBe(0);
});
