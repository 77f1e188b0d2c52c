import { getEventListeners } from 'node:events';
import { createCache, type Loader } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { gated } from './two-nodes.ts';

function cacheOf() {
  const clock = new ManualClock();
  return { clock, cache: createCache({ clock, defaults: { jitter: 0, earlyRefresh: 'off' } }) };
}

describe('single flight', () => {
  test('runs the loader once for all who wait, in the time of one', async () => {
    const { cache, clock } = cacheOf();
    let runs = 0;
    const load = async () => {
      runs++;
      await clock.sleep(100);
      return { n: 1 };
    };
    const calls = Array.from({ length: 1_000 }, () => cache.getOrSet('k', load));
    await clock.advance(100);
    const values = await Promise.all(calls);
    expect([runs, new Set(values).size]).toEqual([1, 1]);
  });

  test('gives all who wait the very rejection, from one run, and stores nothing', async () => {
    const { cache } = cacheOf();
    const error = new Error('boom');
    let runs = 0;
    const load = async () => {
      runs++;
      throw error;
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => cache.getOrSet('k', load)));
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === error)).toBe(true);
    expect(runs).toBe(1);
    expect(await cache.getOrSet('k', () => 'next')).toBe('next');
  });

  test.for<{ name: string; load: Loader<number> }>([
    { name: 'a plain value', load: () => 7 },
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise is what is tested.
    { name: 'a thenable', load: () => ({ then: (resolve: (n: number) => void) => resolve(7) }) as PromiseLike<number> },
  ])('takes $name for a promise', async ({ load }) => {
    expect(await cacheOf().cache.getOrSet('k', load)).toBe(7);
  });

  test('takes a loader that throws at once for one that rejects', async () => {
    const { cache } = cacheOf();
    const load = () => {
      throw new Error('at once');
    };
    await expect(cache.getOrSet('k', load)).rejects.toThrow('at once');
  });
});

describe('an abort', () => {
  test('settles its caller alone, at once, and leaves no listener', async () => {
    const { cache, clock } = cacheOf();
    const slow = gated<string>();
    const controllers = Array.from({ length: 100 }, () => new AbortController());
    const listening = new Set<AbortSignal>();
    for (const { signal } of controllers) {
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = ((...args: Parameters<typeof add>) => {
        listening.add(signal);
        add(...args);
      }) as typeof signal.addEventListener;
      signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
        listening.delete(signal);
        remove(...args);
      }) as typeof signal.removeEventListener;
    }
    const calls = controllers.map(({ signal }) => cache.getOrSet('k', slow.load, { signal }));
    await clock.advance(0);
    for (const [index, controller] of controllers.slice(1).entries()) controller.abort(`gone ${index}`);
    const gone = await Promise.allSettled(calls.slice(1));
    expect(gone.map((outcome) => (outcome as PromiseRejectedResult).reason)).toEqual(
      gone.map((_, index) => `gone ${index}`),
    );
    slow.give('value');
    expect(await calls[0]).toBe('value');
    expect([slow.runs(), listening.size]).toEqual([1, 0]);
  });

  test('of the last caller aborts the loader, and the next one starts anew', async () => {
    const { cache, clock } = cacheOf();
    let signal: AbortSignal | undefined;
    const controller = new AbortController();
    const call = cache.getOrSet(
      'k',
      (context) => {
        signal = context.signal;
        return new Promise<string>((_, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason));
        });
      },
      { signal: controller.signal },
    );
    await clock.advance(0);
    controller.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
    expect(signal?.aborted).toBe(true);
    expect(await cache.getOrSet('k', () => 'anew')).toBe('anew');
  });

  test('does not reach a load that was prefetched', async () => {
    const { cache, clock } = cacheOf();
    const slow = gated<string>();
    cache.prefetch('k', slow.load);
    await clock.advance(0);
    const controller = new AbortController();
    const call = cache.getOrSet('k', () => 'other', { signal: controller.signal });
    await clock.advance(0);
    controller.abort(new Error('left'));
    await expect(call).rejects.toThrow('left');
    slow.give('prefetched');
    await clock.advance(0);
    expect([await cache.get('k'), slow.runs()]).toEqual(['prefetched', 1]);
  });

  test('that came before the call settles it without a load', async () => {
    const { cache } = cacheOf();
    let runs = 0;
    const call = cache.getOrSet('k', () => runs++, { signal: AbortSignal.abort('early') });
    await expect(call).rejects.toBe('early');
    expect(runs).toBe(0);
  });
});

