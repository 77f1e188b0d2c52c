import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from './create-rate-limiter.ts';

const rules = [
  { limit: 10, windowMs: 10_000 },
  { algorithm: 'bucket', limit: 10, windowMs: 10_000 },
  { algorithm: 'bucket', limit: 10, windowMs: 10_000, refill: 'interval' },
  { algorithm: 'sliding', limit: 10, windowMs: 10_000 },
  { algorithm: 'fixed', limit: 10, windowMs: 10_000 },
  { algorithm: 'fixed', limit: 10, windowMs: 10_000, aligned: true },
  { algorithm: 'log', limit: 10, windowMs: 10_000 },
  { algorithm: 'quota', limit: 10, per: 'day' },
] as const;

for (const rule of rules) {
  const windowMs = 'windowMs' in rule ? rule.windowMs : 86_400_000;
  const open = () => {
    const clock = new ManualClock(1_800_000_000_000 - (1_800_000_000_000 % 86_400_000));
    const limiter = createRateLimiter({ limits: { it: rule }, clock });
    const left = () => limiter.takeSync('k', { cost: 0 }).limits.it?.remaining;
    return { clock, limiter, left };
  };

  describe(JSON.stringify(rule), () => {
    test('gives back what was charged, or a part of it, once', async () => {
      const { limiter, left } = open();
      const [one, other] = [limiter.takeSync('k', { cost: 4 }), limiter.takeSync('k', { cost: 5 })];
      expect(await limiter.refund(other, 2)).toBe(true);
      expect(left()).toBe(3);
      expect([await limiter.refund(one), await limiter.refund(one), await limiter.refund(other)]).toEqual([
        true,
        false,
        false,
      ]);
      expect(left()).toBe(7);
    });

    test('gives nothing back once the charge is over', async () => {
      const { clock, limiter, left } = open();
      const old = limiter.takeSync('k', { cost: 5 });
      await clock.advance(2 * windowMs);
      limiter.takeSync('k', { cost: 5 });
      expect(await limiter.refund(old)).toBe(false);
      expect(left()).toBe(5);
    });

    test('lets a settled cost go past the limit, by one capacity at the most, and waits exactly for it', async () => {
      const { clock, limiter } = open();
      const decision = limiter.takeSync('k', { cost: 5 });
      expect(await limiter.settle(decision, 500)).toBe(true);
      const refused = limiter.takeSync('k');
      expect(refused).toMatchObject({ allowed: false, limits: { it: { remaining: 0 } } });
      expect(refused.retryAfterMs).toBeLessThanOrEqual(2 * windowMs);
      await clock.advance(refused.retryAfterMs - 1);
      expect(limiter.takeSync('k').allowed).toBe(false);
      await clock.advance(1);
      expect(limiter.takeSync('k').allowed).toBe(true);
      expect(await limiter.settle(decision, 1)).toBe(false);
    });

    test('settles for less', async () => {
      const { limiter, left } = open();
      expect(await limiter.settle(limiter.takeSync('k', { cost: 8 }), 3)).toBe(true);
      expect(left()).toBe(7);
    });
  });
}

test('corrects nothing that was not charged', async () => {
  const limiter = createRateLimiter({ limits: { it: rules[4] }, clock: new ManualClock() });
  const refused = limiter.takeSync('k', { cost: 11 });
  expect([await limiter.refund(refused), await limiter.settle(refused, 3)]).toEqual([false, false]);
  expect(await limiter.refund(await limiter.peek('k'))).toBe(false);
  expect(await limiter.refund(limiter.takeSync('k', { cost: 0 }))).toBe(false);
  expect(await limiter.refund({ ...limiter.takeSync('k') })).toBe(false);
});

test('gives back no more than was charged', async () => {
  const limiter = createRateLimiter({ limits: { it: rules[4] }, clock: new ManualClock() });
  const decision = limiter.takeSync('k', { cost: 3 });
  for (const units of [4, -1, 1.5, Number.NaN])
    await expect(limiter.refund(decision, units)).rejects.toThrow(RangeError);
  for (const cost of [-1, 1.5, '3' as never]) await expect(limiter.settle(decision, cost)).rejects.toThrow(RangeError);
  expect(await limiter.refund(decision, 3)).toBe(true);
});

test('gives back time that was charged at another rate', async () => {
  const clock = new ManualClock();
  const limiter = createRateLimiter({ limits: { it: { limit: 10, windowMs: 10_000 } }, clock });
  const decision = limiter.takeSync('k', { cost: 2 });
  limiter.update({ it: { limit: 100 } });
  await limiter.refund(decision);
  expect(limiter.takeSync('k', { cost: 0 }).limits.it).toMatchObject({ remaining: 100, resetAfterMs: 0 });
});

test('settles the limits whose cost was measured, and leaves those that count calls', async () => {
  const limiter = createRateLimiter({
    limits: { calls: rules[4], tokens: { ...rules[4], limit: 1_000 } },
    clock: new ManualClock(),
  });
  await limiter.settle(limiter.takeSync('k', { cost: { tokens: 500 } }), 734);
  const { limits } = limiter.takeSync('k', { cost: 0 });
  expect([limits.calls?.remaining, limits.tokens?.remaining]).toEqual([9, 266]);
});
