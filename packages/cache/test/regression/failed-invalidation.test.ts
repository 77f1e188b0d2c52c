import { expect, test } from 'vitest';
import { createCache, memoryTier, type Target, type Tier } from '../../src/index.ts';

/** A tier that reads, and whose invalidations fail when they are told to. */
function failing() {
  const inner = memoryTier();
  let fail = (_: Error): void => {};
  const never = new Promise<never>((_, reject) => {
    fail = reject;
  });
  never.catch(() => {});
  let away = false;
  const tier: Tier = {
    ...inner,
    open(cache) {
      const space = inner.open(cache);
      return Object.assign(Object.create(space), {
        drop: (...args: Parameters<typeof space.drop>) => (away ? never : space.drop(...args)),
        raise: (...args: Parameters<typeof space.raise>) => (away ? never : space.raise(...args)),
      });
    },
  };
  return {
    tier,
    leave() {
      away = true;
    },
    fail: () => fail(new Error('away')),
  };
}

const targets: Record<string, Target> = { key: { key: 'k' }, tag: { tags: ['t'] }, prefix: { prefix: 'k' } };

for (const [name, target] of Object.entries(targets)) {
  test(`what came in from the second level while an invalidation failed there is not served after it: ${name}`, async () => {
    const { tier, leave, fail } = failing();
    await using cache = createCache({ l2: tier });
    await cache.set('k', 'OLD', { tags: ['t'] });
    leave();
    const invalidating = cache.invalidate(target);
    // It has not returned yet, and the second level still has the old value.
    await cache.get('k');
    fail();
    expect((await invalidating).delivered).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
    expect(cache.peek('k')).toBeUndefined();
  });
}
