import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Cache, createCache, type Target } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** A cache on a server that forgets what was done to a key since it was last kept. */
async function open(l1: false | undefined, work: (cache: Cache, restore: () => Promise<unknown>) => Promise<unknown>) {
  const name = randomUUID();
  const l2 = redisTier(client, { deadlineMs: 5_000 });
  const defaults = { jitter: 0, ttlMs: 60_000, earlyRefresh: 'off' } as const;
  await using cache = createCache({ name, l2, defaults, ...(l1 === false && { l1 }) });
  const place = `xc:c:${name}:{k:/k}`;
  await cache.set('k', 'OLD', { graceMs: 10_000 });
  const kept = (await client.getBuffer(`${place}:v`)) ?? '';
  const left = await client.pttl(`${place}:v`);
  await work(cache, () => client.multi().set(`${place}:v`, kept, 'PX', left).del(`${place}:f`).exec());
}

describe.for([undefined, false] as const)('a server that has come back with what it had before, memory %s', (l1) => {
  test.for([{ key: 'k' }, { keys: ['k', 'other'] }] as Target[])(
    'has nothing that this node has invalidated since: %j',
    (target) =>
      open(l1, async (cache, restore) => {
        await cache.invalidate(target);
        await restore();
        expect(await cache.get('k')).toBeUndefined();
        expect(await cache.getOrSet('k', () => 'NEW')).toBe('NEW');
        expect(await cache.getOrSet('k', () => 'NEWER')).toBe('NEW');
        expect((await cache.getMany(['k'])).get('k')).toBe('NEW');
      }),
  );

  test('has nothing fresh that this node has expired since', () =>
    open(l1, async (cache, restore) => {
      await cache.expire({ key: 'k' });
      await restore();
      expect(await cache.has('k')).toBe(false);
      expect(await cache.getOrSet('k', () => Promise.reject(new Error('database down')))).toBe('OLD');
      expect(await cache.getOrSet('k', () => 'NEW', { graceThrottleMs: 0, graceMs: 0 })).toBe('NEW');
      expect(await cache.get('k')).toBe('NEW');
    }));

  test('has no older value than what this node has set since', () =>
    open(l1, async (cache, restore) => {
      await cache.set('k', 'NEW');
      await restore();
      const values = [await cache.get('k'), await cache.getOrSet('k', () => 'NEW')];
      expect(values).not.toContain('OLD');
      expect(await cache.get('k')).toBe('NEW');
    }));
});
