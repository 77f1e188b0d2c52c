import assert from 'node:assert/strict';
// #region snippet
import { ringPicker, simulate } from '@xc/shard';

const nodes = [{ id: 'cache-1' }, { id: 'cache-2' }, { id: 'cache-3' }];
const keys = Array.from(
  { length: 10_000 },
  (_, index) => `session:${index}`,
);
const { moved, ideal, balance } = simulate({
  before: ringPicker(nodes),
  after: ringPicker([...nodes, { id: 'cache-4' }]),
  keys,
});
console.log(
  `${(moved * 100).toFixed(1)} % move, ${(ideal * 100).toFixed(1)} % must; fullest ${balance.maxOverMean.toFixed(2)} x mean`,
);
// #endregion
assert.ok(Math.abs(moved - ideal) < 0.05);
