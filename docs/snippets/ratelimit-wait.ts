import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createRateLimiter } from '@xc/ratelimit';

const clock = new ManualClock(); // in an application: leave it out
const limiter = createRateLimiter({
  limits: { smtp: { limit: 2, windowMs: 1_000, burst: 1 } },
  clock,
});

// A worker that sends letters no faster than the mail server takes them.
const sent: string[] = [];
async function send(letter: string, signal?: AbortSignal) {
  const decision = await limiter.wait('mail.example.com', {
    maxWaitMs: 60_000,
    ...(signal && { signal }),
  });
  if (!decision.allowed) throw new Error('not within a minute');
  sent.push(`${letter}@${clock.monotonic()}`);
}

const leaving = ['a', 'b', 'c'].map((letter) => send(letter));
await clock.advance(1_000);
await Promise.all(leaving);
// In order, each as soon as it may: nobody asks again and again.
assert.deepEqual(sent, ['a@0', 'b@500', 'c@1000']);
