import { type Cache, createCache } from '@xc/cache';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';

/** A loader of many that never ends by itself. */
function hanging() {
  const signals: AbortSignal[] = [];
  const asked: (readonly unknown[])[] = [];
  const load = (keys: readonly unknown[], { signal }: { readonly signal: AbortSignal }): Promise<never> => {
    signals.push(signal);
    asked.push(keys);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  return { signals, asked, load };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the last who leaves a load of many aborts it', async () => {
  const cache = createCache({ clock: new ManualClock() });
  const { signals, load } = hanging();
  const leaving = new AbortController();
  const reading = cache.getOrSetMany(['a', 'b'], load, { signal: leaving.signal });
  await turn();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  leaving.abort('gone');
  await expect(reading).rejects.toBe('gone');
  expect(signals.map(({ aborted, reason }) => [aborted, reason])).toEqual([[true, 'gone']]);
});

test('a load of many goes on while somebody waits for one of its keys', async () => {
  const cache = createCache({ clock: new ManualClock() });
  const { signals, load } = hanging();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const reading = cache.getOrSetMany(['a', 'b'], load, { signal: leaving.signal });
  await turn();
  const joined = cache.getOrSet('b', () => 'own', { signal: staying.signal });
  await turn();
  leaving.abort('gone');
  await expect(reading).rejects.toBe('gone');
  expect(signals[0]?.aborted).toBe(false);
  staying.abort('gone too');
  await expect(joined).rejects.toBe('gone too');
  expect(signals[0]?.aborted).toBe(true);
});

test('the last get of a batch that leaves aborts its load, the others do not', async () => {
  const cache = createCache({ clock: new ManualClock() });
  const { signals, asked, load } = hanging();
  const users = cache.define<number, string>('user', { loadMany: load as never });
  const leaving = [1, 2, 3].map(() => new AbortController());
  const gets = leaving.map(({ signal }, id) => users.get(id, { signal }).catch((reason: unknown) => reason));
  leaving[0]?.abort('first');
  await turn();
  expect(asked).toEqual([[1, 2]]);
  leaving[1]?.abort('second');
  await turn();
  expect(signals[0]?.aborted).toBe(false);
  leaving[2]?.abort('third');
  expect(await Promise.all(gets)).toEqual(['first', 'second', 'third']);
  expect(signals[0]?.reason).toBe('third');
});

test('closing the cache aborts a load of many', async () => {
  const cache = createCache({ clock: new ManualClock() });
  const { signals, load } = hanging();
  const reading = cache.getOrSetMany(['a'], load).catch(() => 'rejected');
  await turn();
  await cache[Symbol.asyncDispose]();
  expect(signals[0]?.aborted).toBe(true);
  expect(await reading).toBe('rejected');
});

const asks: Record<string, (cache: Cache, load: (ids: readonly string[]) => Promise<string[]>) => Promise<unknown>> = {
  'of one': (cache, load) => cache.getOrSet('a', async () => (await load(['a']))[0]),
  'of many': async (cache, load) => (await cache.getOrSetMany(['a', 'b'], (keys) => load(keys))).get('a'),
  'of a resource': (cache, load) => cache.define<string, string>('user', { loadMany: load }).get('a'),
  'of many of a resource': async (cache, load) =>
    (await cache.define<string, string>('user', { loadMany: load }).getMany(['a', 'b']))[0],
  'to warm': async (cache, load) => {
    let value: string | undefined;
    const remembering = async (keys: readonly string[], _: unknown) => {
      const values = await load(keys);
      value = values[0];
      return values;
    };
    const { loaded, errors } = await cache.warm(['a', 'b'], remembering);
    return loaded === 2 && errors.length === 0 ? value : errors;
  },
};

for (const [name, ask] of Object.entries(asks)) {
  test(`closing the cache leaves what a load ${name} brings to who waits for it`, async () => {
    const cache = createCache({ clock: new ManualClock() });
    let give = (): void => {};
    const load = (ids: readonly string[]) =>
      new Promise<string[]>((resolve) => {
        give = () => resolve(ids.map((id) => `value of ${id}`));
      });
    const asking = ask(cache, load);
    await turn();
    await cache[Symbol.asyncDispose]();
    give();
    expect(await asking).toBe('value of a');
    expect(cache.stats().items).toBe(0);
  });
}

test('a batch that begins after the cache was closed begins with a signal that says so', async () => {
  const cache = createCache({ clock: new ManualClock() });
  let aborted: boolean | undefined;
  const users = cache.define<string, string>('user', {
    loadMany: async (ids, { signal }) => {
      aborted = signal.aborted;
      return ids.map((id) => `value of ${id}`);
    },
  });
  const getting = users.get('a');
  await cache[Symbol.asyncDispose]();
  expect([await getting, aborted]).toEqual(['value of a', true]);
});