describe('the hard timeout', () => {
  test('is measured from the call of each caller, and the load goes on and is stored', async () => {
    const { cache, clock } = cacheOf();
    const slow = gated<string>();
    const first = cache.getOrSet('k', slow.load, { hardTimeoutMs: 1_000 }).catch((error) => error);
    await clock.advance(600);
    const second = cache.getOrSet('k', slow.load, { hardTimeoutMs: 1_000 });
    await clock.advance(400);
    expect(await first).toMatchObject({
      code: 'XC_CACHE_TIMEOUT',
      retryable: true,
      details: { key: 'k', timeoutMs: 1_000 },
    });
    await clock.advance(300);
    slow.give('late');
    expect(await second).toBe('late');
    expect(await cache.get('k')).toBe('late');
  });

  test('leaves the load of the only caller to be stored', async () => {
    const { cache, clock } = cacheOf();
    const slow = gated<string>();
    const call = cache.getOrSet('k', slow.load, { hardTimeoutMs: 10 }).catch((error) => error.code);
    await clock.advance(10);
    expect(await call).toBe('XC_CACHE_TIMEOUT');
    slow.give('late');
    await clock.advance(0);
    expect(await cache.get('k')).toBe('late');
  });
});

describe('a loader that waits for itself', () => {
  test('is refused at once', async () => {
    const { cache } = cacheOf();
    const inner: unknown[] = [];
    const value = await cache.getOrSet('k', async () => {
      inner.push(await cache.getOrSet('k', () => 1).catch((error) => error.code));
      return 'outer';
    });
    expect([value, inner]).toEqual(['outer', ['XC_CACHE_REENTRANT']]);
  });

  test('is refused through another key as well', async () => {
    const { cache } = cacheOf();
    const call = cache.getOrSet('a', () => cache.getOrSet('b', () => cache.getOrSet('a', () => 1)));
    await expect(call).rejects.toMatchObject({ code: 'XC_CACHE_REENTRANT' });
  });

  test('is refused where two loaders wait for each other', async () => {
    const { cache, clock } = cacheOf();
    const outcomes = Promise.allSettled([
      cache.getOrSet('a', async () => {
        await clock.sleep(1);
        return cache.getOrSet('b', () => 'b');
      }),
      cache.getOrSet('b', async () => {
        await clock.sleep(1);
        return cache.getOrSet('a', () => 'a');
      }),
    ]);
    await clock.advance(2);
    const rejected = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    for (const outcome of rejected) expect((outcome as PromiseRejectedResult).reason.code).toBe('XC_CACHE_REENTRANT');
  });

  test('is refused where it invalidated the key before', async () => {
    const { cache } = cacheOf();
    const call = cache.getOrSet('k', async () => {
      await cache.invalidate({ key: 'k' });
      return cache.getOrSet('k', () => 1);
    });
    await expect(call).rejects.toMatchObject({ code: 'XC_CACHE_REENTRANT' });
  });

  test('is refused among keys that are loaded together', async () => {
    const { cache } = cacheOf();
    const call = cache.getOrSetMany(['a', 'b'], async (keys) => {
      const b = await cache.getOrSet('b', () => 1);
      return keys.map(() => b);
    });
    await expect(call).rejects.toMatchObject({ code: 'XC_CACHE_REENTRANT' });
  });

  test('may read other keys', async () => {
    const { cache } = cacheOf();
    expect(await cache.getOrSet('a', () => cache.getOrSet('b', () => cache.getOrSet('c', () => 3)))).toBe(3);
  });
});

