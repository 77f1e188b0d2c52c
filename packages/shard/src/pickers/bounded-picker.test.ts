import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignPartitions } from './assign-partitions.ts';
import { boundedPicker } from './bounded-picker.ts';
import { rendezvousPicker } from './rendezvous-picker.ts';
import { ringPicker } from './ring-picker.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `n${index}` }));

test('no node is ever picked above its bound, whatever comes and goes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 1, max: 2, noNaN: true }),
      fc.array(fc.record({ key: fc.nat(30), ends: fc.boolean() }), { maxLength: 200 }),
      (size, factor, steps) => {
        const picker = boundedPicker(ringPicker(named(size), { points: 20 }), { factor });
        const open: { readonly node: string; done(): void }[] = [];
        for (const { key, ends } of steps) {
          if (ends) open.shift()?.done();
          const pick = picker.pick(key);
          open.push(pick);
          expect(picker.loads().get(pick.node)).toBeLessThanOrEqual(Math.ceil((factor * open.length) / size));
          expect([...picker.loads().values()].reduce((sum, load) => sum + load, 0)).toBe(open.length);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('goes to the node of the key as long as that has room, and back to it', () => {
  const ring = ringPicker(named(3));
  const bounded = boundedPicker(ring);
  const own = ring.pick('hot');
  const first = bounded.pick('hot');
  expect(first.node).toBe(own);
  const second = bounded.pick('hot');
  expect(second.node).toBe(ring.pickMany('hot', 3)[1]);
  first.done();
  first.done();
  expect(bounded.loads().get(own)).toBe(0);
  expect(bounded.pick('hot').node).toBe(own);
});

test('bounds go by weight', () => {
  const bounded = boundedPicker(rendezvousPicker([{ id: 'a', weight: 3 }, { id: 'b' }]), { factor: 1 });
  for (let index = 0; index < 400; index += 1) bounded.pick(`key ${index}`);
  expect(Object.fromEntries(bounded.loads())).toEqual({ a: 300, b: 100 });
});

test('gives every partition an owner, and with a factor no node too many', () => {
  const picker = rendezvousPicker(named(7));
  const free = assignPartitions(4_096, picker);
  expect(free).toEqual(Array.from({ length: 4_096 }, (_, partition) => picker.pick(partition)));
  const counts = (owners: readonly string[]) => named(7).map(({ id }) => owners.filter((owner) => owner === id).length);
  const bounded = assignPartitions(4_096, picker, { factor: 1.05 });
  expect(Math.max(...counts(bounded))).toBeLessThanOrEqual(Math.ceil((1.05 * 4_096) / 7));
  expect(Math.max(...counts(assignPartitions(700, picker, { factor: 1 })))).toBe(100);
  expect(assignPartitions(4_096, rendezvousPicker(named(7).reverse()), { factor: 1.05 })).toEqual(bounded);
});

test('refuses factors and numbers of partitions that are none', () => {
  for (const factor of [0.9, 0, -1, Number.NaN, '2']) {
    expect(() => boundedPicker(ringPicker(named(2)), { factor: factor as number })).toThrow(
      'factor must be a number from 1',
    );
    expect(() => assignPartitions(8, ringPicker(named(2)), { factor: factor as number })).toThrow(RangeError);
  }
  for (const partitions of [0, 65_537, 1.5]) {
    expect(() => assignPartitions(partitions, ringPicker(named(2)))).toThrow(RangeError);
  }
});
