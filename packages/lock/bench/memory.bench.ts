import { LockFactory } from '@verrou/core';
import { memoryStore } from '@verrou/core/drivers/memory';
import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createLocks } from '../src/index.ts';

const TTL_MS = 30_000;

/** What a lock costs in memory, renewal and metrics included, beside the one of verrou. */
export default {
  name: 'memory',
  async run() {
    const locks = createLocks();
    const verrou = new LockFactory(memoryStore().factory()).createLock('a', TTL_MS);
    const measured = await interleave({
      ours: async () => (await locks.acquire('a')).release(),
      verrou: async () => {
        await verrou.acquire();
        await verrou.release();
      },
    });
    const peers = { '@verrou/core': measured.verrou };
    return [{ name: 'acquire + release', unit: 'ns', value: measured.ours, peers }];
  },
} satisfies Bench;
