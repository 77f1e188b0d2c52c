import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createCache } from '../../src/index.ts';
import { redisTier } from '../../src/redis/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const defaults = { jitter: 0, ttlMs: 60_000, earlyRefresh: 'off' } as const;

function open(name: string = randomUUID()) {
  const cache = createCache({ name, l1: false, l2: redisTier(client, { deadlineMs: 5_000 }), defaults });
  return { name, cache, place: (key: string) => `xc:c:${name}:{k:/${key}}:v` };
}

describe('what is damaged and keeps its life', () => {
  test('is loaded once and then there, whichever byte it is', async () => {
    const { cache, place } = open();
    await using _ = cache;
    const asked = async (flip: number, at: number) => {
      const key = `${flip}/${at}`;
      await cache.set(key, 'OLD', { tags: ['t'] });
      const damaged = (await client.getBuffer(place(key))) ?? Buffer.alloc(0);
      damaged[at] = (damaged[at] as number) ^ flip;
      await client.set(place(key), damaged, 'PX', 60_000);
      let runs = 0;
      const load = () => `NEW ${++runs}`;
      return [await cache.getOrSet(key, load), await cache.getOrSet(key, load)];
    };
    await cache.set('k', 'OLD', { tags: ['t'] });
    const { length } = (await client.getBuffer(place('k'))) ?? Buffer.alloc(0);
    const flips = [0x55, 0x08].flatMap((flip) => Array.from({ length }, (_, at) => asked(flip, at)));
    const answers = await Promise.all(flips);
    expect(answers).toEqual(flips.map(() => ['NEW 1', 'NEW 1']));
  });

  test('is loaded once by a call for many, be it cut, empty, or of another key', async () => {
    const { cache, place } = open();
    await using _ = cache;
    await cache.set('whole', 'OLD');
    const whole = (await client.getBuffer(place('whole'))) ?? Buffer.alloc(0);
    await client.set(place('cut'), whole.subarray(0, -4), 'PX', 60_000);
    await client.set(place('empty'), '', 'PX', 60_000);
    await client.set(place('copy'), whole, 'PX', 60_000);
    await client.rpush(place('list'), 'x');
    await client.pexpire(place('list'), 60_000);
    const keys = ['cut', 'empty', 'copy', 'list', 'whole'];
    const asked: (readonly string[])[] = [];
    const load = async (missing: readonly string[]) => {
      asked.push(missing);
      return missing.map((key) => `NEW ${key}`);
    };
    const values = new Map(keys.map((key) => [key, key === 'whole' ? 'OLD' : `NEW ${key}`]));
    expect(await cache.getOrSetMany(keys, load)).toEqual(values);
    expect(await cache.getOrSetMany(keys, load)).toEqual(values);
    expect(asked).toEqual([['cut', 'empty', 'copy', 'list']]);
  });

  test('is loaded once after many reads that found what they wanted', async () => {
    const { cache, place } = open();
    await using _ = cache;
    await cache.set('k', 'OLD');
    for (let reads = 0; reads < 20; reads++) await cache.getOrSet('k', () => 'NEW');
    await client.setrange(place('k'), 50, 'damaged');
    let runs = 0;
    const load = () => `NEW ${++runs}`;
    expect([await cache.getOrSet('k', load), await cache.getOrSet('k', load)]).toEqual(['NEW 1', 'NEW 1']);
  });

  test('is not stored by a load in which the key was invalidated', async () => {
    const { name, cache, place } = open();
    await using _ = cache;
    await using other = open(name).cache;
    await cache.set('k', 'OLDEST');
    await client.setrange(place('k'), 50, 'damaged');
    const load = async () => {
      await other.invalidate({ key: 'k' });
      return 'OLD';
    };
    expect(await cache.getOrSet('k', load)).toBe('OLD');
    expect(cache.stats().discardedFills).toBe(1);
    expect(await other.getOrSet('k', () => 'NEW')).toBe('NEW');
    expect(await cache.getOrSet('k', () => 'NEWER')).toBe('NEW');
  });

  test('gives way to a value with a version that grows from there', async () => {
    const { cache, place } = open();
    await using _ = cache;
    await cache.set('k', 'OLD');
    await client.setrange(place('k'), 0, '9');
    expect(await cache.getOrSet('k', () => 'NEW')).toBe('NEW');
    const before = await client.getrange(place('k'), 0, 15);
    await cache.set('k', 'NEWER');
    const after = await client.getrange(place('k'), 0, 15);
    expect(before < after && after < '9').toBe(true);
  });
});
