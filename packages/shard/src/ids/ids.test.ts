import { ManualClock } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import { createIds } from './create-ids.ts';
import type { IdLayout } from './id-layout.ts';
import { parseId } from './parse-id.ts';

const START = 1_767_225_600_000;
const at = (epochMs: number) => new ManualClock(epochMs);

test('ids are as the vectors say, both ways', () => {
  for (const { layout, id, atMs, partition, node, sequence } of vectors.ids) {
    expect(parseId(id, layout as IdLayout)).toEqual({ atMs, partition, node, sequence });
    expect(parseId(BigInt(id), layout as IdLayout)).toEqual({ atMs, partition, node, sequence });
    const ids = createIds({ ...(layout as IdLayout), node, clock: at(atMs) });
    let made = ids.nextString(partition);
    for (let count = 0; count < sequence; count += 1) made = ids.nextString(partition);
    expect(made).toBe(id);
  }
});

test('ids only ever grow, are unique over nodes, and positive', async () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -300, max: 300 }), fc.nat(20)), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(steps, async (moves) => {
      let now = START;
      const clock = new ManualClock();
      clock.now = () => now;
      const generators = [0, 1, 2].map((node) =>
        createIds({ node, nodeBits: 2, sequenceBits: 3, maxAheadMs: 100_000, clock }),
      );
      const all = new Set<bigint>();
      let made = 0;
      const last = [0n, 0n, 0n];
      for (const [move, count] of moves) {
        now += move;
        for (const [index, ids] of generators.entries()) {
          for (let n = 0; n < count; n += 1) {
            const id = ids.next();
            expect(id).toBeGreaterThan(last[index] as bigint);
            last[index] = id;
            all.add(id);
            made += 1;
          }
        }
      }
      expect(all.size).toBe(made);
    }),
    { numRuns: 100 },
  );
});

test('ids of one generator grow from partition to partition, and are made for all of them when there is no time for that', () => {
  const ids = createIds({ node: 0, partitionBits: 3, sequenceBits: 4, clock: at(START) });
  let last = ids.next(7);
  for (const partition of [0, 3, 3, 1, 7, 0]) {
    const id = ids.next(partition);
    expect(id).toBeGreaterThan(last);
    expect(parseId(id, { partitionBits: 3, sequenceBits: 4 }).partition).toBe(partition);
    last = id;
  }
  const made = new Set<bigint>();
  const newest = new Map<number, bigint>();
  for (let count = 0; count < 5_000; count += 1) {
    const partition = (count * 5) % 8;
    const id = ids.next(partition);
    expect(id).toBeGreaterThan(newest.get(partition) ?? 0n);
    newest.set(partition, id);
    made.add(id);
  }
  expect(made.size).toBe(5_000);
});

test('a clock that goes back is waited out, up to a bound', () => {
  let now = START;
  const clock = at(START);
  clock.now = () => now;
  const ids = createIds({ node: 1, clock });
  const first = ids.next();
  now -= 1_000;
  expect(ids.next()).toBe(first + 1n);
  now -= 1;
  expect(() => ids.next()).toThrow('the clock went back 1001 ms, more than maxAheadMs');
  expect(ids.next.bind(ids)).toThrow(
    expect.objectContaining({ code: 'XC_SHARD_CLOCK_BACKWARDS', details: { behindMs: 1_001, maxAheadMs: 1_000 } }),
  );
  now = START;
  expect(ids.next()).toBe(first + 2n);
});

test('a used-up millisecond borrows of the next ones, up to the same bound', () => {
  const ids = createIds({ node: 0, nodeBits: 1, sequenceBits: 2, maxAheadMs: 3, clock: at(START) });
  const made = Array.from({ length: 16 }, () => parseId(ids.next(), { nodeBits: 1, sequenceBits: 2 }));
  expect(made.map(({ atMs }) => atMs - START)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  for (let again = 0; again < 2; again += 1) {
    expect(() => ids.next()).toThrow(expect.objectContaining({ code: 'XC_SHARD_ID_EXHAUSTED' }));
  }
});

test('refuses what does not fit', () => {
  expect(() => createIds({ node: 1_024 })).toThrow('node must be an integer from 0 to 1023, got 1024');
  expect(() => createIds({ node: 0, nodeBits: 12, sequenceBits: 13 })).toThrow('must be at most 24, got 25');
  expect(() => createIds({ node: 0, clock: {} as never })).toThrow('clock must have now');
  expect(() => createIds({ node: 0 }).next(1)).toThrow('partition must be an integer from 0 to 0, got 1');
  expect(() => createIds({ node: 0, clock: at(1_000) }).next()).toThrow(RangeError);
  for (const id of ['', '-1', '1.5', 'abc', 5, undefined]) expect(() => parseId(id as string)).toThrow(TypeError);
  for (const id of [-1n, 2n ** 63n]) expect(() => parseId(id)).toThrow(RangeError);
});
