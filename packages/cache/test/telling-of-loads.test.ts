import { busCoherence, createCache, memoryTier } from '@xc/cache';
import { chaosTier } from '@xc/cache/testing';
import { localBus } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { gated } from './two-nodes.ts';

function metered(options: Parameters<typeof createCache>[0] = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const meter = new RecordingMeter();
  const cache = createCache({
    clock,
    meter,
    name: 'shop',
    defaults: { jitter: 0, earlyRefresh: 'off', ttlMs: 1_000 },
    ...options,
  });
  const value = (name: string, labels: Record<string, string> = {}): number =>
    meter.value(`xc_cache_${name}`, { cache: 'shop', ...labels }) ?? 0;
  return { cache, clock, meter, value };
}

test('a load behind the back of one who got the stale value is a refresh, counted once with what came of it', async () => {
  const { cache, clock, value } = metered();
  const refreshes = (outcome: string) => value('refreshes_total', { kind: 'stale', outcome });
  const options = { graceMs: 60_000, softTimeoutMs: 50, graceThrottleMs: 1 };
  const failed: unknown[] = [];
  cache.on('refreshError', (fact) => failed.push(fact));
  const slowly = async () => {
    await clock.advance(2_000);
    const slow = gated<string>();
    const calls = [cache.getOrSet('k', slow.load, options), cache.getOrSet('k', slow.load, options)];
    await clock.advance(50);
    expect(await Promise.all(calls)).toEqual(['old', 'old']);
    return slow;
  };
  await cache.set('k', 'old', options);
  (await slowly()).fail('boom');
  await clock.advance(0);
  expect([refreshes('ok'), refreshes('error'), refreshes('discarded')]).toEqual([0, 1, 0]);
  expect(failed).toEqual([{ key: 'k', error: 'boom' }]);

  const overtaken = await slowly();
  await cache.set('k', 'old', options);
  overtaken.give('late');
  await clock.advance(0);
  expect([refreshes('ok'), refreshes('error'), refreshes('discarded')]).toEqual([0, 1, 1]);

  (await slowly()).give('new');
  await cache.settled();
  expect([refreshes('ok'), refreshes('error'), refreshes('discarded')]).toEqual([1, 1, 1]);
  expect(await cache.get('k')).toBe('new');
});

test('a load that nobody waits for any more is counted as aborted where it gives up, and as nothing else', async () => {
  const { cache, value } = metered();
  const loads = () => ['ok', 'error', 'timeout', 'aborted'].map((outcome) => value('loads_total', { outcome }));
  const leaving = new AbortController();
  const reading = cache.getOrSet(
    'k',
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    { signal: leaving.signal },
  );
  await new Promise((resolve) => setImmediate(resolve));
  leaving.abort('gone');
  await expect(reading).rejects.toBe('gone');
  await new Promise((resolve) => setImmediate(resolve));
  expect(loads()).toEqual([0, 0, 0, 1]);
});

test('waits for the load of another node are counted by how they ended', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const tier = memoryTier({ clock });
  const bus = localBus();
  const [a, b, c] = [0, 1, 2].map(() => metered({ clock, l2: tier, coherence: busCoherence(bus) }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes were made');
  const waits = ({ value }: typeof a, outcome: string) => value('lease_waits_total', { outcome });
  const options = { fill: 'cluster', leaseMs: 1_000 } as const;

  const filling = gated<string>();
  const first = a.cache.getOrSet('k', filling.load, options);
  await clock.advance(0);
  const waiting = b.cache.getOrSet('k', () => 'own', options);
  await clock.advance(0);
  filling.give('filled');
  await clock.advance(0);
  await clock.advance(300);
  expect([await first, await waiting]).toEqual(['filled', 'filled']);
  expect([waits(b, 'filled'), waits(b, 'taken')]).toEqual([1, 0]);

  const dead = gated<string>();
  void a.cache.getOrSet('dead', dead.load, options).catch(() => {});
  await clock.advance(0);
  const taking = c.cache.getOrSet('dead', () => 'taken over', options);
  for (let polls = 0; polls < 30; polls++) await clock.advance(50);
  expect(await taking).toBe('taken over');
  expect([waits(c, 'filled'), waits(c, 'taken')]).toEqual([0, 1]);
});

test('the gauges show what is in memory, what waits, and whether the second level answers', async () => {
  const clock = new ManualClock(1_700_000_000_000);
  const faults = { fail: 0, drop: 0, clock, random: { next: () => 0.3 } };
  const { cache, value } = metered({ clock, l2: chaosTier(memoryTier({ clock }), faults) });
  const gauges = () => ['items', 'l2_up', 'recovery_queue'].map((name) => value(name));
  expect(gauges()).toEqual([0, 1, 0]);
  await cache.setMany([
    ['a', 1],
    ['b', 2],
  ]);
  expect(gauges()).toEqual([2, 1, 0]);
  expect(value('window_ratio')).toBeGreaterThan(0);
  faults.fail = 1;
  await cache.invalidate({ key: 'a' });
  expect(gauges()).toEqual([1, 0, 1]);
  faults.fail = 0;
  for (let seconds = 0; seconds < 5; seconds++) await clock.advance(1_000);
  await cache.settled();
  expect(gauges().slice(1)).toEqual([1, 0]);

  const bounded = metered({ clock, l1: { maxBytes: 1_000, weigh: () => 100 } });
  await bounded.cache.set('k', 'v');
  expect(bounded.value('bytes')).toBe(100);
});

test.for(['a meter', 'a logger'])('%s that throws decides about no call', async (what) => {
  const clock = new ManualClock();
  const fails = (): never => {
    throw new Error('no room for another series');
  };
  const cells = () => ({ at: () => ({ inc: fails, set: fails, add: fails, record: fails }) });
  const logger = { trace: fails, debug: fails, info: fails, warn: fails, error: fails, fatal: fails, child: fails };
  const told = what === 'a meter' ? { meter: { counter: cells, gauge: cells, histogram: cells } } : { logger };
  const cache = createCache({ clock, l1: { maxItems: 2 }, l2: memoryTier({ clock }), ...told });
  cache.on('fill', fails);
  for (const key of ['a', 'b', 'c', 'a']) expect(await cache.getOrSet(key, () => key)).toBe(key);
  const refused = cache.getOrSet('d', () => Promise.reject(new Error('the database is away')));
  await expect(refused).rejects.toThrow('the database is away');
  expect(await cache.invalidate({ all: true })).toMatchObject({ delivered: true });
  expect(await cache.get('a')).toBe(undefined);
  await cache[Symbol.asyncDispose]();
});
