import { randomUUID } from 'node:crypto';
import { startRedis, tcpProxy } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createCache } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';

const LATE_MS = 60;

test('a hundred cold keys take three round trips, a hit one, a miss and its fill two', async () => {
  const server = await startRedis();
  const proxy = await tcpProxy(server.port);
  const client = new Redis({ port: proxy.port, host: proxy.host });
  const cache = createCache({ name: randomUUID(), l1: false, l2: redisTier(client, { deadlineMs: 10_000 }) });
  await cache.getOrSet('warm', () => 1);
  await cache.set('warm', 1);
  await proxy.delay(LATE_MS);
  const trip = 2 * LATE_MS;
  const trips = async (step: () => Promise<unknown>): Promise<number> => {
    // The best of three: another process may have had the machine.
    const took: number[] = [];
    for (let round = 0; round < 3; round++) {
      const began = performance.now();
      await step();
      took.push(performance.now() - began);
    }
    return Math.floor(Math.min(...took) / trip);
  };
  const fresh = (): string => randomUUID();
  expect(await trips(() => cache.get('warm'))).toBe(1);
  expect(await trips(() => cache.getOrSet(fresh(), () => 1))).toBeLessThanOrEqual(2);
  expect(await trips(() => cache.invalidate({ tags: ['t'] }))).toBe(1);
  expect(await trips(() => cache.set(fresh(), 1))).toBe(1);
  const hundred = (): string[] => Array.from({ length: 100 }, fresh);
  const load = async (keys: readonly string[]): Promise<string[]> => keys.map((key) => key);
  expect(await trips(() => cache.getOrSetMany(hundred(), load))).toBeLessThanOrEqual(3);
  await cache[Symbol.asyncDispose]();
  client.disconnect();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
