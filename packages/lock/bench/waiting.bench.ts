import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import Redlock from 'redlock';
import type { Bench } from '../../../bench/case.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { createLocks } from '../src/index.ts';
import { redisLockStore } from '../src/redis/index.ts';

const WAITERS = 1_000;
const SETTLE_MS = 1_000;
const WINDOW_MS = settings.quick ? 2_000 : 10_000;

/** What those who wait cost the server: commands a second of one process with a thousand of them, beside a poll each. */
export default {
  name: 'waiting',
  async run() {
    await using server = await startBenchServer();
    const [holder, ours, theirs] = [new Redis(server.port), new Redis(server.port), new Redis(server.port)];
    const locks = createLocks({ store: redisLockStore(ours, { deadlineMs: 10_000 }) });
    await holder.set('xc:lock:{n:a}', 'somebody', 'PX', 600_000);
    await holder.set('redlock', 'somebody', 'PX', 600_000);

    const value = await commandsPerSecond(holder, () => locks.acquire('a', { waitMs: 120_000 }));
    await locks[Symbol.asyncDispose]();
    const redlock = new Redlock([theirs], { retryCount: 100 });
    const peer = await commandsPerSecond(holder, () => redlock.lock('redlock', 60_000));
    for (const client of [holder, ours, theirs]) client.disconnect();
    return [{ name: '1,000 waiters, commands a second', unit: 'count', value, peers: { redlock: peer } }];
  },
} satisfies Bench;

async function commandsPerSecond(client: Redis, wait: () => Promise<unknown>): Promise<number> {
  for (let waiter = 0; waiter < WAITERS; waiter += 1) wait().catch(() => {});
  await sleep(SETTLE_MS);
  const [before, startedAt] = [await processed(client), performance.now()];
  await sleep(WINDOW_MS);
  const commands = (await processed(client)) - before - 1;
  return (commands / (performance.now() - startedAt)) * 1_000;
}

async function processed(client: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1]);
}
