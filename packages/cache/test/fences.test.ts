import { busCoherence, createCache, memoryTier, type Target } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { type Bus, localBus } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { gated, nodesOf } from './two-nodes.ts';

const targets: readonly { readonly name: string; readonly target: Target }[] = [
  { name: 'its key', target: { key: 'user:1' } },
  { name: 'one of several keys', target: { keys: ['x', 'user:1'] } },
  { name: 'its tag', target: { tags: ['t'] } },
  { name: 'its prefix', target: { prefix: 'user:' } },
  { name: 'everything', target: { all: true } },
];

test.for(targets)('stores nothing of a load during which $name was invalidated', async ({ target }) => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const slow = gated<string>();
  const waiters = [1, 2, 3].map(() => cache.getOrSet('user:1', slow.load, { tags: ['t'] }));
  await clock.advance(0);
  await cache.invalidate(target);
  const fresh = await cache.getOrSet('user:1', () => 'NEW', { tags: ['t'] });
  slow.give('OLD');
  expect(await Promise.all(waiters)).toEqual(['OLD', 'OLD', 'OLD']);
  expect(fresh).toBe('NEW');
  expect(await cache.get('user:1')).toBe('NEW');
  expect(cache.stats().discardedFills).toBe(1);
});

test.for(targets)(
  'stores nothing anywhere of a load on another node during which $name was invalidated',
  async ({ target }) => {
    const { nodes, clock, tier } = nodesOf(3);
    const [a, b, third] = nodes;
    await clock.advance(0);
    const slow = gated<string>();
    const old = a.getOrSet('user:1', slow.load, { tags: ['t'] });
    await clock.advance(0);
    await b.invalidate(target);
    slow.give('OLD');
    expect(await old).toBe('OLD');
    await clock.advance(0);
    expect(await third?.get('user:1')).toBe(undefined);
    const loads = { a: 0, b: 0 };
    expect(await a.getOrSet('user:1', () => `NEW${loads.a++}`, { tags: ['t'] })).toBe('NEW0');
    expect(await b.getOrSet('user:1', () => `NEW${loads.b++}`, { tags: ['t'] })).toBe('NEW0');
    expect(tier.name).toBe('memory');
  },
);

test.for(targets)('does the same without any message between the nodes: $name', async ({ target }) => {
  const { nodes, clock } = nodesOf(2, { deaf: true, l1: false });
  const [a, b] = nodes;
  const slow = gated<string>();
  const old = a.getOrSet('user:1', slow.load, { tags: ['t'] });
  await clock.advance(0);
  await b.invalidate(target);
  slow.give('OLD');
  expect(await old).toBe('OLD');
  expect(await a.getOrSet('user:1', () => 'NEW', { tags: ['t'] })).toBe('NEW');
  expect(await b.get('user:1')).toBe('NEW');
});

test('stores nothing with a tag that only the loader knows and that was invalidated meanwhile', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const slow = gated<string>();
  const first = cache.getOrSet('k', async ({ tags }) => {
    const value = await slow.load();
    tags('late');
    return value;
  });
  await clock.advance(0);
  await cache.invalidate({ tags: ['late'] });
  // Who comes now joins, for nobody knows the tag yet, and must not get what the first one gets.
  const second = cache.getOrSet('k', () => 'NEW');
  await clock.advance(0);
  slow.give('OLD');
  expect(await first).toBe('OLD');
  expect(await second).toBe('NEW');
  expect(await cache.get('k')).toBe('NEW');
});

test('gives nobody who came after an invalidation what began before it, whatever is invalidated later', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const slow = gated<string>();
  const tagged = { tags: () => ['t'] };
  const first = cache.getOrSet('k', slow.load, tagged);
  await clock.advance(0);
  await cache.invalidate({ tags: ['t'] });
  const second = cache.getOrSet('k', () => 'NEW', tagged);
  await clock.advance(0);
  await cache.invalidate({ all: true });
  slow.give('OLD');
  expect([await first, await second]).toEqual(['OLD', 'NEW']);
});

test('lets a set win over an older load, here and on another node', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  const slow = gated<string>();
  const old = a.getOrSet('k', slow.load);
  await clock.advance(0);
  await b.set('k', 'NEW');
  await clock.advance(0);
  slow.give('OLD');
  expect(await old).toBe('OLD');
  expect([await a.get('k'), await b.get('k')]).toEqual(['NEW', 'NEW']);
});

