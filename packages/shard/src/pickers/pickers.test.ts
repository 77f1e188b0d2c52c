import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import { jumpPicker } from './jump-picker.ts';
import { maglevPicker } from './maglev-picker.ts';
import type { NodeSpec, Picker } from './picker.ts';
import { rendezvousPicker } from './rendezvous-picker.ts';
import { ringPicker } from './ring-picker.ts';
import { simulate } from './simulate.ts';

const kinds: readonly (readonly [string, (nodes: readonly NodeSpec[]) => Picker])[] = [
  ['jump', jumpPicker],
  ['ring', (nodes) => ringPicker(nodes)],
  ['ketama', (nodes) => ringPicker(nodes, { compat: 'ketama' })],
  ['rendezvous', rendezvousPicker],
  ['maglev', (nodes) => maglevPicker(nodes)],
];
const named = (count: number): NodeSpec[] => Array.from({ length: count }, (_, index) => ({ id: `n${index}` }));
const keys = (count: number) => Array.from({ length: count }, (_, index) => `key:${index}`);

test('a ring places keys as the vectors say, by weight as well', () => {
  for (const { nodes, points, counts, first } of vectors.ring) {
    const ring = ringPicker(nodes as readonly NodeSpec[], { points });
    expect(keys(first.length).map((key) => ring.pick(key))).toEqual(first);
    const found: Record<string, number> = {};
    for (const key of keys(10_000)) found[ring.pick(key)] = (found[ring.pick(key)] ?? 0) + 1;
    expect(found).toEqual(counts);
  }
});

test('jump places keys as the vectors say', () => {
  for (const { nodes, first } of vectors.jumpPicker) {
    const picker = jumpPicker(named(nodes));
    expect(keys(first.length).map((key) => picker.pick(key))).toEqual(first);
  }
});

test('a ring in the way of ketama places keys as libketama does', () => {
  const { weighted, libmemcached, python } = vectors.ketama;
  const ring = ringPicker(weighted.nodes, { compat: 'ketama' });
  expect(weighted.first.map((_, index) => ring.pick(String(index)))).toEqual(weighted.first);
  const other = ringPicker(libmemcached.nodes, { compat: 'ketama' });
  for (const { key, server } of libmemcached.rows) expect(other.pick(key), key).toBe(server);
  const third = ringPicker(
    python.servers.map(({ name, weight }) => ({ id: name, weight })),
    { compat: 'ketama' },
  );
  expect(third.pick('test')).toBe(python.get_test.server);
});

test.for(kinds)('%s: picks many different nodes, its own first', ([, make]) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.string(), fc.integer({ min: 0, max: 15 }), (size, key, count) => {
      const picker = make(named(size));
      const many = picker.pickMany(key, count);
      expect(new Set(many).size).toBe(many.length);
      expect(many).toHaveLength(Math.min(size, count));
      if (count > 0) expect(many[0]).toBe(picker.pick(key));
    }),
    { numRuns: 100 },
  );
});

test.for(kinds)('%s: a number, a bigint and their text are one key', ([, make]) => {
  const picker = make(named(5));
  expect([42, 42n, '42', Buffer.from('42')].map((key) => picker.pick(key))).toEqual(Array(4).fill(picker.pick('42')));
  expect(picker.pick(-0)).toBe(picker.pick('0'));
  for (const key of [undefined, null, true, {}, Number.NaN, 1.5, 2 ** 53, new Date(0), ['a']]) {
    expect(() => picker.pick(key as never)).toThrow(/^key must be a string, a safe integer, a bigint or bytes, got /);
  }
});

test.for(kinds.filter(([name]) => name !== 'jump' && name !== 'ketama'))(
  '%s: the order of the nodes says nothing',
  ([, make]) => {
    const [one, other] = [make(named(7)), make(named(7).reverse())];
    for (const key of keys(500)) expect(one.pick(key)).toBe(other.pick(key));
  },
);

test.for(kinds.filter(([name]) => name !== 'ketama'))(
  '%s: a node that is added takes its share, and hardly a key moves between others',
  ([name, make]) => {
    const { moved, movedBetweenOld, ideal } = simulate({
      before: make(named(100)),
      after: make(named(101)),
      keys: keys(100_000),
    });
    expect(ideal).toBeCloseTo(1 / 101, 10);
    expect(moved).toBeLessThan(name === 'maglev' ? 0.017 : 0.011);
    expect(moved).toBeGreaterThan(0.007);
    if (name === 'maglev') expect(movedBetweenOld).toBeLessThan(0.007);
    else expect(movedBetweenOld).toBe(0);
  },
);

