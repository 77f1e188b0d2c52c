import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@xc/test-support';
import { expect, test } from 'vitest';
import { long, storm } from './storm.ts';

const calm = { violations: [], wrong: [] };

test('loses nothing and keeps every order while a worker process is killed every second', async () => {
  await using server = await startRedis();
  const result = await storm(
    { ports: [server.port], jobs: long ? 200_000 : 20_000, workers: 3, handlerMs: 3 },
    async ({ blowing, killWorker }) => {
      while (blowing()) {
        await sleep(1_000);
        await killWorker();
      }
    },
  );
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(long ? 200_000 : 20_000);
  expect(result.stats.faults).toBeGreaterThan(1);
});

test('takes nothing from a worker that slept past its leases', async () => {
  await using server = await startRedis();
  const result = await storm(
    { ports: [server.port], jobs: 3_000, workers: 2, leaseMs: 700, handlerMs: 10, clockOffMs: 3_600_000 },
    async ({ freezeWorker, blowing }) => {
      while (blowing()) {
        await sleep(300);
        await freezeWorker(1_500);
      }
    },
  );
  expect(result, JSON.stringify(result)).toMatchObject(calm);
  expect(result.stats.added).toBe(3_000);
});
