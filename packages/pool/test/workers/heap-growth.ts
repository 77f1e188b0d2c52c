import { createPool } from '../../src/index.ts';
import { fakeFactory } from '../../src/testing/index.ts';

/** Bytes that the heap grows by over a million pairs, after as many to warm up. Needs --expose-gc. */
const pool = createPool(fakeFactory(), { max: 4 });

async function pairs(count: number): Promise<void> {
  for (let pair = 0; pair < count; pair += 8) {
    // Four of them wait for the other four.
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const lease = await pool.acquire();
        lease.release();
      }),
    );
  }
}

async function heap(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

await pairs(100_000);
const before = await heap();
await pairs(1_000_000);
console.log(JSON.stringify({ grown: (await heap()) - before }));
