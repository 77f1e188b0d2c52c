import { createCache, memoryTier, type Tier, type TierSpace } from '@xc/cache';
import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';

test('counts what the second level had and could not open', async () => {
  const inner = memoryTier();
  const damaged: Tier = {
    ...inner,
    open(cache) {
      const space = inner.open(cache);
      const read: TierSpace['read'] = async (reads, call) => {
        const answer = await space.read(reads, call);
        return { ...answer, found: answer.found.map((one) => ({ ...one, corrupt: true }) as typeof one) };
      };
      return Object.assign(Object.create(space) as TierSpace, { read });
    },
  };
  const meter = new RecordingMeter();
  await using cache = createCache({ l2: damaged, meter });
  expect(await cache.get('k')).toBeUndefined();
  expect(await cache.getOrSet('k', () => 1)).toBe(1);
  expect(meter.value('xc_cache_l2_errors_total', { cache: 'cache', operation: 'read', reason: 'corrupt' })).toBe(2);
});