test('stores no background refresh that began before an invalidation and ended after it', async () => {
  const { nodes, clock } = nodesOf(2);
  const [a, b] = nodes;
  const early = { ttlMs: 1_000, earlyRefresh: { kind: 'threshold', ratio: 0.5 } } as const;
  await a.getOrSet('k', () => 'V1', early);
  await clock.advance(600);
  const slow = gated<string>();
  expect(await a.getOrSet('k', slow.load, early)).toBe('V1');
  await clock.advance(0);
  expect(slow.runs()).toBe(1);
  await b.invalidate({ key: 'k' });
  await clock.advance(0);
  slow.give('OLD');
  await clock.advance(0);
  expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined]);
});

test('gives the same results whatever the clocks of the nodes say', async () => {
  const { nodes, clock, tier, bus } = nodesOf(1);
  const { busCoherence } = await import('@xc/cache');
  const skewed = (offset: number) => ({
    now: () => clock.now() + offset,
    monotonic: () => clock.monotonic(),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    after: (ms: number, fn: () => void) => clock.after(ms, fn),
    every: (ms: number, fn: () => void) => clock.every(ms, fn),
  });
  const hour = 3_600_000;
  const a = createCache({ clock: skewed(hour), l2: tier, coherence: busCoherence(bus) });
  const b = createCache({ clock: skewed(-hour), l2: tier, coherence: busCoherence(bus) });
  await a.set('k', 1, { tags: ['t'] });
  expect(await b.get('k')).toBe(1);
  await b.invalidate({ tags: ['t'] });
  await clock.advance(0);
  expect([await a.get('k'), await b.get('k'), await nodes[0].get('k')]).toEqual([undefined, undefined, undefined]);
  await b.set('k', 2, { tags: ['t'], ttlMs: 5_000, jitter: 0 });
  clock.set(clock.now() + hour);
  expect(await a.get('k')).toBe(2);
  await clock.advance(5_000);
  expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined]);
});

test('counts what was not stored by its reason and tells of it', async () => {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const facts: unknown[] = [];
  cache.on('discard', (fact) => facts.push(fact));
  for (const [key, target] of [
    ['a', { key: 'a' }],
    ['b', { tags: ['t'] }],
    ['c', { prefix: 'c' }],
  ] as const) {
    const slow = gated<number>();
    const load = cache.getOrSet(key, slow.load, { tags: ['t'] });
    await clock.advance(0);
    await cache.invalidate(target as Target);
    slow.give(1);
    await load;
  }
  expect(facts).toEqual([
    { key: 'a', reason: 'key' },
    { key: 'b', reason: 'tag' },
    { key: 'c', reason: 'prefix' },
  ]);
});

test('does not store a load that took longer than a fence stands', async () => {
  const { nodes, clock } = nodesOf(1);
  const [cache] = nodes;
  const reasons: string[] = [];
  cache.on('discard', ({ reason }) => reasons.push(reason));
  const slow = gated<string>();
  const load = cache.getOrSet('k', slow.load, { hardTimeoutMs: 300_000 });
  await clock.advance(60_001);
  slow.give('late');
  expect(await load).toBe('late');
  expect(reasons).toEqual(['slow']);
  expect(await cache.get('k')).toBe(undefined);
});

test.for(['its message comes after', 'its message is on its way'])(
  'keeps what the second level gave meanwhile over a load that began while it was away: %s',
  async (when) => {
    const clock = new ManualClock();
    const tier = memoryTier({ clock });
    const faults = { fail: 0, random: new SeededRandom(1), clock };
    const inner = localBus();
    const held: (() => Promise<void>)[] = [];
    let holding = false;
    const bus: Bus = {
      ...inner,
      subscribe: (channel, handlers) => inner.subscribe(channel, handlers),
      publish: async (channel, message) => {
        if (holding) held.push(() => inner.publish(channel, message));
        else await inner.publish(channel, message);
      },
    };
    const options = { clock, coherence: busCoherence(bus), recovery: { retryMs: 50 } };
    const writer = createCache({ ...options, l2: tier });
    const reader = createCache({ ...options, l2: chaosTier(tier, faults) });
    await clock.advance(0);
    faults.fail = 1;
    const slow = gated<string>();
    const old = reader.getOrSet('k', slow.load);
    await clock.advance(0);
    expect(slow.runs()).toBe(1);
    faults.fail = 0;
    holding = true;
    await writer.set('k', 'NEW');
    for (let tries = 0; tries < 20 && (await reader.get('k')) === undefined; tries++) await clock.advance(50);
    expect(reader.peek('k')).toBe('NEW');
    holding = false;
    if (when === 'its message comes after') for (const send of held.splice(0)) await send();
    slow.give('OLD');
    expect(await old).toBe('OLD');
    await clock.advance(0);
    for (const send of held) await send();
    expect(await reader.get('k')).toBe('NEW');
    expect(reader.peek('k')).toBe('NEW');
    expect(reader.stats().discardedFills).toBe(1);
  },
);
