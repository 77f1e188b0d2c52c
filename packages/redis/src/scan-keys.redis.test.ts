import { getEventListeners } from 'node:events';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { forEachMaster } from './for-each-master.ts';
import { scanKeys } from './scan-keys.ts';

async function collect(batches: AsyncIterable<string[]>): Promise<string[]> {
  const keys = new Set<string>();
  for await (const batch of batches) for (const key of batch) keys.add(key);
  return [...keys].sort();
}

describe.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('%s', (name, Client) => {
  const prefix = `scan-keys:${name.at(-1)}:`;
  const keys = Array.from({ length: 2_500 }, (_, index) => `${prefix}key:${String(index).padStart(4, '0')}`);
  let client: Redis;
  beforeAll(async () => {
    client = new Client(inject('redis'));
    const pipeline = client.pipeline();
    for (const key of keys) pipeline.set(key, '', 'PX', 120_000);
    await pipeline.exec();
  });
  afterAll(async () => {
    await client.unlink(keys);
    client.disconnect();
  });

  test('finds every key that matches and no other', async () => {
    await expect(collect(scanKeys(client, `${prefix}*`))).resolves.toEqual(keys);
    await expect(collect(scanKeys(client, `${prefix}key:000?`, { count: 10 }))).resolves.toEqual(keys.slice(0, 10));
    await expect(collect(scanKeys(client, `${prefix}nothing`))).resolves.toEqual([]);
  });

  test('comes in batches, none of them empty, and lets go when the caller does', async () => {
    const closeListeners = client.listenerCount('close');
    for await (const batch of scanKeys(client, `${prefix}*`, { count: 50 })) {
      expect(batch.length).toBeGreaterThan(0);
      expect(client.listenerCount('close')).toBe(closeListeners + 1);
      break;
    }
    expect(client.listenerCount('close')).toBe(closeListeners);
  });

  test('takes the key prefix of the client for granted, stars and brackets in it notwithstanding', async () => {
    const odd = `${prefix}*[a]\\?`;
    const prefixed = new Client(inject('redis'), { keyPrefix: odd });
    await prefixed.set('key:1', '', 'PX', 60_000);
    await expect(collect(scanKeys(prefixed, 'key:*'))).resolves.toEqual(['key:1']);
    for await (const batch of scanKeys(prefixed, '*')) await prefixed.unlink(...batch);
    expect(await client.exists(`${odd}key:1`)).toBe(0);
    prefixed.disconnect();
  });

  test('ends at once with the reason of its signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const seen: string[] = [];
    const scanning = (async () => {
      for await (const batch of scanKeys(client, `${prefix}*`, { count: 10, signal })) {
        seen.push(...batch);
        controller.abort('enough');
      }
    })();
    await expect(scanning).rejects.toBe('enough');
    expect(seen.length).toBeLessThan(keys.length);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await expect(collect(scanKeys(client, '*', { signal }))).rejects.toBe('enough');
  });

  test('calls a function with the one server there is', async () => {
    const seen: unknown[] = [];
    await forEachMaster(client, async (node) => {
      seen.push(node);
    });
    expect(seen).toEqual([client]);
    const failure = new Error('no');
    await expect(forEachMaster(client, () => Promise.reject(failure))).rejects.toBe(failure);
    const never = forEachMaster(client, () => new Promise(() => {}), { signal: AbortSignal.abort('enough') });
    await expect(never).rejects.toBe('enough');
  });
});

test.each([
  [undefined, {}, 'pattern must be a text, got undefined'],
  ['*', { count: 0 }, 'count must be a positive integer, got 0'],
  ['*', { count: 1.5 }, 'count must be a positive integer, got 1.5'],
  ['*', { deadlineMs: Number.NaN }, 'deadlineMs must be a positive number, got NaN'],
])('refuses pattern %j with %j at once', (pattern, options, message) => {
  const client = new Redis({ lazyConnect: true });
  expect(() => scanKeys(client, pattern as string, options)).toThrow(message);
});
