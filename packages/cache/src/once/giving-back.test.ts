import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createCache } from '../create-cache.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';

/** A tier that can be told to do what is asked of it late, each call in its turn or not, and one cache on it beside another. */
function setUp() {
  const clock = new ManualClock(1_700_000_000_000);
  const tier = memoryTier({ clock });
  let lateMs: (method: string) => number = () => 0;
  const slow = <Args extends unknown[], T>(method: string, call: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      const ms = lateMs(method);
      if (ms > 0) await clock.sleep(ms);
      return call(...args);
    };
  };
  const slowed = (space: TierSpace): TierSpace => ({
    ...space,
    groups: slow('groups', space.groups),
    onceBegin: slow('begin', space.onceBegin),
    onceAbandon: slow('abandon', space.onceAbandon),
  });
  const slowTier: Tier = { ...tier, open: (cache) => slowed(tier.open(cache)) };
  return {
    clock,
    tier,
    here: createCache({ clock, l2: slowTier }),
    there: createCache({ clock, l2: tier }),
    late: (ms: (method: string) => number) => {
      lateMs = ms;
    },
  };
}

const away = { code: 'XC_CACHE_UNAVAILABLE' };

test.for([
  ['after it was granted', 1_001],
  ['before it was granted', 0],
] as const)('a right to run that comes too late goes back, though it is given back %s', async ([, abandonMs]) => {
  const { clock, here, there, late } = setUp();
  late((method) => (method === 'abandon' ? abandonMs : 1_000));
  let runs = 0;
  const refused = expect(here.once('k', async () => runs++)).rejects.toMatchObject(away);
  await clock.advance(150);
  await refused;
  await clock.advance(1_000);
  late(() => 0);
  await clock.advance(5_000);
  const facts = there.once('k', async ({ attempt }) => ({ attempt, runs }), { onCrash: 'reject', waitMs: 0 });
  expect(await facts).toEqual({ attempt: 1, runs: 0 });
  await here.settled();
});

test('a record that was taken over too late is again what the one that died has left', async () => {
  const { clock, tier, here, there, late } = setUp();
  // Its clock stands still, so it renews nothing: as good as dead.
  const gone = createCache({ clock: new ManualClock(), l2: tier });
  void gone.once('k', () => new Promise(() => {}), { leaseMs: 1_000 });
  await clock.advance(1_000);
  late((method) => (method === 'begin' ? 300 : 400));
  const refused = expect(here.once('k', async () => 'never')).rejects.toMatchObject(away);
  await clock.advance(150);
  await refused;
  await clock.advance(1_000);
  const crashed = there.once('k', async () => 'never', { onCrash: 'reject' });
  await expect(crashed).rejects.toMatchObject({ code: 'XC_CACHE_ONCE_CRASHED' });
  expect(await there.once('k', async ({ attempt }) => attempt)).toBe(2);
});

test('a key whose function failed while the second level was away is free when that is back', async () => {
  const { clock, here, there, late } = setUp();
  const failed = expect(
    here.once('k', async () => {
      late(() => 1_000);
      throw new Error('boom');
    }),
  ).rejects.toThrow('boom');
  await clock.advance(150);
  await failed;
  late(() => 0);
  await clock.advance(1_000);
  expect(await there.once('k', async () => 'next', { waitMs: 0 })).toBe('next');
});

test('whoever leaves before it is known that it may run leaves the key free', async () => {
  const { clock, here, there, late } = setUp();
  late((method) => (method === 'begin' ? 100 : 0));
  const controller = new AbortController();
  const left = expect(here.once('k', async () => 'never', { signal: controller.signal })).rejects.toThrow('left');
  await clock.advance(50);
  controller.abort(new Error('left'));
  await left;
  await clock.advance(100);
  expect(await there.once('k', async () => 'next', { waitMs: 0 })).toBe('next');
});
