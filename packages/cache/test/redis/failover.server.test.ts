import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { slotOf } from '@xc/redis';
import { eventually, startCluster, startSentinel } from '@xc/test-support';
import { Cluster, Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openNodes } from './nodes.ts';

const HEARTBEAT_MS = 200;
const patient = { deadlineMs: 20_000, everyMs: 20 };

/** Writes and reads until told to stop; whatever a node has invalidated itself it never sees again. */
function traffic(caches: readonly Cache[]) {
  const versions = new Map<string, number>();
  const stale: string[] = [];
  let slowest = 0;
  let rounds = 0;
  let over = false;
  const running = (async () => {
    while (!over) {
      const key = `key-${rounds % 40}`;
      const version = (versions.get(key) ?? 0) + 1;
      versions.set(key, version);
      const cache = caches[rounds % caches.length] as Cache;
      const began = performance.now();
      await cache.invalidate({ key });
      const value = await cache.getOrSet(key, () => versions.get(key) as number);
      slowest = Math.max(slowest, performance.now() - began);
      if (value < version) stale.push(`${key}: ${value} after ${version}`);
      rounds += 1;
      await sleep(2);
    }
  })();
  return {
    async stop() {
      over = true;
      await running;
      return { stale, slowest, rounds, versions };
    },
  };
}

async function expectAgreement(caches: readonly Cache[], versions: ReadonlyMap<string, number>): Promise<void> {
  await eventually(
    'all serve what is new',
    async () => {
      for (const cache of caches) {
        for (const [key, version] of versions) {
          if ((await cache.getOrSet(key, () => version)) !== version) return false;
        }
      }
      return caches.every((cache) => cache.stats().recoveryQueue === 0);
    },
    patient,
  );
}

test('a replica that takes over under Sentinel: no stale read where it was invalidated, and all agree at the end', async () => {
  const watched = await startSentinel();
  const connect = () =>
    new Redis({ name: watched.name, sentinels: [...watched.addresses], sentinelRetryStrategy: () => 50 });
  const nodes = openNodes(connect, { count: 3, heartbeatMs: HEARTBEAT_MS, tier: { deadlineMs: 150 } });
  await nodes.joined();
  const load = traffic(nodes.caches);
  await sleep(300);
  await (await watched.master()).kill();
  await watched.failover();
  await eventually(
    'all use the new master',
    async () => {
      await Promise.all(nodes.caches.map((cache) => cache.getOrSet(randomUUID(), () => 1)));
      return nodes.caches.every((cache) => cache.stats().l2 === 'up' && cache.stats().coherence === 'up');
    },
    { deadlineMs: 40_000, everyMs: 50 },
  );
  const { stale, versions, rounds } = await load.stop();
  expect(stale).toEqual([]);
  expect(rounds).toBeGreaterThan(20);
  await expectAgreement(nodes.caches, versions);
  await nodes[Symbol.asyncDispose]();
  await watched[Symbol.asyncDispose]();
});

test('a master of a cluster that dies fails only its keys, and a replica that takes over is used', async () => {
  const cluster = await startCluster();
  const connect = () => new Cluster([...cluster.addresses], { clusterRetryStrategy: () => 50 });
  const nodes = openNodes(connect, { count: 3, heartbeatMs: HEARTBEAT_MS, tier: { deadlineMs: 150 } });
  await nodes.joined();
  const [a, b] = nodes.caches as readonly [Cache, Cache, Cache];
  const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);
  await a.setMany(keys.map((key) => [key, 1] as const));
  const slot = (key: string): number => slotOf(`xc:c:${nodes.name}:{k:/${key}}:v`);
  const victim = await cluster.masterOf(slot('k0'));
  const ports = await Promise.all(keys.map(async (key) => (await cluster.masterOf(slot(key))).port));
  const elsewhere = keys.filter((_, index) => ports[index] !== victim.port);
  expect(elsewhere.length).toBeGreaterThan(20);
  const load = traffic(nodes.caches);
  await victim.kill();
  const found = await b.getMany(elsewhere);
  expect(found.size).toBe(elsewhere.length);
  await cluster.failover(victim);
  await eventually(
    'all is there again',
    async () => {
      const { delivered } = await a.invalidate({ keys });
      return delivered && a.stats().recoveryQueue === 0;
    },
    { deadlineMs: 40_000, everyMs: 100 },
  );
  const { stale, versions } = await load.stop();
  expect(stale).toEqual([]);
  await expectAgreement(nodes.caches, versions);
  await nodes[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

test('slots that move while a cache is in use: nothing fails, nothing is stale', async () => {
  const cluster = await startCluster({ replicas: 0 });
  const nodes = openNodes(() => new Cluster([...cluster.addresses]), { count: 3, heartbeatMs: HEARTBEAT_MS });
  await nodes.joined();
  const load = traffic(nodes.caches);
  await sleep(200);
  const prefix = `xc:c:${nodes.name}:{k:/`;
  const slots = [...new Set(Array.from({ length: 40 }, (_, index) => slotOf(`${prefix}key-${index}}:v`)))].slice(0, 12);
  slots.push(slotOf(`xc:c:${nodes.name}:{g}`));
  for (const slot of slots) await cluster.moveSlot(slot);
  await sleep(200);
  const { stale, versions, rounds } = await load.stop();
  expect(stale).toEqual([]);
  expect(rounds).toBeGreaterThan(40);
  await expectAgreement(nodes.caches, versions);
  await nodes[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});
