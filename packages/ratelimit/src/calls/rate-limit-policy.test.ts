import { type CallContext, compose, isXcError, type Policy, type RunOptions, type Task } from '@xc/core';
import { describe, expect, test } from 'vitest';
import { rejected, scriptedLimiter } from '../../test/scripted-limiter.ts';
import { rateLimitPolicy } from './rate-limit-policy.ts';
import type { RateLimitedError } from './rate-limited-error.ts';

describe('rateLimitPolicy', () => {
  test('counts a run by its key and runs the task', async () => {
    const { limiter, asked } = scriptedLimiter();
    await expect(rateLimitPolicy(limiter).run(({ key }) => key, { key: 'ada' })).resolves.toBe('ada');
    expect(asked).toEqual([['take', 'ada', {}]]);
  });

  test('rejects with the decision, and does not start the task', async () => {
    let started = false;
    const run = rateLimitPolicy(scriptedLimiter(rejected).limiter).run(
      () => {
        started = true;
      },
      { key: 'ada' },
    );
    const error = await run.catch((thrown: unknown) => thrown);
    expect(isXcError(error, 'XC_RATELIMIT_REJECTED')).toBe(true);
    expect((error as RateLimitedError).decision).toBe(rejected);
    expect(error).toMatchObject({
      name: 'RateLimitedError',
      retryAfterMs: 250,
      retryable: true,
      message: 'refused by a',
      details: { retryAfterMs: 250, violated: ['a'], refusedBy: 'ratelimit' },
    });
    expect(started).toBe(false);
  });

  test('waits in line when it is told to', async () => {
    const { limiter, asked } = scriptedLimiter();
    const { signal } = new AbortController();
    await rateLimitPolicy(limiter, { wait: true, maxWaitMs: 500 }).run(() => 1, { key: 'ada', signal });
    await rateLimitPolicy(limiter, { wait: true }).run(() => 1, { key: 'ada' });
    expect(asked).toEqual([
      ['wait', 'ada', { maxWaitMs: 500, signal }],
      ['wait', 'ada', {}],
    ]);
  });

  test('rejects a run without a key', async () => {
    const { limiter, asked } = scriptedLimiter();
    await expect(rateLimitPolicy(limiter).run(() => 1)).rejects.toThrow(TypeError);
    await expect(rateLimitPolicy(limiter).run(undefined as never, { key: 'ada' })).rejects.toThrow(TypeError);
    expect(asked).toEqual([]);
  });

  test('rejects with the reason of an abort at once, before and while the task runs', async () => {
    const { limiter } = scriptedLimiter();
    const policy = rateLimitPolicy(limiter);
    await expect(policy.run(() => 1, { key: 'a', signal: AbortSignal.abort('before') })).rejects.toBe('before');
    const controller = new AbortController();
    const run = policy.run(() => new Promise(() => {}), { key: 'a', signal: controller.signal });
    await Promise.resolve();
    controller.abort('while');
    await expect(run).rejects.toBe('while');
  });

  test('hands the context of a policy around it on as it is, and leaves its signal unread', async () => {
    let read = false;
    const context: CallContext = {
      attempt: 3,
      deadline: 7,
      key: 'ada',
      get signal() {
        read = true;
        return new AbortController().signal;
      },
    };
    const outer: Policy = { name: 'outer', run: async <T>(task: Task<T>, _options?: RunOptions) => task(context) };
    const policy = compose(outer, rateLimitPolicy(scriptedLimiter().limiter));
    await expect(policy.run((seen) => seen === context)).resolves.toBe(true);
    expect(read).toBe(false);
  });

  test('passes on what the task throws', async () => {
    const error = new Error('no');
    const policy = rateLimitPolicy(scriptedLimiter().limiter);
    await expect(policy.run(() => Promise.reject(error), { key: 'a' })).rejects.toBe(error);
    expect(policy.name).toBe('ratelimit');
  });

  test('refuses what is no limiter, and a wait that cannot be', () => {
    const { limiter } = scriptedLimiter();
    expect(() => rateLimitPolicy({} as never)).toThrow(TypeError);
    expect(() => rateLimitPolicy(limiter, { wait: true, maxWaitMs: '1m' as never })).toThrow(RangeError);
    expect(() => rateLimitPolicy(limiter, { maxWaitMs: -1 })).toThrow(/^maxWaitMs must be /);
  });
});
