import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { replay } from '@xc/cache/testing';
import { SeededRandom } from '@xc/core/testing';

const cache = createCache({
  l1: { maxItems: 1_000, maxBytes: 10_000_000, policy: 'adaptive' },
});
await cache.set('a', 'x'.repeat(1_000));
assert.ok(cache.stats().bytes > 1_000);

// Which policy is yours? Ask your own traffic.
const random = new SeededRandom(1);
const trace = Array.from({ length: 50_000 }, (_, at) =>
  at % 2 === 0
    ? `hot:${Math.floor(random.next() ** 3 * 2_000)}`
    : `scan:${at}`,
);
const adaptive = replay(trace, { policy: 'adaptive', maxItems: 500 });
const lru = replay(trace, { policy: 'lru', maxItems: 500 });
assert.ok(adaptive.hitRate > lru.hitRate);
