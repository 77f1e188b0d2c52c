import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../test/vectors/shard.json' with { type: 'json' };
import type { ShardInfo, Topology } from '../topology/topology.ts';
import type { PlanOptions } from './plan-options.ts';
import { planRebalance } from './plan-rebalance.ts';

function topology(owners: readonly string[], shards: readonly ShardInfo[], epoch = 5): Topology {
  return { epoch, partitioner: 'test', shards, owners, terms: owners.map(() => 1), moves: [] };
}

const loadsOf = (owners: readonly string[], costs: (partition: number) => number) => {
  const loads: Record<string, number> = {};
  for (const [partition, owner] of owners.entries()) loads[owner] = (loads[owner] ?? 0) + costs(partition);
  return loads;
};

test.for(vectors.plans)('plans as the vectors say: $name', (vector) => {
  const shards = (vector.shards as [string, number][]).map(([id, weight]) => ({ id, weight }));
  const plan = planRebalance(topology([...vector.owners], shards), vector.options as PlanOptions);
  expect(plan.moves).toHaveLength(vector.moves);
  expect(plan.lowerBoundMoves).toBe(vector.lowerBoundMoves);
  expect(plan.after.maxOverMean).toBeCloseTo(vector.maxOverMeanAfter, 5);
  expect(plan.epoch).toBe(5);
});

const clusters = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const ids = Array.from({ length: count }, (_, index) => `s${index}`);
  return fc.record({
    shards: fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), weight: fc.integer({ min: 1, max: 4 }) }))),
    owners: fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 40 }),
    costs: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 40, maxLength: 40 }),
    threshold: fc.constantFrom(0, 0.1, 0.3),
    drain: fc.subarray(ids, { maxLength: count - 1 }),
  });
});

