import { spawnWorker, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createQueue, type JobView } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';
import type { BlockingOrder } from './blocking-worker.ts';

interface Outcome {
  readonly result: unknown;
  readonly view: JobView | undefined;
  readonly lost: number;
}

/** One job is taken by a process whose event loop then stands still for longer than its lease, while another worker waits. */
async function blocked(order: Omit<BlockingOrder, 'port'>): Promise<Outcome> {
  await using server = await startRedis();
  const client = new Redis({ host: '127.0.0.1', port: server.port });
  client.on('error', () => {});
  const queue = createQueue('blocked', { engine: redisEngine(client, { pollMs: 200 }), leaseMs: 1_200 });
  const file = new URL('./blocking-worker.ts', import.meta.url);
  await using process = await spawnWorker(file, { args: [JSON.stringify({ ...order, port: server.port })] });
  await process.next();
  // The other one takes nothing before the first has it.
  const ref = await queue.add('t', 1);
  for (;;) {
    if ((await queue.inspect(ref.id))?.delivery === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  queue.work(() => ({ by: 'other' }));
  const result = await ref.result({ timeoutMs: 20_000 });
  await process.send('stop');
  await expect(process.next()).resolves.toBe('closed');
  // Nothing holds the process open: no thread, no timer, no socket.
  await process.wait();
  const view = await queue.inspect(ref.id);
  const { totals } = await queue.counts();
  await queue.close();
  client.disconnect();
  return { result, view, lost: totals.lost };
}

test.concurrent('keeps a lease by the thread while the event loop is blocked past it', async ({ expect }) => {
  const { result, view, lost } = await blocked({ heartbeat: 'thread', maxBlockMs: 60_000, blockMs: 3_600 });
  expect(result).toEqual({ by: 'blocked', aborted: false });
  expect(view).toMatchObject({ state: 'done', attempt: 1, delivery: 1 });
  expect(lost).toBe(0);
});

test.concurrent('loses the lease to another worker by the loop, and the late report does not count', async ({
  expect,
}) => {
  const { result, view, lost } = await blocked({ heartbeat: 'loop', maxBlockMs: 60_000, blockMs: 3_600 });
  expect(result).toEqual({ by: 'other' });
  expect(view).toMatchObject({ state: 'done', attempt: 1, delivery: 2, result: { by: 'other' } });
  expect(lost).toBe(1);
});

test.concurrent('lets the thread give up a lease once the loop was blocked for too long', async ({ expect }) => {
  const { result, view } = await blocked({ heartbeat: 'thread', maxBlockMs: 1_500, blockMs: 6_000 });
  expect(result).toEqual({ by: 'other' });
  expect(view).toMatchObject({ delivery: 2 });
});
