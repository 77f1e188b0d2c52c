import { LRUCache } from 'lru-cache';
import type { Bench, Case } from '../../../bench/case.ts';
import { replay } from '../src/testing/replay.ts';
import { optimalHits } from '../test/policies/optimal.ts';
import { loop, mixed, recent, scanned, shifting, type Trace, zipf } from '../test/policies/traces.ts';

const traces: readonly (readonly [name: string, trace: () => Trace, maxItems: number])[] = [
  ['zipf 0.6', () => zipf(20_000, 0.6, 200_000, 1), 2_000],
  ['zipf 0.9', () => zipf(20_000, 0.9, 200_000, 2), 2_000],
  ['zipf 1.2', () => zipf(20_000, 1.2, 200_000, 3), 1_000],
  ['loop', () => loop(3_000, 200_000), 2_000],
  ['scans between zipf 0.9', () => scanned(zipf(10_000, 0.9, 150_000, 4), 5_000), 2_000],
  ['shifting zipf 0.9', () => shifting(10_000, 0.9, 200_000, 5), 2_000],
  ['recency', () => recent(200_000, 400, 6), 1_000],
  ['recency, loop, recency', () => mixed(400, 1_800, 240_000, 7), 1_000],
];

/** Hits among 100 requests, beside LRU, S3-FIFO and the cache that knows the future. */
const bench: Bench = {
  name: 'hit-rate',
  async run(): Promise<readonly Case[]> {
    return traces.map(([name, make, maxItems]) => {
      const trace = make();
      const percent = (policy: 'adaptive' | 's3fifo') => replay(trace, { policy, maxItems }).hitRate * 100;
      const peers = {
        'lru-cache': lruPercent(trace, maxItems),
        's3-fifo': percent('s3fifo'),
        optimum: (optimalHits(trace, maxItems) / trace.length) * 100,
      };
      return { name, unit: 'ratio', value: percent('adaptive'), peers };
    });
  },
};

function lruPercent(trace: Trace, max: number): number {
  const cache = new LRUCache<number, true>({ max });
  let hits = 0;
  for (const key of trace) {
    if (cache.get(key) === true) hits++;
    else cache.set(key, true);
  }
  return (hits / trace.length) * 100;
}

export default bench;
