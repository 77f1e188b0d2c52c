import type { Policy } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import {
  bulkhead,
  chaos,
  createBreaker,
  createBreakers,
  fallback,
  fromPreset,
  hedge,
  pipeline,
  retry,
  throttle,
  timeout,
} from '../index.ts';

const policies: Readonly<Record<string, () => Policy>> = {
  breaker: createBreaker,
  breakers: createBreakers,
  retry,
  timeout: () => timeout(100),
  hedge: () => hedge(10),
  bulkhead: () => bulkhead(1),
  throttle,
  fallback: () => fallback(() => 'answered'),
  chaos: () => chaos({ failRate: 1 }),
  'an empty pipeline': () => pipeline([]),
  pipeline: () => pipeline([fallback(() => 'answered'), retry(), createBreaker(), timeout(50)]),
  preset: () => fromPreset('redis', { fallback: () => 'answered' }),
};

const wrong: readonly (readonly [options: unknown, error: Error])[] = [
  [null, new TypeError('options must be an object, got null')],
  [5, new TypeError('options must be an object, got 5')],
  ['key', new TypeError("options must be an object, got 'key'")],
  [() => {}, new TypeError('options must be an object, got a function')],
  [{ signal: 5 }, new TypeError('signal must be an AbortSignal, got 5')],
  [{ signal: null }, new TypeError('signal must be an AbortSignal, got null')],
  [{ signal: {} }, new TypeError('signal must be an AbortSignal, got an object')],
  [{ signal: new AbortController() }, new TypeError('signal must be an AbortSignal, got an object')],
  [{ deadline: Number.NaN }, new RangeError('deadline must be monotonic milliseconds, got NaN')],
  [{ deadline: '5' }, new TypeError("deadline must be monotonic milliseconds, got '5'")],
  [{ deadline: null }, new TypeError('deadline must be monotonic milliseconds, got null')],
  [{ key: 5 }, new TypeError('key must be a string, got 5')],
  [{ key: null }, new TypeError('key must be a string, got null')],
  [{ idempotent: 'yes' }, new TypeError("idempotent must be true or false, got 'yes'")],
  [{ idempotent: null }, new TypeError('idempotent must be true or false, got null')],
  [{ priority: 'high' }, new TypeError("priority must be a number, got 'high'")],
  [{ priority: Number.NaN }, new RangeError('priority must be a number, got NaN')],
];

describe.each(Object.entries(policies))('a run of %s', (_, make) => {
  test.each(wrong)('rejects for options %o before anything happens', async (options, error) => {
    const task = vi.fn();
    const run = make().run(task, options as never);
    await expect(run).rejects.toThrow(error);
    await expect(run).rejects.toBeInstanceOf(error.constructor);
    expect(task).not.toHaveBeenCalled();
  });
});

test('takes options left undefined, and times without end', async () => {
  const clock = new ManualClock();
  const options = {
    signal: undefined,
    key: undefined,
    deadline: undefined,
    idempotent: undefined,
    priority: undefined,
  };
  await expect(createBreaker({ clock }).run(() => 1, options as never)).resolves.toBe(1);
  const endless = { deadline: Number.POSITIVE_INFINITY, priority: Number.NEGATIVE_INFINITY };
  await expect(createBreaker({ clock }).run(() => 1, endless)).resolves.toBe(1);
});

test('counts nothing in the policy that was asked', async () => {
  const breaker = createBreaker();
  await breaker.run(() => 1, { signal: 5 } as never).catch(() => {});
  expect(breaker.snapshot()).toMatchObject({ calls: 0, inFlight: 0, rejected: 0 });
});
