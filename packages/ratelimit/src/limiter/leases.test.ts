import { ManualClock, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createRateLimiter } from './create-rate-limiter.ts';
import type { Lease } from './lease.ts';

function opened(ttlMs?: number) {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const limiter = createRateLimiter({
    limits: {
      slots: { algorithm: 'concurrency', limit: 2, ttlMs },
      calls: { algorithm: 'fixed', limit: 10, windowMs: 60_000 },
    },
    clock,
    meter,
    random: new SeededRandom(1),
  });
  const lease = async (options?: Parameters<typeof limiter.lease>[1]) => {
    const held = await limiter.lease('k', options);
    if (!held.allowed) throw new Error(`refused for ${held.retryAfterMs} ms`);
    return held as Lease<'slots' | 'calls'>;
  };
  return { clock, limiter, lease, leases: () => meter.value('xc_ratelimit_leases') };
}

test('holds units until they are released, and only once', async () => {
  const { limiter, lease, leases } = opened();
  const [first, second] = [await lease(), await lease()];
  expect(first.id).not.toBe(second.id);
  expect(second.limits).toMatchObject({ slots: { remaining: 0 }, calls: { remaining: 8 } });
  const refused = await limiter.lease('k');
  expect(refused).toMatchObject({ allowed: false, violated: ['slots'], limits: { calls: { remaining: 8 } } });
  expect(leases()).toBe(2);
  expect([await first.release(), await first.release()]).toEqual([true, false]);
  expect((await limiter.lease('k')).allowed).toBe(true);
  expect(await second.renew()).toBe(true);
});

test('renews by itself for as long as it is held', async () => {
  const { clock, lease, leases } = opened();
  const held = await lease();
  await clock.advance(10 * 30_000);
  expect(held.signal.aborted).toBe(false);
  expect(await held.release()).toBe(true);
  await clock.advance(60_000);
  expect([leases(), clock.pending]).toEqual([0, 0]);
});

test('is lost at its end, not before, when nobody renews it', async () => {
  const { clock, limiter, lease, leases } = opened(5_000);
  const [held] = [await lease({ renew: 'manual' }), await lease({ renew: 'manual', ttlMs: 60_000 })];
  await clock.advance(4_999);
  expect([held.signal.aborted, (await limiter.lease('k')).allowed]).toEqual([false, false]);
  await clock.advance(1);
  expect(held.signal.reason).toMatchObject({ code: 'XC_RATELIMIT_LEASE_LOST' });
  const next = await lease({ renew: 'manual' });
  expect([await held.release(), await held.renew()]).toEqual([false, false]);
  // The late release has freed nobody else's slot.
  expect((await limiter.lease('k')).allowed).toBe(false);
  expect(await next.release()).toBe(true);
  expect(leases()).toBe(1);
});

test('lasts as long as a renewal says', async () => {
  const { clock, lease } = opened(5_000);
  const held = await lease({ renew: 'manual' });
  await clock.advance(4_000);
  expect(await held.renew(10_000)).toBe(true);
  await clock.advance(9_999);
  expect(held.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(held.signal.aborted).toBe(true);
});

test('refuses for no longer than until the earliest lease could end', async () => {
  const { clock, limiter, lease } = opened(5_000);
  await lease({ renew: 'manual' });
  await clock.advance(1_000);
  await lease({ renew: 'manual' });
  const refused = await limiter.lease('k');
  expect(refused).toMatchObject({ allowed: false, retryAfterMs: 4_000 });
  await clock.advance(4_000);
  expect((await limiter.lease('k')).allowed).toBe(true);
});

test('waits in line for a slot, and has it as soon as one is released here', async () => {
  const { clock, limiter, lease } = opened();
  const held = await lease();
  await lease();
  const waiter = limiter.lease('k', { maxWaitMs: 60_000 });
  await clock.advance(50);
  await held.release();
  await clock.advance(0);
  expect((await waiter).allowed).toBe(true);
});

test('is released where its scope ends', async () => {
  const { lease } = opened();
  {
    await using one = await lease();
    await using other = await lease();
    expect([one.allowed, other.allowed]).toEqual([true, true]);
  }
  await lease();
  await lease();
});

test('gives back what it charged to other limits, and keeps its slot', async () => {
  const { limiter, lease } = opened();
  const held = await lease();
  expect([await limiter.refund(held), await limiter.refund(held)]).toEqual([true, false]);
  expect((await limiter.peek('k', { cost: 0 })).limits).toMatchObject({
    slots: { remaining: 1 },
    calls: { remaining: 10 },
  });
});

test('refuses options that cannot be', async () => {
  const { limiter } = opened();
  for (const options of [{ ttlMs: 0 }, { ttlMs: 1.5 }, { maxWaitMs: -1 }]) {
    await expect(limiter.lease('k', options)).rejects.toThrow(RangeError);
  }
  await expect(limiter.lease('k', { renew: 'never' as never })).rejects.toThrow(TypeError);
  expect((await limiter.peek('k', { cost: 0 })).limits.slots?.remaining).toBe(2);
});

test('refuses to be renewed for a time that cannot be, and runs on as it did', async () => {
  const { clock, lease, limiter } = opened(300);
  const held = await lease({ renew: 'manual' });
  await clock.advance(100);
  for (const ttlMs of ['1m' as never, 0, -1, 1.5, Number.NaN])
    await expect(held.renew(ttlMs)).rejects.toThrow(RangeError);
  await clock.advance(199);
  expect([held.signal.aborted, (await limiter.peek('k', { cost: 0 })).limits.slots?.remaining]).toEqual([false, 1]);
  await clock.advance(1);
  expect([held.signal.aborted, (await limiter.peek('k', { cost: 0 })).limits.slots?.remaining]).toEqual([true, 2]);
});
