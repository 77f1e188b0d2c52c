import assert from 'node:assert/strict';
import { busCoherence, createCache, memoryTier } from '@xc/cache';
import { localBus } from '@xc/core';

// redisTier(client) and pubsub(client) in production; see @xc/cache/redis.
const l2 = memoryTier();
const bus = localBus();
const node = () => createCache({ l2, coherence: busCoherence(bus) });

await using a = node();
await using b = node();

assert.equal(await a.getOrSet('price', async () => 10), 10);
assert.equal(await b.getOrSet('price', async () => 99), 10); // from the second level

await a.invalidate({ key: 'price' });
assert.equal(await b.getOrSet('price', async () => 12), 12);
assert.equal(await a.get('price'), 12);
