import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import Redlock from 'redlock';
import type { Bench } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { createLocks } from '../src/index.ts';
import { redisLockStore } from '../src/redis/index.ts';
import { WaiterProcess, waitIfTold } from './waiter-process.ts';

waitIfTold();

const ROUNDS = settings.quick ? 5 : 60;
/** Until the other process has tried, and listens. */
const SETTLE_MS = 40;

/** From the call of a release to the lease of a waiter in another process. */
export default {
  name: 'hand-over',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    const locks = createLocks({ store: redisLockStore(client, { deadlineMs: 10_000 }) });
    const redlock = new Redlock([client], { retryCount: 1_000 });
    using ours = new WaiterProcess(import.meta.url, { who: 'ours', port: server.port });
    using theirs = new WaiterProcess(import.meta.url, { who: 'redlock', port: server.port });
    const figures = { ours: [] as number[], redlock: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const lease = await locks.acquire('hand-over', { waitMs: 60_000 });
      figures.ours.push(await handOver(ours, () => lease.release()));
      const lock = await redlock.lock('hand-over-redlock', 60_000);
      figures.redlock.push(await handOver(theirs, () => lock.unlock()));
    }
    await locks[Symbol.asyncDispose]();
    client.disconnect();
    const peers = { redlock: median(figures.redlock) };
    return [{ name: 'to another process', unit: 'ms', value: median(figures.ours), peers }];
  },
} satisfies Bench;

async function handOver(waiter: WaiterProcess, release: () => Promise<unknown>): Promise<number> {
  await waiter.begin();
  await sleep(SETTLE_MS + Math.random() * SETTLE_MS);
  const got = waiter.got();
  const releasedAt = process.hrtime.bigint();
  await release();
  return Number((await got) - releasedAt) / 1e6;
}
