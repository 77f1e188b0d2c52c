import { Redis } from 'ioredis';
import pg from 'pg';
import { createLocks, fencedUpdate } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

/** What the process is told to do. */
export type Order =
  | { readonly do: 'hold'; readonly port: number; readonly name: string; readonly ttlMs: number }
  | { readonly do: 'write'; readonly postgres: string; readonly value: string }
  | { readonly do: 'count'; readonly port: number; readonly contenders: number; readonly rounds: number };

/** What it says. */
export type Said =
  | { readonly fence: string }
  | { readonly rows: number; readonly abortedAtFirstStep: boolean }
  | { readonly counted: number };

const STEP_MS = 2;
const STOPPED_MS = 300;

let held: { readonly fence: bigint; readonly signal: AbortSignal } | undefined;
let abortedAtFirstStep = false;

process.on('message', async (order: Order) => {
  if (order.do === 'hold') process.send?.({ fence: await hold(order.port, order.name, order.ttlMs) });
  else if (order.do === 'write') process.send?.({ rows: await write(order), abortedAtFirstStep });
  else process.send?.({ counted: await count(order) });
});

async function hold(port: number, name: string, ttlMs: number): Promise<string> {
  const locks = createLocks({ store: redisLockStore(new Redis(port), { deadlineMs: 5_000 }) });
  const { fence, signal } = await locks.acquire(name, { ttlMs });
  held = { fence, signal };
  let stepAt = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now - stepAt > STOPPED_MS) abortedAtFirstStep = signal.aborted;
    stepAt = now;
  }, STEP_MS);
  return String(fence);
}

async function write({ postgres, value }: Extract<Order, { do: 'write' }>): Promise<number> {
  if (held === undefined) throw new Error('nothing is held');
  const client = new pg.Client(postgres);
  await client.connect();
  const { sql, params } = fencedUpdate({ table: 'jobs', set: { value }, where: { id: 1 }, fence: held.fence });
  const { rowCount } = await client.query(sql, [...params]);
  await client.end();
  return rowCount ?? -1;
}

/** Reads and writes in two steps: without exclusion they overwrite each other. */
async function count({ port, contenders, rounds }: Extract<Order, { do: 'count' }>): Promise<number> {
  const client = new Redis(port);
  const locks = createLocks({ store: redisLockStore(client, { deadlineMs: 20_000 }) });
  const contend = async () => {
    for (let round = 0; round < rounds; round += 1) {
      await locks.using(
        'counter',
        async () => {
          const value = Number((await client.get('counter')) ?? 0);
          await client.set('counter', value + 1);
        },
        { waitMs: 100_000, ttlMs: 20_000 },
      );
    }
  };
  await Promise.all(Array.from({ length: contenders }, contend));
  await locks[Symbol.asyncDispose]();
  client.disconnect();
  return contenders * rounds;
}
