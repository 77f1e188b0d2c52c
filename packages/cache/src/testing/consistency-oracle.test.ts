import { expect, test } from 'vitest';
import { ConsistencyOracle } from './consistency-oracle.ts';

const HEARTBEAT_MS = 1_000;

/** Two nodes; node 1 has invalidated `k` at version 1, and node 0 has had its three heartbeats. */
function invalidatedLongAgo(): ConsistencyOracle {
  const oracle = new ConsistencyOracle(2, HEARTBEAT_MS);
  oracle.write(['k']);
  oracle.resolved(new Map([['k', 1]]), 1, 100, true);
  return oracle;
}

test('a read owes what was resolved three heartbeats before it began', () => {
  const oracle = invalidatedLongAgo();
  expect(oracle.oldestAllowed('k', 0, 3_100)()).toBe(0);
  expect(oracle.oldestAllowed('k', 0, 3_101)()).toBe(1);
});

test('a node owes what it did itself at once', () => {
  const oracle = new ConsistencyOracle(2, HEARTBEAT_MS);
  oracle.write(['k']);
  oracle.resolved(new Map([['k', 1]]), 0, 100, false);
  expect(oracle.oldestAllowed('k', 0, 100)()).toBe(1);
  expect(oracle.oldestAllowed('k', 1, 9_000)()).toBe(0);
});

test('an outage while it reads excuses what grace served, until the node has been connected for three heartbeats', () => {
  const oracle = invalidatedLongAgo();
  const oldest = oracle.oldestAllowed('k', 0, 3_300);
  oracle.connected(0, Number.POSITIVE_INFINITY);
  oracle.connected(0, 3_300);
  expect(oldest()).toBe(0);
  expect(oracle.oldestAllowed('k', 0, 6_301)()).toBe(1);
});

test('what the node itself resolves while it reads takes the excuse of an outage away from later reads alone', () => {
  const oracle = invalidatedLongAgo();
  const oldest = oracle.oldestAllowed('k', 0, 3_300);
  oracle.connected(0, Number.POSITIVE_INFINITY);
  oracle.write(['k']);
  oracle.resolved(new Map([['k', 2]]), 0, 3_300, false);
  expect(oldest()).toBe(0);
  expect(oracle.oldestAllowed('k', 0, 3_300)()).toBe(2);
});
