import type { Bench } from '../../../bench/case.ts';
import { createPool, type Lease } from '../src/index.ts';

const count = 20_000;

/** What a pool keeps in memory: for each idle resource beyond its own, for each waiter, and after a million pairs. */
const bench: Bench = {
  name: 'memory',
  async run() {
    const idle = await bytesOfIdle();
    const waiter = await bytesOfWaiter();
    const grown = await growth();
    return [
      { name: 'idle resource', unit: 'bytes', value: idle },
      { name: 'waiter', unit: 'bytes', value: waiter },
      { name: 'growth over a million pairs', unit: 'bytes', value: grown },
    ];
  },
};

async function bytesOfIdle(): Promise<number> {
  const resources = Array.from({ length: count }, () => ({}));
  let next = 0;
  const pool = createPool(
    { create: () => resources[next++] as object, destroy() {} },
    { max: count, maxCreating: count },
  );
  const before = await heap();
  await pool.warm({ count });
  const bytes = ((await heap()) - before) / count;
  await pool.drain();
  return bytes;
}

async function bytesOfWaiter(): Promise<number> {
  const pool = createPool({ create: () => ({}), destroy() {} }, { max: 1 });
  const lease = await pool.acquire();
  const waits: (Promise<Lease<object>> | undefined)[] = Array.from({ length: count });
  const before = await heap();
  for (let at = 0; at < count; at++) waits[at] = pool.acquire();
  const bytes = ((await heap()) - before) / count;
  lease.release();
  for (const wait of waits) (await wait)?.release();
  await pool.drain();
  return bytes;
}

async function growth(): Promise<number> {
  const pool = createPool({ create: () => ({}), destroy() {} }, { max: 4 });
  const pair = async () => {
    const lease = await pool.acquire();
    lease.release();
  };
  const pairs = async (times: number) => {
    for (let time = 0; time < times; time += 8) await Promise.all(Array.from({ length: 8 }, pair));
  };
  await pairs(100_000);
  const before = await heap();
  await pairs(1_000_000);
  const bytes = (await heap()) - before;
  await pool.drain();
  return Math.max(bytes, 0);
}

async function heap(): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

export default bench;
