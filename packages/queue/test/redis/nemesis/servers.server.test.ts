import { setTimeout as sleep } from 'node:timers/promises';
import { slotOf } from '@xc/redis';
import { startCluster, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { queueTag } from '../../../src/redis/index.ts';
import { long, storm } from './storm.ts';

const calm = { violations: [], wrong: [] };
const jobs = long ? 50_000 : 4_000;

test('loses nothing when the server is killed and started again on a log that is always written', async () => {
  await using server = await startRedis({ appendOnly: true });
  const result = await storm({ ports: [server.port], jobs, handlerMs: 5 }, async ({ blowing, record }) => {
    while (blowing()) {
      await sleep(1_000);
      record({ op: 'fault' });
      await server.kill();
      await sleep(300);
      await server.restart();
      record({ op: 'fault' });
    }
  });
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(jobs);
});

test('loses at most the last second where the log is written every second, and goes on by itself', async () => {
  await using server = await startRedis({ appendOnly: true, args: ['--appendfsync', 'everysec'] });
  // What was acknowledged in that second may be gone, or run and end again: nothing else may be wrong.
  const options = { ports: [server.port], jobs, handlerMs: 5, excused: ['lost', 'double-settle'] } as const;
  const result = await storm(options, async ({ record }) => {
    await sleep(1_500);
    record({ op: 'fault' });
    await server.kill();
    await server.restart();
    record({ op: 'fault' });
  });
  expect(result, JSON.stringify(result)).toMatchObject(calm);
});

test('refuses adds and audits clean when memory is full, and workers go on', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  const admin = new Redis(server.url);
  const result = await storm({ ports: [server.port], jobs, handlerMs: 3 }, async ({ blowing, record }) => {
    while (blowing()) {
      await sleep(500);
      record({ op: 'fault' });
      await admin.config('SET', 'maxmemory', '1mb');
      await sleep(500);
      await admin.config('SET', 'maxmemory', '0');
      record({ op: 'fault' });
    }
  });
  admin.disconnect();
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(jobs);
});

test('goes on over a promoted replica, and over slots that move while they are worked', async () => {
  await using cluster = await startCluster();
  const name = (seed: number): string => `storm-${seed}`;
  const seed = 4_711;
  const slot = slotOf(queueTag(name(seed)));
  const ports = cluster.addresses.map(({ port }) => port);
  const result = await storm({ ports, cluster: true, jobs, handlerMs: 5, seed }, async ({ record }) => {
    await sleep(700);
    record({ op: 'fault' });
    await cluster.failover(await cluster.masterOf(slot));
    record({ op: 'fault' });
    await sleep(700);
    record({ op: 'fault' });
    await cluster.moveSlot(slot);
    record({ op: 'fault' });
  });
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(jobs);
});
