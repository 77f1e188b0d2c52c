import { eventually, startPostgres, startRedis } from '@xc/test-support';
import { expect, test } from 'vitest';
import { createSchema } from '../src/database/create-schema.ts';
import { clientLimit, openGuide } from '../src/guides/limited.ts';
import { readMetric } from '../src/metrics/read-metric.ts';
import { openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

const near = '/near?lat=52.5&lon=13.4';

async function openLimited(redisUrl?: string) {
  const database = await startPostgres();
  await createSchema(database.url, somePlaces);
  const service = await openService(openGuide, database.url, redisUrl);
  const ask = (path: string, ip: string) => fetch(`${service.origin}${path}`, { headers: { 'x-forwarded-for': ip } });
  return {
    service,
    ask,
    statuses: async (count: number, ip: string) => {
      const answers = Array.from({ length: count }, async () => (await ask(near, ip)).status);
      return (await Promise.all(answers)).sort();
    },
    metric: async (name: string, label?: string) =>
      readMetric(await (await fetch(`${service.origin}/metrics`)).text(), name, label),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a client over its limit is refused with a problem document, and the others are not', async () => {
  await using limited = await openLimited();
  expect(await limited.statuses(5, '203.0.113.66')).toEqual([200, 200, 429, 429, 429]);
  const refused = await limited.ask(near, '203.0.113.66');
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(
    clientLimit.windowMs / clientLimit.limit / 1_000 + 1,
  );
  expect(await refused.json()).toMatchObject({ 'violated-policies': ['client'] });
  expect(await limited.statuses(2, '198.51.100.1')).toEqual([200, 200]);
  expect((await limited.ask('/cities/1', '203.0.113.66')).status).toBe(200);
});

test('with a Redis, refusals come from the deny cache; without it, from memory, and nobody waits', async () => {
  await using redis = await startRedis();
  await using limited = await openLimited(redis.url);
  expect(await limited.statuses(2, '203.0.113.66')).toEqual([200, 200]);
  await limited.ask(near, '203.0.113.66');
  const calls = await limited.metric('xc_ratelimit_store_seconds_count');
  expect(await limited.statuses(20, '203.0.113.66')).toEqual(Array(20).fill(429));
  expect(await limited.metric('xc_ratelimit_store_seconds_count')).toBe(calls);
  expect(await limited.metric('xc_ratelimit_decisions_total', 'source="deny-cache"')).toBeGreaterThanOrEqual(20);

  await redis.kill();
  for (let client = 1; client <= 5; client += 1)
    expect((await limited.ask(near, `198.51.100.${client}`)).status).toBe(200);
  await eventually('the service says that its limits are degraded', () =>
    limited.service.states.includes('limits degraded'),
  );
  expect((await limited.statuses(6, '192.0.2.9')).filter((status) => status === 200)).toHaveLength(2);
  expect(await limited.metric('xc_ratelimit_decisions_total', 'source="local"')).toBeGreaterThan(0);
});
