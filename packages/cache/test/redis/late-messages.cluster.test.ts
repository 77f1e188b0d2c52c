import { Cluster } from 'ioredis';
import { expect, inject, test } from 'vitest';
import type { Cache } from '../../src/index.ts';
import { openNodes } from './nodes.ts';

test('with tracking a load is stored that was begun after an invalidation, though all masters tell of it, some of them late', async () => {
  for (let round = 0; round < 40; round += 1) {
    await using nodes = openNodes(() => new Cluster(inject('cluster')), { kind: 'tracking' });
    await nodes.joined();
    const [a, b, c] = nodes.caches as unknown as readonly [Cache, Cache, Cache];
    await a.getOrSet('k', () => 'OLD');
    await b.invalidate({ key: 'k' });
    expect(await c.getOrSet('k', () => 'NEW')).toBe('NEW');
    await c.settled();
    expect(await a.get('k'), `round ${round}`).toBe('NEW');
  }
});