describe('what a loader says', () => {
  test('wins over the options', async () => {
    const { cache, clock } = cacheOf();
    await cache.getOrSet(
      'k',
      ({ ttl, tags, meta }) => {
        ttl(50);
        tags('loaded');
        meta({ etag: 'x' });
        return 1;
      },
      { ttlMs: 5_000, tags: ['given'] },
    );
    expect(await cache.entry('k')).toMatchObject({ ttlLeftMs: 50, tags: ['loaded'], meta: { etag: 'x' } });
    await clock.advance(50);
    expect(await cache.get('k')).toBe(undefined);
  });

  test('is given to who waits and stored nowhere after skip, or for a time of 0', async () => {
    const { cache } = cacheOf();
    const skipped = await cache.getOrSet('k', ({ skip }) => {
      skip();
      return 1;
    });
    const timeless = await cache.getOrSet('l', ({ ttl }) => {
      ttl(0);
      return 2;
    });
    const asked = await cache.getOrSet('m', () => 3, { ttlMs: () => 0 });
    expect([skipped, timeless, asked]).toEqual([1, 2, 3]);
    expect([...(await cache.getMany(['k', 'l', 'm']))]).toEqual([]);
  });

  test('may be that the stale value still stands', async () => {
    const { cache, clock } = cacheOf();
    const options = { ttlMs: 1_000, graceMs: 60_000, tags: ['t'] };
    await cache.getOrSet(
      'k',
      ({ meta }) => {
        meta({ etag: '"1"' });
        return { body: 1 };
      },
      options,
    );
    await clock.advance(1_500);
    let seen: unknown;
    const value = await cache.getOrSet<unknown>(
      'k',
      ({ stale, notModified }) => {
        seen = stale;
        return notModified();
      },
      options,
    );
    expect(seen).toEqual({ value: { body: 1 }, ageMs: 1_500, meta: { etag: '"1"' } });
    expect(value).toEqual({ body: 1 });
    expect(await cache.entry('k')).toMatchObject({
      state: 'fresh',
      ttlLeftMs: 1_000,
      meta: { etag: '"1"' },
      tags: ['t'],
    });
    expect(cache.stats().loads).toBe(2);
  });

  test('is refused where there is no stale value to stand', async () => {
    const call = cacheOf().cache.getOrSet('k', ({ notModified }) => notModified());
    await expect(call).rejects.toThrow(TypeError);
  });

  test('is kept within its bounds', async () => {
    const { cache } = cacheOf();
    const big = cache.getOrSet('k', ({ meta }) => meta({ a: 'x'.repeat(1_100) }));
    await expect(big).rejects.toThrow('meta must be at most 1024 bytes');
    const many = cache.getOrSet('k', () => 1, { tags: () => Array.from({ length: 33 }, (_, n) => `t${n}`) });
    await expect(many).rejects.toThrow(RangeError);
  });
});

test('leaves no rejection unhandled of a load that nobody waits for', async () => {
  const { cache, clock } = cacheOf();
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const slow = gated<string>();
  const controller = new AbortController();
  const call = cache.getOrSet('k', slow.load, { signal: controller.signal }).catch(() => {});
  await clock.advance(0);
  controller.abort();
  await call;
  slow.fail(new Error('late'));
  await clock.advance(0);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

test('puts one listener on a signal, however many calls it is handed to', async () => {
  const cache = createCache();
  const controller = new AbortController();
  const { signal } = controller;
  const never = () => new Promise<number>(() => {});
  const calls = Array.from({ length: 50 }, (_, n) => cache.getOrSet(`k${n % 25}`, never, { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort(new Error('enough'));
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: new Error('enough') });
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
