import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createLock } from '../src/lock.ts';

/** What a touch adds to the naive count in a map. */
export default {
  name: 'touch',
  async run() {
    const lock = createLock();
    const counts = new Map<string, number>();
    const { ours, naive } = await interleave({
      ours: () => lock.touch('a'),
      naive: async () => counts.set('a', (counts.get('a') ?? 0) + 1),
    });
    return [{ name: 'in memory', unit: 'ns', value: ours, peers: { naive } }];
  },
} satisfies Bench;
