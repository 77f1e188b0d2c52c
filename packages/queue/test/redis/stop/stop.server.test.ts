import { spawnWorker, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createQueue, type StopReport } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';

test('gives everything back at SIGTERM with nothing burnt, and lets the process end by itself', async () => {
  await using server = await startRedis();
  const client = new Redis({ host: '127.0.0.1', port: server.port });
  client.on('error', () => {});
  const queue = createQueue('stopped', { engine: redisEngine(client), leaseMs: 60_000 });
  const file = new URL('./stopping-worker.ts', import.meta.url);
  await using process = await spawnWorker(file, { args: [String(server.port)] });
  await process.next();
  await queue.addMany(Array.from({ length: 10 }, (_, data) => ({ type: 't', data })));
  while ((await queue.counts()).active < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  const { active } = await queue.counts();
  await process.signal('SIGTERM');
  const report = (await process.next()) as StopReport;
  const { code } = await process.wait();
  expect(code).toBe(0);
  expect(report).toEqual({ finished: 0, handedBack: active, abandoned: 0 });
  const { jobs } = await queue.list({ state: 'waiting' });
  expect(jobs).toHaveLength(10);
  expect(jobs.every(({ attempt, lostLeases }) => attempt === 1 && lostLeases === 0)).toBe(true);
  await queue.close();
  client.disconnect();
});
