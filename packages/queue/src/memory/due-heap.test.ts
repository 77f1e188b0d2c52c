import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Due, DueHeap } from './due-heap.ts';

interface Item extends Due {
  readonly name: number;
}

const item = (name: number): Item => ({ name, dueAt: 0, dueOrder: 0, dueIndex: -1 });
const operation = fc.oneof(
  fc.record({ put: fc.nat(15), at: fc.nat(20) }),
  fc.record({ remove: fc.nat(15) }),
  fc.record({ pop: fc.constant(true) }),
);

test('is a sorted list from which any member leaves, first in first out within a millisecond', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = new DueHeap<Item>();
      const items = Array.from({ length: 16 }, (_, name) => item(name));
      let sorted: Item[] = [];
      for (const each of operations) {
        if ('put' in each) {
          const one = items[each.put] as Item;
          heap.put(one, each.at);
          sorted = [...sorted.filter((other) => other !== one), one].sort((a, b) => a.dueAt - b.dueAt);
        } else if ('remove' in each) {
          const one = items[each.remove] as Item;
          heap.remove(one);
          sorted = sorted.filter((other) => other !== one);
        } else if (heap.first !== undefined) {
          sorted = sorted.filter((other) => other !== heap.first);
          heap.remove(heap.first);
        }
        expect(heap.size).toBe(sorted.length);
        expect(heap.first).toBe(sorted[0]);
      }
      const names = sorted.map(({ name }) => name);
      const popped: number[] = [];
      for (let first = heap.first; first !== undefined; first = heap.first) {
        popped.push(first.name);
        heap.remove(first);
      }
      expect(popped).toEqual(names);
    }),
    { numRuns: 500 },
  );
});

test('finds what is due without touching the rest', () => {
  const heap = new DueHeap<Item>();
  for (let name = 0; name < 1000; name += 1) heap.put(item(name), (name * 7919) % 1000);
  const due = heap.due(99, 1000).map(({ dueAt }) => dueAt);
  expect(due.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  expect(heap.due(99, 10)).toHaveLength(10);
  expect(heap.size).toBe(1000);
});
