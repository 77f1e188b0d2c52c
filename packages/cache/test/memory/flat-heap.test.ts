import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createCache } from '../../src/index.ts';

const SETS = process.env.XC_LONG === '1' ? 10_000_000 : 300_000;
const ROOM = 10_000;
const WARM_UP = 60_000;
/** Compiled code and the noise of the collector. */
const SLACK_BYTES = 3_000_000;

test('takes no more memory however many distinct keys are set', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  for (const policy of ['adaptive', 's3fifo', 'lru'] as const) {
    const cache = createCache({ l1: { maxItems: ROOM, policy } });
    for (let n = 0; n < WARM_UP; n++) await cache.set(`warm:${n}`, { n });
    const before = await used();
    for (let n = 0; n < SETS; n++) {
      await cache.set(`key:${n}`, { n }, { tags: [`t${n % 1_000}`] });
      if (n % 3 === 0) await cache.get(`key:${n - 50}`);
    }
    // Tags cost what they cost once: the entries before had none.
    expect((await used()) - before, policy).toBeLessThan(SLACK_BYTES + ROOM * 400);
    expect(cache.stats().items).toBe(ROOM);
    await cache[Symbol.asyncDispose]();
  }
});
