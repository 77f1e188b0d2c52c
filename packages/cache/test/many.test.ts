import { inspect } from 'node:util';
import { type Cache, createCache, type Loader, type ManyLoader, type Resource } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

describe('getOrSetMany', () => {
  test('reads the second level once and asks the loader once for exactly what is missing', async () => {
    const { nodes, tier } = nodesOf(2);
    const [a, b] = nodes;
    await a.setMany([
      ['b', 2],
      ['d', 4],
    ]);
    const space = tier.open({ name: 'cache' } as never);
    const trips: string[] = [];
    for (const name of ['read', 'fill', 'groups'] as const) {
      const method = space[name].bind(space) as (...args: unknown[]) => Promise<never>;
      (space as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
        trips.push(name);
        return method(...args);
      };
    }
    const asked: (readonly string[])[] = [];
    const load: ManyLoader<number> = async (keys) => {
      asked.push(keys);
      return new Map(keys.map((key) => [key, key.charCodeAt(0) - 96]));
    };
    const keys = ['c', 'b', 'a', 'd', 'a'];
    expect([...(await b.getOrSetMany(keys, load))]).toEqual([
      ['c', 3],
      ['b', 2],
      ['a', 1],
      ['d', 4],
    ]);
    expect(asked).toEqual([['c', 'a']]);
    expect(trips.filter((trip) => trip === 'read').length).toBe(1);
    expect(trips.filter((trip) => trip === 'fill').length).toBe(1);
    expect(trips.length).toBeLessThanOrEqual(3);
    expect([...(await b.getMany(keys)).values()]).toEqual([3, 2, 1, 4]);
  });

  test('takes an array aligned with the keys, and remembers what is left out as nothing', async () => {
    const cache = createCache();
    let runs = 0;
    const load: ManyLoader<number> = async (keys) => {
      runs++;
      return keys.map((key) => (key === 'b' ? undefined : 1));
    };
    const options = { negativeTtlMs: 1_000 };
    for (let n = 0; n < 2; n++) {
      expect([...(await cache.getOrSetMany(['a', 'b'], load, options))]).toEqual([
        ['a', 1],
        ['b', undefined],
      ]);
    }
    expect([runs, await cache.has('b')]).toEqual([1, true]);
  });

  test('joins what is under way elsewhere without holding others up', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    const slow = gated<number>();
    const single = cache.getOrSet('a', slow.load);
    await clock.advance(0);
    const asked: (readonly string[])[] = [];
    const many = cache.getOrSetMany(['a', 'b'], async (keys) => {
      asked.push(keys);
      return new Map([['b', 2]]);
    });
    await clock.advance(0);
    expect([asked, await cache.get('b')]).toEqual([[['b']], 2]);
    slow.give(1);
    expect([await single, [...(await many).values()]]).toEqual([1, [1, 2]]);
  });

  test('fences each key on its own', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    const slow = gated<number[]>();
    const many = cache.getOrSetMany(['a', 'b', 'c'], slow.load, { tags: (_, key) => [`tag-${key}`] });
    await clock.advance(0);
    await cache.invalidate({ key: 'a' });
    await cache.invalidate({ tags: ['tag-b'] });
    slow.give([1, 2, 3]);
    expect([...(await many).values()]).toEqual([1, 2, 3]);
    expect([...(await cache.getMany(['a', 'b', 'c']))]).toEqual([['c', 3]]);
  });

  test('rejects where the loader does, or answers with another number of values', async () => {
    const cache = createCache();
    const error = new Error('boom');
    await expect(cache.getOrSetMany(['a', 'b'], () => Promise.reject(error))).rejects.toBe(error);
    const wrong = cache.getOrSetMany(['a', 'b'], async () => [1]);
    await expect(wrong).rejects.toThrow(/asked for 2 values and gave an array of 1/);
    expect((await cache.getMany(['a', 'b'])).size).toBe(0);
  });
});

