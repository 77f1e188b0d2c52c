import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@xc/core/testing';
import { runSeed } from '@xc/test-support/run-seed';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createQueue, discard, snooze } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';
import { audit, checkHistory, recordHistory } from '../../src/testing/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

test('a history over shards is good, though one worker may have a job before another hears of its settle', async () => {
  const seed = runSeed(3_903);
  const random = new SeededRandom(seed);
  const engine = redisEngine(client, { shards: 3, deadlineMs: 20_000, pollMs: 100 });
  const backoff = { delayMs: () => 5 };
  const recorded = recordHistory(createQueue(`q-${randomUUID().slice(0, 8)}`, { engine, leaseMs: 30_000, backoff }));
  const { queue, history } = recorded;
  const tries = new Map<string, number>();
  const handler = async ({ id, data }: { readonly id: string; readonly data: number }): Promise<void> => {
    await sleep(3 * random.next());
    const tried = (tries.get(id) ?? 0) + 1;
    tries.set(id, tried);
    const fate = (data * 7 + tried) % 10;
    if (fate === 1) throw new Error('tries again');
    if (fate === 2) throw snooze(5);
    if (fate === 3 && tried > 3) throw discard('enough');
  };
  let over = false;
  const comeAndGo = [0, 1, 2].map(async () => {
    while (!over) {
      const worker = queue.work(handler as never, { concurrency: 5 });
      await sleep(30 + 60 * random.next());
      await worker.stop();
    }
  });
  for (let n = 0; n < 40; n += 1) {
    const key = (each: number) => (each % 2 === 1 ? { key: `k${n % 8}` } : {});
    const items = [0, 1, 2, 3, 4, 5, 6, 7].map((each) => ({
      type: 't',
      data: n,
      options: { id: `j${each}-${n}`, ...key(each) },
    }));
    await queue.addMany(items);
    if (n % 10 === 0) await sleep(20);
  }
  const settled = async () => {
    const { waiting, delayed, active } = await queue.counts();
    return waiting + delayed + active === 0;
  };
  while (!(await settled())) await sleep(20);
  over = true;
  await Promise.all(comeAndGo);
  const { violations, stats } = checkHistory([...history, { t: Date.now(), op: 'end' }]);
  expect(violations.slice(0, 5), `XC_SEED=${seed}`).toEqual([]);
  expect(stats.redelivered).toBeGreaterThan(0);
  expect(await audit(queue)).toEqual({ ok: true, violations: [] });
  await queue.close();
});
