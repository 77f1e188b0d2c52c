import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createRateLimiter } from './create-rate-limiter.ts';
import type { BlockedEvent } from './limiter-events.ts';

const escalate = { after: 3, withinMs: 60_000, blockMs: 5_000, factor: 3, maxBlockMs: 20_000, forgetMs: 100_000 };

function opened(more: { readonly mode?: 'shadow' } = {}) {
  const clock = new ManualClock(1_800_000_000_000);
  const blocks: BlockedEvent[] = [];
  const limiter = createRateLimiter({
    limits: { logins: { algorithm: 'fixed', limit: 1, windowMs: 1_000, escalate, ...more } },
    events: { blocked: (event) => blocks.push(event) },
    clock,
  });
  /** Is refused so many times, and says what the last refusal said. */
  const refused = (times: number) => {
    let last = limiter.takeSync('a');
    for (let time = 1; time < times; time++) last = limiter.takeSync('a');
    return last;
  };
  return { clock, limiter, blocks, refused };
}

test('blocks at the last strike, longer each time, up to the longest block', async () => {
  const { clock, limiter, refused, blocks } = opened();
  for (const blockMs of [5_000, 15_000, 20_000, 20_000]) {
    expect(limiter.takeSync('a').allowed).toBe(true);
    expect(refused(2)).toMatchObject({ retryAfterMs: 1_000, limits: { logins: { blocked: false } } });
    expect(await limiter.peek('a')).toMatchObject({ retryAfterMs: blockMs, limits: { logins: { blocked: true } } });
    expect(refused(1)).toMatchObject({ retryAfterMs: blockMs, limits: { logins: { blocked: true } } });
    await clock.advance(blockMs - 1);
    // Refusals during a block neither extend it nor count.
    expect(refused(50)).toMatchObject({ retryAfterMs: 1, violated: ['logins'] });
    await clock.advance(1);
  }
  expect(blocks.map(({ retryAfterMs }) => retryAfterMs)).toEqual([5_000, 15_000, 20_000, 20_000]);
});

test('forgets how often it has blocked', async () => {
  const { clock, limiter, refused } = opened();
  limiter.takeSync('a');
  refused(3);
  await clock.advance(5_000 + 100_000);
  limiter.takeSync('a');
  expect(refused(3).retryAfterMs).toBe(5_000);
});

test('counts strikes from the first, and only those within the time', async () => {
  const { clock, refused } = opened();
  for (let second = 0; second < 30; second++) {
    refused(1);
    expect(refused(1).limits.logins?.blocked).toBe(false);
    await clock.advance(60_000);
  }
});

test('takes no strike from a call that could never be', () => {
  const { limiter } = opened();
  for (let call = 0; call < 10; call++) limiter.takeSync('a', { cost: 2 });
  expect(limiter.takeSync('a').allowed).toBe(true);
});

test('blocks nobody in shadow mode', () => {
  const { refused, blocks } = opened({ mode: 'shadow' });
  expect(refused(20)).toMatchObject({ allowed: true, limits: { logins: { blocked: false, shadowed: true } } });
  expect(blocks).toEqual([]);
});

test('blocks by hand whatever the count, and a shorter block does not shorten it', async () => {
  const { clock, limiter, blocks } = opened();
  await limiter.block('logins', 'b', 10_000);
  await limiter.block('logins', 'b', 1_000);
  expect(limiter.takeSync('b')).toMatchObject({
    allowed: false,
    retryAfterMs: 10_000,
    limits: { logins: { remaining: 0 } },
  });
  expect(blocks).toHaveLength(1);
  await clock.advance(10_000);
  expect(limiter.takeSync('b').allowed).toBe(true);
});

test('forgets count, block and escalation of a key that is reset', async () => {
  const { limiter, refused } = opened();
  limiter.takeSync('a');
  refused(3);
  await limiter.reset('logins', 'a');
  expect(limiter.takeSync('a').allowed).toBe(true);
  expect(refused(2).limits.logins?.blocked).toBe(false);
  expect(refused(1).retryAfterMs).toBe(5_000);
});