describe('a resource', () => {
  test('makes one call of the gets of one tick', async () => {
    const cache = createCache();
    const calls: (readonly number[])[] = [];
    const users = cache.define<number, string>('user', {
      loadMany: async (ids) => {
        calls.push(ids);
        return ids.map((id) => `user ${id}`);
      },
      batch: { maxSize: 3 },
    });
    const values = await Promise.all([1, 2, 1, 3, 4].map((id) => users.get(id)));
    expect(values).toEqual(['user 1', 'user 2', 'user 1', 'user 3', 'user 4']);
    expect(calls).toEqual([[1, 2, 3], [4]]);
    expect([await users.get(1), users.peek(2), calls.length]).toEqual(['user 1', 'user 2', 2]);
  });

  test('gathers for as long as it is told', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    const calls: (readonly number[])[] = [];
    const users = cache.define<number, number>('user', {
      loadMany: async (ids) => {
        calls.push(ids);
        return new Map(ids.map((id) => [id, id * 10]));
      },
      batch: { windowMs: 5 },
    });
    const first = users.get(1);
    await clock.advance(3);
    const second = users.get(2);
    await clock.advance(2);
    expect([await first, await second, calls]).toEqual([10, 20, [[1, 2]]]);
  });

  test('rejects only those who wait for the bad one', async () => {
    const cache = createCache();
    const bad = new Error('no such user');
    const users = cache.define<number, string>('user', {
      loadMany: async (ids) => ids.map((id) => (id === 2 ? bad : `user ${id}`)),
    });
    const outcomes = await Promise.allSettled([users.get(1), users.get(2), users.get(2), users.get(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBe(bad);
  });

  test('rejects all who wait for an array of another length', async () => {
    const users = createCache().define<number, string>('user', { loadMany: async () => ['one'] });
    const outcomes = await Promise.allSettled([users.get(1), users.get(2)]);
    for (const outcome of outcomes) {
      expect((outcome as PromiseRejectedResult).reason.message).toMatch(/asked for 2 .* array of 1/);
    }
  });

  test('finds a loader that waits for another id of its own batch', async () => {
    const cache = createCache();
    const users: Resource<number, number> = cache.define<number, number>('user', {
      loadMany: async (ids) => {
        const two = await users.get(2);
        return ids.map(() => two);
      },
    });
    const outcomes = await Promise.allSettled([users.get(1), users.get(2)]);
    for (const outcome of outcomes) {
      expect((outcome as PromiseRejectedResult).reason.code).toBe('XC_CACHE_REENTRANT');
    }
  });

  test('does to single ids what a cache does to keys', async () => {
    const cache = createCache();
    let runs = 0;
    const users = cache.define<{ id: number }, number>('user', { load: ({ id }) => id + runs++, ttlMs: 5_000 });
    expect(await users.get({ id: 10 })).toBe(10);
    expect(await users.getMany([{ id: 10 }, { id: 20 }])).toEqual([10, 21]);
    await users.invalidate([{ id: 10 }, { id: 20 }]);
    expect(users.peek({ id: 10 })).toBe(undefined);
    await users.set({ id: 10 }, 5);
    expect([await users.get({ id: 10 }), await users.touch({ id: 10 }, 100)]).toEqual([5, true]);
    await users.expire({ id: 10 });
    expect(users.peek({ id: 10 })).toBe(undefined);
    users.prefetch({ id: 30 });
    await cache.settled();
    expect(users.peek({ id: 30 })).toBe(32);
    expect(await users.warm([{ id: 30 }, { id: 40 }])).toMatchObject({ loaded: 1, fresh: 1, failed: 0 });
  });

  test('has the tags of the cache that it is defined in, and keys that no namespace has', async () => {
    for (const within of ['', 'a']) {
      for (const deaf of [true, false]) {
        const { nodes, clock } = nodesOf(2, { deaf });
        const [a, b] = nodes.map((node) => (within === '' ? node : node.namespace(within))) as [Cache, Cache];
        await clock.advance(0);
        let n = 0;
        const load = () => ++n;
        const options = { key: String, load, tags: ['users'] };
        const [here, there] = [a.define<number, number>('user', options), b.define<number, number>('user', options)];
        await a.namespace('user').set('1', 'other', { tags: ['users'] });
        expect([await here.get(1), await there.get(1)]).toEqual([1, 1]);
        await b.invalidate({ tags: ['users'] });
        await clock.advance(1_000);
        expect([await here.get(1), await there.get(1)]).toEqual([2, 2]);
        expect(await a.namespace('user').get('1')).toBe('other');
        await a.invalidate({ all: true });
        await clock.advance(1_000);
        expect([await there.get(1), await a.namespace('user').get('1')]).toEqual([3, undefined]);
        expect(b.hotKeys()).toContainEqual(expect.objectContaining({ key: '1', namespace: 'user' }));
      }
    }
  });

  test('has a loader', () => {
    expect(() => createCache().define('x', {})).toThrow(TypeError);
    expect(() => createCache().define('x', { load: 1 as never })).toThrow('load must be a function, got number');
    expect(() => createCache().define('x', { load: () => 1, ttl: 5 } as never)).toThrow(/did you mean ttlMs/);
  });
});

describe('warming', () => {
  test('loads what is not there, as many at once as it is told', async () => {
    const clock = new ManualClock();
    const cache = createCache({ clock });
    await cache.set('k0', 0);
    let [running, most] = [0, 0];
    const steps: [number, number][] = [];
    const keys = Array.from({ length: 10 }, (_, n) => `k${n}`);
    const warming = cache.warm(
      keys,
      async ({ key }) => {
        running++;
        most = Math.max(most, running);
        await clock.sleep(10);
        running--;
        if (key === 'k9') throw new Error('bad');
        return key;
      },
      { concurrency: 3, onProgress: (done, total) => steps.push([done, total]) },
    );
    await clock.advance(100);
    const report = await warming;
    expect(report).toMatchObject({ loaded: 8, fresh: 1, failed: 1 });
    expect(report.errors.map((error) => (error as Error).message)).toEqual(['bad']);
    expect([most, steps.at(-1)]).toEqual([3, [10, 10]]);
    expect(await cache.get('k5')).toBe('k5');
  });

  test.for<{ name: string; load: ManyLoader<string> }>([
    { name: 'with keys alone, giving an array', load: async (keys) => keys.map((key) => `v${key}`) },
    { name: 'with keys alone, giving a Map', load: async (keys) => new Map(keys.map((key) => [key, `v${key}`])) },
    {
      name: 'with keys alone, handed to a client that writes them down',
      load: async (keys) => {
        const written = JSON.stringify(Array.isArray(keys) ? keys : [keys]);
        return new Map((JSON.parse(written) as string[]).map((key) => [key, `v${key}`]));
      },
    },
    {
      name: 'with keys alone, spread among arguments',
      load: async (keys) => [[keys]].flat(2).map((key) => `v${key}`),
    },
    { name: 'with keys and a context', load: async (keys, _context) => keys.map((key) => `v${key}`) },
  ])('takes a loader of many keys: $name', async ({ load }) => {
    const cache = createCache();
    expect(await cache.warm(['a', 'b'], load)).toMatchObject({ loaded: 2, failed: 0 });
    expect([await cache.get('a'), await cache.get('b')]).toEqual(['va', 'vb']);
  });

  test('gives a loader of one key all of its context', async () => {
    const cache = createCache();
    const seen: unknown[] = [];
    await cache.warm(['a'], async (context) => {
      const { key, signal, stale, ttl, tags, meta, skip, notModified } = context;
      seen.push(key, signal.aborted, stale, 'key' in context, inspect(context), Object.hasOwn(context, 'key'));
      expect([ttl, tags, meta, skip, notModified].map((method) => typeof method)).toEqual(Array(5).fill('function'));
      tags('t');
      return (await context).key;
    });
    expect(seen.slice(0, 4)).toEqual(['a', false, undefined, true]);
    expect((await cache.entry('a'))?.tags).toEqual(['t']);
  });

  test('takes a loader of one key that gives an array for what it is', async () => {
    const cache = createCache();
    await cache.warm(['a'], ({ key }) => [key, 'list']);
    expect(await cache.get('a')).toEqual(['a', 'list']);
  });

  test.for<{ name: string; loader: (many: ManyLoader<string>) => ManyLoader<string>; first: number }>([
    { name: 'its keys and a context', loader: (many) => (keys, context) => many(keys, context), first: 100 },
    { name: 'its keys alone', loader: (many) => (keys) => many(keys, { signal: AbortSignal.any([]) }), first: 100 },
    {
      name: 'nothing',
      loader:
        (many) =>
        async (...all) =>
          many(...all),
      first: 100,
    },
    {
      name: 'its keys, and waits before it looks',
      loader: (many) => async (keys) => many(await keys, {} as never),
      first: 8,
    },
  ])('asks a loader of many that declares $name for 100 keys at a time', async ({ loader, first }) => {
    for (const deaf of [true, false]) {
      const { nodes, clock } = nodesOf(1, { deaf });
      const cache = deaf ? createCache() : nodes[0];
      await clock.advance(0);
      const asked: number[] = [];
      const load = loader(async (keys) => {
        const values = keys.map((key) => `v${key}`);
        asked.push(values.length);
        return values;
      });
      await cache.set('k3', 'there');
      const keys = Array.from({ length: 251 }, (_, n) => `k${n}`);
      expect(await cache.warm(keys, load)).toEqual({ loaded: 250, fresh: 1, failed: 0, errors: [] });
      expect(asked.reduce((sum, one) => sum + one)).toBe(250);
      expect(asked.length).toBeLessThanOrEqual(4);
      if (deaf) expect(asked[0]).toBeGreaterThanOrEqual(Math.min(first, 7));
      expect([await cache.get('k0'), await cache.get('k3'), await cache.get('k250')]).toEqual([
        'vk0',
        'there',
        'vk250',
      ]);
    }
  });

  test.for<{ name: string; load: Loader<unknown> }>([
    { name: 'that looks at nothing', load: async () => [7] },
    { name: 'that declares what it does not look at', load: async (_context) => [7] },
    { name: 'that prints its context', load: async (context) => [inspect(context).length > 0 ? 7 : 0] },
    { name: 'that says a time', load: ({ ttl }) => [ttl(1_000) ?? 7] },
    { name: 'that looks late', load: async (context) => [(await Promise.resolve()) ?? context.key.length + 6] },
  ])('keeps what a loader of one key answers $name, as getOrSet does', async ({ load }) => {
    const cache = createCache();
    expect(await cache.warm(['k'], load)).toMatchObject({ loaded: 1, failed: 0 });
    expect(cache.peek('k')).toEqual([7]);
    expect(await createCache().getOrSet('k', load)).toEqual([7]);
    const map = new Map([['k', 1]]);
    expect(await cache.warm(['a', 'b'], async (_context) => map)).toMatchObject({ loaded: 2, failed: 0 });
    expect(cache.peek('b')).toBe(map);
  });

  test('settles with the reason of its signal, and begins nothing more', async () => {
    const cache = createCache();
    const controller = new AbortController();
    let runs = 0;
    const load = () => {
      runs++;
      return new Promise<number>(() => {});
    };
    const warming = cache.warm(['a', 'b', 'c'], load, { signal: controller.signal, concurrency: 2 });
    controller.abort(new Error('enough'));
    await expect(warming).rejects.toThrow('enough');
    await expect(cache.warm(['a'], load, { signal: controller.signal })).rejects.toThrow('enough');
    expect(runs).toBe(2);
  });

  test('asks a resource of many ids for as many at once as its batch takes', async () => {
    const cache = createCache();
    const asked: number[] = [];
    const loadMany = async (ids: readonly number[]) => {
      asked.push(ids.length);
      return ids.map((id) => id * 2);
    };
    const users = cache.define<number, number>('user', { loadMany, batch: { maxSize: 50 } });
    const ids = Array.from({ length: 120 }, (_, n) => n);
    expect(await users.warm(ids, { concurrency: 1 })).toMatchObject({ loaded: 120, failed: 0 });
    expect(asked).toEqual([50, 50, 20]);
    await expect(users.warm(ids, { concurrency: 0 })).rejects.toThrow('concurrency');
    await expect(users.warm(ids, { concurency: 1 } as never)).rejects.toThrow(/did you mean concurrency/);
  });
});
