import { describe, expect, test } from 'vitest';
import { FrequencySketch } from './frequency-sketch.ts';
import { keyHash } from './key-hash.ts';
import type { Slot } from './slot.ts';
import { SlotTable } from './slot-table.ts';
import { WindowTinyLfu } from './window-tiny-lfu.ts';

/** Which of two goes: one that has just left the window after so many uses, or one behind it that was used more. */
function duel(candidateUses: number, victimUses: number, chance: number): 'candidate' | 'victim' {
  const columns = new SlotTable(false);
  const sketch = new FrequencySketch(100);
  sketch.ensure(100);
  const random = { next: () => chance };
  const policy = new WindowTinyLfu({ columns, sketch, random, windowRatio: 0.5, capacity: 2 });
  const enter = (key: string, uses: number): Slot => {
    const slot = columns.take();
    columns.setHash(slot, keyHash(key, 1));
    for (let use = 0; use < uses; use++) sketch.increment(columns.hash(slot));
    policy.added(slot);
    return slot;
  };
  enter('victim', victimUses);
  const candidate = enter('candidate', candidateUses);
  enter('next', 1);
  return policy.victim() === candidate ? 'candidate' : 'victim';
}

describe('admission', () => {
  test('is for the one that was used more', () => {
    expect(duel(3, 2, 0.99)).toBe('victim');
    expect(duel(2, 2, 0.99)).toBe('candidate');
    expect(duel(2, 3, 0)).toBe('candidate');
  });

  test('is given to a warm one in 1 of 128 cases, so that no victim can be pinned', () => {
    expect(duel(6, 15, 0)).toBe('victim');
    expect(duel(6, 15, 1 / 128 - 1e-9)).toBe('victim');
    expect(duel(6, 15, 1 / 128)).toBe('candidate');
    expect(duel(5, 15, 0)).toBe('candidate');
  });
});

describe('the sketch', () => {
  test('counts to 15 and forgets half of all counts after ten times as many uses as there are keys', () => {
    const sketch = new FrequencySketch(1_000);
    sketch.ensure(1_000);
    const hot = keyHash('hot', 1);
    for (let use = 0; use < 40; use++) sketch.increment(hot);
    expect(sketch.frequency(hot)).toBe(15);
    for (let use = 0; use < 11_000; use++) sketch.increment(keyHash(`cold${use}`, 1));
    expect(sketch.frequency(hot)).toBeGreaterThanOrEqual(7);
    expect(sketch.frequency(hot)).toBeLessThan(15);
  });

  test('keeps what it counted when it grows', () => {
    const sketch = new FrequencySketch(1_000_000);
    const before = sketch.capacity;
    for (let use = 0; use < 9; use++) sketch.increment(keyHash('hot', 1));
    sketch.ensure(before + 1);
    expect(sketch.capacity).toBeGreaterThan(before);
    expect(sketch.frequency(keyHash('hot', 1))).toBe(9);
    for (let keys = before; keys < 1_000_000; keys += 10_000) sketch.ensure(keys);
    expect(sketch.capacity).toBeGreaterThanOrEqual(990_000);
    expect(sketch.capacity).toBeLessThan(1_100_000);
  });

  test('hardly ever takes one key for another', () => {
    const sketch = new FrequencySketch(10_000);
    sketch.ensure(10_000);
    for (let key = 0; key < 10_000; key++) for (let use = 0; use < 4; use++) sketch.increment(keyHash(`k${key}`, 7));
    let wrong = 0;
    for (let key = 0; key < 10_000; key++) if (sketch.frequency(keyHash(`other${key}`, 7)) >= 4) wrong++;
    expect(wrong).toBeLessThan(100);
  });
});
