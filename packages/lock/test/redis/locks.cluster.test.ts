import { randomUUID } from 'node:crypto';
import { slotOf } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { Cluster } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createLocks, type Locks } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

const prefix = randomUUID();
let clients: [Cluster, Cluster];
let one: Locks;
let two: Locks;
beforeAll(() => {
  clients = [new Cluster(inject('cluster')), new Cluster(inject('cluster'))];
});
afterAll(() => {
  for (const client of clients) client.disconnect();
});
beforeEach(() => {
  [one, two] = clients.map((client) =>
    createLocks({ store: redisLockStore(client, { prefix, deadlineMs: 20_000 }) }),
  ) as [Locks, Locks];
});
afterEach(() => Promise.all([one, two].map((locks) => locks[Symbol.asyncDispose]())));

test('names of one acquireAll lie in any slots, and nobody waits in a circle', async () => {
  const names = ['a', 'b', 'c', '{d}', 'e}f'];
  expect(new Set(names.map((name) => slotOf(`${prefix}:{n:${name}}`))).size).toBe(5);
  let rounds = 0;
  const work = async (locks: Locks, order: readonly string[]) => {
    for (let round = 0; round < 5; round += 1) {
      await using all = await locks.acquireAll(order, { waitMs: 60_000 });
      rounds += all.signal.aborted ? 0 : 1;
    }
  };
  const reversed = [...names].reverse();
  await Promise.all([work(one, names), work(two, reversed), work(two, names), work(one, reversed)]);
  expect(rounds).toBe(20);
});

test('a release on one node wakes who waits on another, whichever slot it is in', async () => {
  const delays: number[] = [];
  for (const name of ['x', 'y', 'z', 'x', 'y', 'z', 'x']) {
    const lease = await one.acquire(name);
    const waiting = two.acquire(name, { waitMs: 60_000 });
    await eventually('it listens', async () => (await one.inspect(name))?.waiters === 1);
    const releasedAt = performance.now();
    await lease.release();
    const next = await waiting;
    delays.push(performance.now() - releasedAt);
    expect(next.fence).toBeGreaterThan(lease.fence);
    await next.release();
  }
  // A poll alone would take an eighth of a second.
  expect(delays.sort((a, b) => a - b)[3]).toBeLessThan(60);
});
