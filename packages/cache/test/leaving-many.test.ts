import { createCache } from '@xc/cache';
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
