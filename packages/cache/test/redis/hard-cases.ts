import type { RedisClient } from '@xc/redis';
import { eventually } from '@xc/test-support';
import { describe, expect, test } from 'vitest';
import type { Cache, Target } from '../../src/index.ts';
import { gated, type Kind, type NodesOptions, openNodes } from './nodes.ts';

type Three = readonly [Cache, Cache, Cache];

/** The hard cases between nodes, each of which is a client of its own on real servers. */
export function hardCases(connect: () => RedisClient, kind: Kind): void {
  const three = async (options: NodesOptions = {}) => {
    const nodes = openNodes(connect, { kind, ...options });
    await nodes.joined();
    return { nodes, caches: nodes.caches as unknown as Three };
  };
  const soon = (what: string, check: () => Promise<boolean>) => eventually(what, check, { deadlineMs: 3_000 });

  const targets: Record<string, Target> = {
    key: { key: 'k1' },
    keys: { keys: ['k1', 'other'] },
    tag: { tags: ['t'] },
    prefix: { prefix: 'k' },
    all: { all: true },
  };
  describe('a load that is under way on one node while another invalidates', () => {
    for (const [name, target] of Object.entries(targets)) {
      test(`is given to its waiters and stored nowhere: ${name}`, async () => {
        const { nodes, caches } = await three();
        await using _ = nodes;
        const [a, b, c] = caches;
        const slow = gated('OLD');
        const waiting = a.getOrSet('k1', slow.load, { tags: ['t'] });
        await slow.begun;
        await b.invalidate(target);
        slow.finish();
        expect(await waiting).toBe('OLD');
        await a.settled();
        expect(await b.get('k1')).toBeUndefined();
        expect(await c.getOrSet('k1', () => 'NEW', { tags: ['t'] })).toBe('NEW');
        await soon('the loading node gives it too', async () => (await a.get('k1')) === 'NEW');
        for (const cache of caches) expect(await cache.getOrSet('k1', () => 'LATER')).toBe('NEW');
      });
    }

    test('is stored nowhere when only its value tells the tag', async () => {
      const { nodes, caches } = await three();
      await using _ = nodes;
      const [a, b, c] = caches;
      const slow = gated('OLD');
      const waiting = a.getOrSet('k1', slow.load, { tags: () => ['late'] });
      await slow.begun;
      await b.invalidate({ tags: ['late'] });
      slow.finish();
      await waiting;
      await a.settled();
      expect(await c.getOrSet('k1', () => 'NEW')).toBe('NEW');
      await soon('the loading node gives it too', async () => (await a.getOrSet('k1', () => 'NEW')) === 'NEW');
    });

    test('does not replace what another node has set meanwhile', async () => {
      const { nodes, caches } = await three();
      await using _ = nodes;
      const [a, b, c] = caches;
      const slow = gated('OLD');
      const waiting = a.getOrSet('k1', slow.load);
      await slow.begun;
      await b.set('k1', 'NEW');
      slow.finish();
      await waiting;
      await a.settled();
      expect(await c.get('k1')).toBe('NEW');
      await soon('the loading node gives it too', async () => (await a.get('k1')) === 'NEW');
    });
  });

  describe('what one node invalidates', () => {
    for (const [name, target] of Object.entries(targets)) {
      test(`is gone from the memory of all: ${name}`, async () => {
        const { nodes, caches } = await three();
        await using _ = nodes;
        const [a, b, c] = caches;
        await a.set('k1', 'OLD', { tags: ['t'] });
        for (const cache of caches) expect(await cache.get('k1')).toBe('OLD');
        const { version, delivered } = await b.invalidate(target);
        expect(delivered).toBe(true);
        expect(version).toBeGreaterThan(0n);
        expect(await b.get('k1')).toBeUndefined();
        await soon('the others', async () => (await a.get('k1')) === undefined && (await c.get('k1')) === undefined);
      });
    }

    test('is what its prefix reaches, and nothing beside it', async () => {
      const { nodes, caches } = await three();
      await using _ = nodes;
      const [a, b, c] = caches;
      for (const key of ['user:1', 'user:10', 'user:2']) await a.set(key, key);
      for (const cache of [b, c]) for (const key of ['user:1', 'user:10', 'user:2']) await cache.get(key);
      await b.invalidate({ prefix: 'user:1' });
      const left = async (cache: Cache): Promise<string[]> => [
        ...(await cache.getMany(['user:1', 'user:10', 'user:2'])).keys(),
      ];
      expect(await left(b)).toEqual(['user:2']);
      await soon('the others', async () => (await left(a)).join() === 'user:2' && (await left(c)).join() === 'user:2');
    });

    test('is what its namespace holds, and nothing beside it', async () => {
      const { nodes, caches } = await three();
      await using _ = nodes;
      const [a, b] = caches;
      await a.namespace('a').set('k', 1);
      await a.namespace('ab').set('k', 2);
      await a.set('a:k', 3);
      await a.set('a/k', 4);
      await b.namespace('a').invalidate({ all: true });
      expect(await b.namespace('a').get('k')).toBeUndefined();
      const rest = [await b.namespace('ab').get('k'), await b.get('a:k'), await b.get('a/k')];
      expect(rest).toEqual([2, 3, 4]);
    });
  });

  test('every second key of sixty, then all', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a, b] = caches;
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    await a.setMany(keys.map((key) => [key, key] as const));
    await b.invalidate({ keys: keys.slice(0, 20) });
    expect((await b.getMany(keys)).size).toBe(40);
    await soon('the others', async () => (await a.getMany(keys)).size === 40);
    await b.invalidate({ all: true });
    expect((await b.getMany(keys)).size).toBe(0);
    await soon('the others', async () => (await a.getMany(keys)).size === 0);
  });

  test('strange keys are independent in memory and in Redis', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a, b] = caches;
    const keys = [
      '{a}b',
      '}',
      '{}',
      'a{',
      '*',
      '[x]',
      'k\n',
      '\u00e9',
      'e\u0301',
      '__proto__',
      'constructor',
      'toString',
    ];
    for (const key of keys) await a.set(key, `value of ${key}`);
    for (const key of keys) expect(await b.get(key)).toBe(`value of ${key}`);
    expect([...(await b.getMany(keys)).keys()]).toEqual(keys);
    await b.invalidate({ key: '*' });
    expect([...(await b.getMany(keys)).keys()]).toEqual(keys.filter((key) => key !== '*'));
  });

  test('a value moves its expiry on all nodes when one touches it', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a, b] = caches;
    await a.set('k', 1, { ttlMs: 60_000 });
    await b.get('k');
    expect(await b.touch('k', 500_000)).toBe(true);
    await soon('the other node', async () => ((await a.entry('k'))?.ttlLeftMs ?? 0) > 400_000);
    await a.invalidate({ key: 'k' });
    expect(await a.touch('k', 500_000)).toBe(false);
  });

  test('what one node expires another may still have in its stead', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a, b] = caches;
    const options = { graceMs: 60_000 };
    await a.set('k', 'OLD', options);
    await b.get('k');
    await a.expire({ key: 'k' });
    await soon('it is not fresh there', async () => (await b.get('k')) === undefined);
    // Tracking tells of both keys of an entry, and not what became of it: a load that the second message meets has nothing at hand.
    const stale = () => b.getOrSet<unknown>('k', () => Promise.reject(new Error('down')), options).catch(() => 'none');
    await soon('the old value is served', async () => (await stale()) === 'OLD');
    expect(await b.getOrSet('k2', () => 'NEW', options)).toBe('NEW');
  });

  test('a node that joins later has what the others have, and obeys what they invalidated', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a] = caches;
    await a.set('old', 'OLD', { tags: ['t'] });
    await a.set('kept', 'KEPT');
    await a.invalidate({ tags: ['t'] });
    await using late = openNodes(connect, { kind, count: 1, name: nodes.name });
    const [cache] = late.caches as readonly [Cache];
    expect(await cache.get('old')).toBeUndefined();
    expect(await cache.get('kept')).toBe('KEPT');
  });

  test('one load fills all nodes, where it is asked for', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    let loads = 0;
    const load = async (): Promise<string> => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'v';
    };
    const all = caches.flatMap((cache) =>
      Array.from({ length: 50 }, () => cache.getOrSet('k', load, { fill: 'cluster' })),
    );
    expect(new Set(await Promise.all(all))).toEqual(new Set(['v']));
    expect(loads).toBe(1);
  });

  test('a load that outlasts its lease is taken over once, and stored', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    let loads = 0;
    let calls = 0;
    const load = async (): Promise<number> => {
      const run = ++loads;
      await new Promise((resolve) => setTimeout(resolve, 600));
      return run;
    };
    const began = performance.now();
    const ask = async (cache: Cache): Promise<void> => {
      for (; performance.now() - began < 1_400; calls++) {
        await cache.getOrSet('k', load, { fill: 'cluster', leaseMs: 400 });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(caches.map(ask));
    expect(loads).toBe(2);
    expect(calls).toBeGreaterThan(10);
  });

  test('a failed owner frees the load at once', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    const [a, b] = caches;
    const began = performance.now();
    const failing = a.getOrSet('k', () => Promise.reject(new Error('down')), { fill: 'cluster' });
    await expect(failing).rejects.toThrow('down');
    expect(await b.getOrSet('k', () => 'v', { fill: 'cluster', leaseMs: 10_000 })).toBe('v');
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('a call runs once over all nodes, and all have its result', async () => {
    const { nodes, caches } = await three();
    await using _ = nodes;
    let runs = 0;
    const fn = async (): Promise<{ n: number }> => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { n: runs };
    };
    const results = await Promise.all(caches.map((cache) => cache.once('order-1', fn)));
    expect(results).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    await caches[0].invalidate({ all: true });
    expect(await caches[1].once('order-1', fn)).toEqual({ n: 1 });
    expect(runs).toBe(1);
  });
}
