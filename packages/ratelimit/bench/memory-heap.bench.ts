import { MemoryStore } from 'express-rate-limit';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Bench, Case } from '../../../bench/case.ts';
import { createRateLimiter, memoryStore } from '../src/index.ts';

const KEYS = 100_000;

/** Bytes of heap, and of the arrays beside it, that one more key takes. */
async function bytesPerKey(charge: (key: string) => unknown): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  await charge('the first pays for what all share');
  const before = await settled();
  for (let key = 0; key < KEYS; key++) await charge(`user ${key}`);
  return ((await settled()) - before) / KEYS;
}

/** What 100,000 keys take of memory. */
const bench: Bench = {
  name: 'memory-heap',
  async run(): Promise<readonly Case[]> {
    const store = memoryStore({ maxKeys: 2 * KEYS });
    const limiter = createRateLimiter({ limits: { a: { limit: 100, windowMs: 3_600_000 } }, store });
    const express = new MemoryStore();
    express.init({ windowMs: 3_600_000 });
    const flexible = new RateLimiterMemory({ points: 100, duration: 3_600 });
    const windows = new Map<string, { count: number; end: number }>();
    const value = await bytesPerKey((key) => limiter.takeSync(key));
    const peers = {
      'express-rate-limit': await bytesPerKey((key) => express.increment(key)),
      'rate-limiter-flexible': await bytesPerKey((key) => flexible.consume(key)),
      'by hand': await bytesPerKey((key) => windows.set(key, { count: 1, end: 1 })),
    };
    express.shutdown();
    for (let key = 0; key < KEYS; key++) await flexible.delete(`user ${key}`);
    return [{ name: 'bytes per key', unit: 'bytes', value, peers }];
  },
};

export default bench;
