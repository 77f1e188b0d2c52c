import { slotOf } from '@xc/redis';
import { eventually, startCluster } from '@xc/test-support';
import { Cluster } from 'ioredis';
import { expect, test } from 'vitest';
import { createCache } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';

const DEADLINE_MS = 150;

test('one master of a cluster that hangs costs its own keys alone, one deadline in all, until it answers again', async () => {
  await using cluster = await startCluster({ masters: 3, replicas: 0 });
  const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
  await using cache = createCache({
    name: 'parts',
    l1: false,
    l2: redisTier(client, { deadlineMs: DEADLINE_MS }),
    defaults: { ttlMs: 60_000, earlyRefresh: 'off' },
  });
  const keys = Array.from({ length: 90 }, (_, index) => `k${index}`);
  await eventually('all of them are stored', async () => {
    await cache.setMany(keys.map((key) => [key, 'stored'] as const));
    return (await cache.getMany(keys)).size === keys.length;
  });
  // Not the one that has the versions of groups: every key wants those.
  const groups = await cluster.masterOf(slotOf('xc:c:parts:{g}'));
  const slots = keys.map((key) => slotOf(`xc:c:parts:{k:/${key}}:v`));
  const homes = await Promise.all(slots.map((slot) => cluster.masterOf(slot)));
  const dead = homes.find((home) => home !== groups);
  if (dead === undefined) throw new Error('keys lie on every master');
  const lost = keys.filter((_, index) => homes[index] === dead);
  const rest = keys.filter((_, index) => homes[index] !== dead);
  expect(lost.length).toBeGreaterThan(5);

  await dead.pause();
  const began = performance.now();
  for (const key of lost) expect(await cache.getOrSet(key, () => 'loaded')).toBe('loaded');
  const tookMs = performance.now() - began;
  // One deadline, and now and then a moment of this machine.
  expect(tookMs).toBeLessThan(4 * DEADLINE_MS);
  let loads = 0;
  for (let rounds = 0; rounds < 3; rounds++) {
    for (const key of rest) {
      const value = await cache.getOrSet(key, () => {
        loads++;
        return 'loaded';
      });
      expect(value).toBe('stored');
      await cache.getOrSet(lost[rounds] as string, () => 'loaded');
    }
  }
  expect(loads).toBe(0);
  expect([...(await cache.getMany(keys)).keys()]).toEqual(rest);
  expect(cache.stats().l2).toBe('up');

  await dead.resume();
  await eventually('its keys are used again', async () => {
    await cache.settled();
    await cache.set(lost[0] as string, 'again');
    return (await cache.get(lost[0] as string)) === 'again';
  });
  client.disconnect();
});