test('a plan never makes the fullest shard fuller, empties what is drained, and comes out the same again', () => {
  fc.assert(
    fc.property(clusters, ({ shards, owners, costs, threshold, drain }) => {
      const options = { costs: (partition: number) => costs[partition] as number, threshold, drain };
      const plan = planRebalance(topology(owners, shards), options);
      const after = [...owners];
      for (const { partition, from, to } of plan.moves) {
        expect(after[partition]).toBe(from);
        expect(to).not.toBe(from);
        after[partition] = to;
      }
      const loads = loadsOf(after, options.costs);
      for (const id of drain) expect(after).not.toContain(id);
      if (drain.length === 0) expect(plan.after.maxOverMean).toBeLessThanOrEqual(plan.before.maxOverMean + 1e-9);
      for (const [id, use] of Object.entries(plan.after.utilisation)) {
        expect(use).toBeCloseTo((loads[id] ?? 0) / (shards.find((shard) => shard.id === id)?.weight ?? 1), 9);
      }
      expect(planRebalance(topology(owners, [...shards].reverse()), options).moves).toEqual(plan.moves);
      // And there is nothing left to plan.
      expect(planRebalance(topology(after, shards), options).moves).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('for equal costs and weights no plan has fewer moves', () => {
  const cases = fc.record({
    count: fc.integer({ min: 1, max: 7 }),
    owners: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
  });
  fc.assert(
    fc.property(cases, ({ count, owners }) => {
      const shards = Array.from({ length: count }, (_, index) => ({ id: `s${index}` }));
      const plan = planRebalance(
        topology(
          owners.map((owner) => `s${owner % count}`),
          shards,
        ),
        { threshold: 0 },
      );
      expect(plan.moves).toHaveLength(plan.lowerBoundMoves);
    }),
    { numRuns: 500 },
  );
});

const two = [{ id: 'a' }, { id: 'b' }];

test('a partition larger than the gap it closes stays', () => {
  const costs = [9, 1];
  const plan = planRebalance(topology(['a', 'a'], two), { costs: (partition) => costs[partition] as number });
  expect(plan.moves).toEqual([{ partition: 1, from: 'a', to: 'b', cost: 1, why: 'balance' }]);
});

test('a move that turns the tables must bring enough', () => {
  const plan = (improvement: number) =>
    planRebalance(topology(['a', 'b', 'a'], two), { costs: (partition) => [10, 4, 0][partition] ?? 0, improvement });
  // From 10 and 4 to 0 and 14: the receiver would be above where the giver was.
  expect(plan(0).moves).toEqual([]);
  const other = (improvement: number) =>
    planRebalance(topology(['a', 'a', 'b'], two), {
      costs: (partition) => [7, 3, 2][partition] ?? 0,
      improvement,
      threshold: 0,
    });
  // 7 would leave 3 and 9, a gain of 1 for 7 added; 3 leaves 7 and 5.
  expect(other(0.1).moves.map(({ partition }) => partition)).toContain(0);
  expect(other(0.5).moves).toEqual([{ partition: 1, from: 'a', to: 'b', cost: 3, why: 'balance' }]);
});

test('shards that are draining, without weight or not there are emptied, and none is filled that is down', () => {
  const shards: ShardInfo[] = [
    { id: 'a' },
    { id: 'b', state: 'draining' },
    { id: 'c', weight: 0 },
    { id: 'e', state: 'down' },
    { id: 'f' },
  ];
  const plan = planRebalance(topology(['a', 'b', 'c', 'gone', 'e'], shards));
  expect(plan.moves.map(({ partition, why }) => [partition, why])).toEqual([
    [1, 'drain'],
    [2, 'drain'],
    [3, 'drain'],
  ]);
  expect(new Set(plan.moves.map(({ to }) => to))).toEqual(new Set(['a', 'f']));
  expect(plan.notes).toEqual(['partition 4 stays on e, which is down: there is nothing to copy from']);
});

test('what must move is planned beyond the most, and counts', () => {
  const owners = ['a', 'a', 'a', 'a', 'a', 'a', 'c', 'c'];
  const plan = planRebalance(topology(owners, [...two, { id: 'c' }]), { drain: ['c'], maxMoves: 1, threshold: 0 });
  expect(plan.moves.map(({ why }) => why)).toEqual(['drain', 'drain']);
  const more = planRebalance(topology(owners, [...two, { id: 'c' }]), { drain: ['c'], maxMoves: 3, threshold: 0 });
  expect(more.moves.map(({ why }) => why)).toEqual(['drain', 'drain', 'balance']);
});

test('a partition goes where it is allowed, or stays with a note', () => {
  const shards = [...two, { id: 'eu' }];
  const allowed = (partition: number, shard: string) =>
    partition < 2 ? shard === 'eu' : shard !== 'eu' && partition !== 3;
  const plan = planRebalance(topology(['a', 'eu', 'b', 'a'], shards), { allowed });
  expect(plan.moves).toEqual([{ partition: 0, from: 'a', to: 'eu', cost: 1, why: 'disallowed' }]);
  expect(plan.notes).toEqual(['partition 3 stays on a: no shard may have it']);
});

test('colocated partitions move as one, and are brought together', () => {
  const plan = planRebalance(topology(['a', 'a', 'a', 'a', 'a', 'a'], two), { colocate: [[0, 1, 2]], threshold: 0 });
  const after = ['a', 'a', 'a', 'a', 'a', 'a'];
  for (const { partition, to } of plan.moves) after[partition] = to;
  expect(new Set(after.slice(0, 3)).size).toBe(1);
  expect(plan.after.maxOverMean).toBe(1);
  const apart = planRebalance(topology(['a', 'a', 'b', 'b'], two), { colocate: [[0, 1, 2]] });
  expect(apart.moves).toEqual([{ partition: 2, from: 'b', to: 'a', cost: 1, why: 'disallowed' }]);
});

test('colocated partitions that cannot come together stay where they are, with a note', () => {
  const plan = (owners: string, shards: readonly ShardInfo[], options: PlanOptions = {}) => {
    const { moves, notes } = planRebalance(topology([...owners], shards), { colocate: [[0, 1]], ...options });
    return { moves, notes };
  };
  const aIsDown: ShardInfo[] = [{ id: 'a', state: 'down' }, { id: 'b', weight: 2 }, { id: 'c' }];
  const notOnA = (partition: number, shard: string) => !(partition === 1 && shard === 'a');
  const left = (notes: string) => ({ moves: [], notes: [notes] });
  const down = 'partitions 0, 1 stay apart on a, c: a is down, and there is nothing to copy from';
  expect(plan('ac', aIsDown, { allowed: notOnA })).toEqual(left(down));
  expect(plan('ac', aIsDown)).toEqual(left(down));
  const nowhere = (partition: number, shard: string) => (partition === 0 ? shard === 'a' : shard === 'b');
  const apart = 'partitions 0, 1 stay apart on a, b: no shard may have all of them';
  expect(plan('ab', two, { allowed: nowhere })).toEqual(left(apart));
  expect(plan('ab', two, { allowed: nowhere, drain: ['a'] })).toEqual(left(apart));
  // What stays counts where it is, and where most of them are is no place for the others that may not be there.
  expect(
    plan('abbb', two, { allowed: (partition, shard) => partition > 1 || nowhere(partition, shard) }).moves,
  ).toEqual([{ partition: 2, from: 'b', to: 'a', cost: 1, why: 'balance' }]);
  expect(plan('aab', [...two, { id: 'c', weight: 2 }], { colocate: [[0, 1, 2]], allowed: notOnA }).moves).toMatchObject(
    [
      { partition: 0, to: 'c' },
      { partition: 1, to: 'c' },
      { partition: 2, to: 'c' },
    ],
  );
});

test('moves come in the order of planning: what must move, then steps of which none makes the fullest fuller', () => {
  fc.assert(
    fc.property(clusters, ({ shards: weighted, owners, costs, threshold, drain }) => {
      const shards = weighted.map(({ id }) => ({ id }));
      const cost = (partition: number) => costs[partition] as number;
      const plan = planRebalance(topology(owners, shards), { costs: cost, threshold, drain });
      const musts = plan.moves.map(({ why }) => why !== 'balance');
      expect(musts).toEqual([...musts].sort().reverse());
      // Between shards of one weight no partition is moved twice to even out.
      if (drain.length > 0) return;
      const after = [...owners];
      const fullest = () => {
        const loads = loadsOf(after, cost);
        return Math.max(...shards.map(({ id }) => loads[id] ?? 0));
      };
      for (const { partition, to } of plan.moves) {
        const before = fullest();
        after[partition] = to;
        expect(fullest()).toBeLessThanOrEqual(before + 1e-9);
      }
    }),
    { numRuns: 500 },
  );
});

test('refuses options that are none', () => {
  const plan = (options: PlanOptions) => () => planRebalance(topology(['a'], two), options);
  for (const name of ['threshold', 'improvement', 'maxMoves']) {
    for (const value of [-1, Number.NaN, '1'])
      expect(plan({ [name]: value })).toThrow(`${name} must be a number from 0, got`);
  }
  expect(plan({ costs: () => -1 })).toThrow('costs(0) must be a number from 0, got -1');
  expect(plan({ drain: 'a' as never })).toThrow('drain must be an array of shard ids, got "a"');
  for (const colocate of [5, [0]])
    expect(plan({ colocate: colocate as never })).toThrow('colocate must be an array of');
  expect(plan({ drain: ['x'] })).toThrow('drain must name shards, got "x"');
  expect(plan({ colocate: [[0, 1]] })).toThrow(RangeError);
  expect(plan({ colocate: [[0], [0]] })).toThrow('colocate must have a partition once, got 0 twice');
});