test.for(kinds.filter(([name]) => name === 'ring' || name === 'rendezvous'))(
  '%s: what any node leaves behind is all that moves',
  ([, make]) => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 15 }), fc.nat(), (size, chosen) => {
        const nodes = named(size);
        const gone = nodes[chosen % size]?.id;
        const [before, after] = [make(nodes), make(nodes.filter(({ id }) => id !== gone))];
        for (const key of keys(300)) if (before.pick(key) !== gone) expect(after.pick(key)).toBe(before.pick(key));
      }),
      { numRuns: 30 },
    );
  },
);

test.for(kinds.filter(([name]) => name !== 'jump'))(
  '%s: keeps weights, and gives nothing to a weight of 0',
  ([, make]) => {
    const nodes = [{ id: 'a', weight: 3 }, { id: 'b', weight: 1 }, { id: 'c', weight: 0 }, { id: 'd' }];
    const picker = make(nodes);
    const counts = { a: 0, b: 0, c: 0, d: 0 } as Record<string, number>;
    for (const key of keys(20_000)) counts[picker.pick(key)] = (counts[picker.pick(key)] as number) + 1;
    expect(counts.c).toBe(0);
    expect((counts.a as number) / 20_000).toBeGreaterThan(0.5);
    expect((counts.a as number) / 20_000).toBeLessThan(0.7);
    expect(picker.pickMany('x', 9)).toHaveLength(3);
  },
);

test.for(kinds.filter(([name]) => name !== 'ketama'))('%s: spreads half a million keys evenly', ([name, make]) => {
  const picker = make(named(100));
  const { balance } = simulate({ before: picker, after: picker, keys: keys(500_000) });
  expect(balance.relativeStd).toBeLessThan(name === 'ring' ? 0.083 : 0.018);
});

test('weights that are equal change nothing', () => {
  const [plain, weighed] = [named(9), named(9).map(({ id }) => ({ id, weight: 2.5 }))].map(rendezvousPicker);
  const nearly = rendezvousPicker(named(9).map(({ id }, index) => ({ id, weight: index === 0 ? 1 + 1e-12 : 1 })));
  for (const key of keys(2_000)) {
    expect(weighed?.pick(key)).toBe(plain?.pick(key));
    expect(nearly.pick(key)).toBe(plain?.pick(key));
  }
});

test('equal points of a ring fall to the smaller id', () => {
  // One point each: who lies where must not depend on the order of the list.
  const nodes = named(400);
  const [one, other] = [ringPicker(nodes, { points: 1 }), ringPicker([...nodes].reverse(), { points: 1 })];
  for (const key of keys(2_000)) expect(one.pick(key)).toBe(other.pick(key));
});

test.for(kinds)('%s: refuses nodes that are none', ([, make]) => {
  expect(() => make([])).toThrow('nodes must be an array of one at least, got an array of 0');
  expect(() => make(undefined as never)).toThrow(TypeError);
  expect(() => make([{ id: 'a' }, { id: 'a' }])).toThrow('nodes must have different ids, got "a" twice');
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is refused.
  expect(() => make([, { id: 'a' }] as never)).toThrow('id of a node must be a text');
  for (const id of ['', 'a\nb', 'a\u0085', 5, undefined]) {
    expect(() => make([{ id: id as string }])).toThrow(/^id of a node must be a text without control characters/);
  }
});

test.for(kinds)('%s: refuses counts that are none', ([, make]) => {
  const picker = make(named(3));
  for (const count of [-1, Number.NaN, 1.5, '3'])
    expect(() => picker.pickMany('key', count as number)).toThrow('count must be an integer from 0');
  expect(picker.pickMany('key', 0)).toEqual([]);
});

test.for(kinds.filter(([name]) => name !== 'jump'))('%s: refuses weights that are none', ([, make]) => {
  for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1']) {
    expect(() => make([{ id: 'a', weight: weight as number }])).toThrow(RangeError);
  }
  expect(() => make([{ id: 'a', weight: 0 }])).toThrow('weight must be above 0 for one node at least');
});

test('jump refuses weights, a ring odd points, maglev odd tables', () => {
  expect(() => jumpPicker([{ id: 'a', weight: 2 }])).toThrow('weight cannot be kept by jumpPicker, got 2 for a');
  for (const points of [0, -1, 1.5]) expect(() => ringPicker(named(2), { points })).toThrow(RangeError);
  expect(() => ringPicker(named(2), { compat: 'other' as never })).toThrow(TypeError);
  for (const tableSize of [0, 4, 9, 65_536, 1.5])
    expect(() => maglevPicker(named(2), { tableSize })).toThrow(RangeError);
  expect(() => maglevPicker(named(12), { tableSize: 11 })).toThrow('tableSize must be at least the number of nodes');
});
