import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createCache } from '../src/cache.ts';

/** What a touch adds to the naive count in a map. */
export default {
  name: 'touch',
  async run() {
    const cache = createCache();
    const counts = new Map<string, number>();
    const { ours, naive } = await interleave({
      ours: () => cache.touch('a'),
      naive: async () => counts.set('a', (counts.get('a') ?? 0) + 1),
    });
    return [{ name: 'in memory', unit: 'ns', value: ours, peers: { naive } }];
  },
} satisfies Bench;
