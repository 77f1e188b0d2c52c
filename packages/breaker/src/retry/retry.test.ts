import { type Backoff, constantBackoff, type RunOptions, XcError } from '@xc/core';
import { ManualClock, MemoryLogger, SeededRandom } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import { CircuitOpenError } from '../circuit/circuit-open-error.ts';
import { createBreaker } from '../circuit/create-breaker.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import { retry } from './retry.ts';
import { type RetryBudget, retryBudget } from './retry-budget.ts';
import type { RetryOptions } from './retry-options.ts';

const slow = constantBackoff(100);

/** Runs a task that fails with these errors in turn and then succeeds, and lets all the time pass that it wants. */
async function run(options: RetryOptions, failures: readonly unknown[], runOptions?: RunOptions) {
  const clock = new ManualClock();
  const starts: number[] = [];
  const attempts: number[] = [];
  const result = retry({ backoff: slow, clock, ...options }).run((context) => {
    starts.push(clock.monotonic());
    attempts.push(context.attempt);
    const at = starts.length - 1;
    if (at < failures.length) throw failures[at];
    return 'well';
  }, runOptions);
  const settled = result.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await clock.advance(1_000_000);
  return { starts, attempts, settled: await settled };
}

const failure = new Error('down');

describe('a retry', () => {
  test('calls again after the back-off and tells the task which attempt it is', async () => {
    const { starts, attempts, settled } = await run({}, [failure, failure]);
    expect(starts).toEqual([0, 100, 200]);
    expect(attempts).toEqual([1, 2, 3]);
    expect(settled).toEqual({ value: 'well' });
  });

  test('rethrows the last error itself when the attempts are used up', async () => {
    const errors = [new Error('1'), new Error('2'), new Error('3'), new Error('4')];
    const { starts, settled } = await run({}, errors);
    expect(starts).toHaveLength(3);
    expect(settled).toEqual({ error: errors[2] });
  });

  test('asks the back-off for the wait after each try, from 1 on', async () => {
    const asked: number[] = [];
    const random = new SeededRandom(1);
    const backoff: Backoff = {
      delayMs(attempt, given) {
        expect(given).toBe(random);
        asked.push(attempt);
        return attempt * 10;
      },
    };
    const { starts } = await run({ backoff, random, attempts: 4 }, [failure, failure, failure]);
    expect(asked).toEqual([1, 2, 3]);
    expect(starts).toEqual([0, 10, 30, 60]);
  });

  test('goes on in the same turn without a wait, a hundred thousand times without a deep stack', async () => {
    let calls = 0;
    const clock = new ManualClock();
    const policy = retry({ attempts: 100_000, backoff: constantBackoff(0), clock });
    await expect(
      policy.run(() => {
        calls += 1;
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(calls).toBe(100_000);
    expect(clock.pending).toBe(0);
  });

  test('does not repeat what must not be repeated', async () => {
    const final = new XcError('XC_X', 'no', { retryable: false });
    const passing = new XcError('XC_X', 'busy', { retryable: true });
    expect((await run({}, [failure], { idempotent: false })).starts).toEqual([0]);
    expect((await run({}, [final])).settled).toEqual({ error: final });
    expect((await run({}, [final])).starts).toEqual([0]);
    expect((await run({}, [passing])).starts).toEqual([0, 100]);
    expect((await run({}, [failure], { idempotent: true })).starts).toEqual([0, 100]);
  });

  test('asks `when` with the error, the attempt and its context', async () => {
    const seen: unknown[] = [];
    const when: RetryOptions['when'] = ({ error, attempt, context }) => {
      seen.push([error, attempt, context.attempt, context.key, context.signal.aborted]);
      return attempt < 2;
    };
    const second = new Error('2');
    const { starts, settled } = await run({ when, attempts: 9 }, [failure, second], { key: 'eu' });
    expect(starts).toEqual([0, 100]);
    expect(settled).toEqual({ error: second });
    expect(seen).toEqual([
      [failure, 1, 1, 'eu', false],
      [second, 2, 2, 'eu', false],
    ]);
  });

  test('counts a `when` that throws as yes, and says so once', async () => {
    const logger = new MemoryLogger();
    const when = () => {
      throw new Error('defect');
    };
    const { settled } = await run({ when, logger }, [failure, failure]);
    expect(settled).toEqual({ value: 'well' });
    expect(logger.find({ level: 'error' })).toHaveLength(1);
  });

  test('repeats values that `whenResult` does not accept, and gives the last one back', async () => {
    const clock = new ManualClock();
    const asked: unknown[] = [];
    let calls = 0;
    const result = retry({
      clock,
      backoff: slow,
      whenResult(value, attempt) {
        asked.push([value, attempt]);
        return true;
      },
    }).run(async () => ++calls);
    await clock.advance(1_000);
    await expect(result).resolves.toBe(3);
    expect(asked).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  test.each([
    ['the error', {}, Object.assign(new Error('busy'), { retryAfterMs: 700 })],
    ['`when`', { when: () => ({ afterMs: 700 }) }, failure],
  ] as const)('waits as long as %s asks for', async (_who, options, error) => {
    expect((await run(options, [error])).starts).toEqual([0, 700]);
    expect((await run({ ...options, backoff: constantBackoff(900) }, [error])).starts).toEqual([0, 900]);
    expect((await run({ ...options, maxRetryAfterMs: 700 }, [error])).starts).toEqual([0, 700]);
    const tooLong = await run({ ...options, maxRetryAfterMs: 699 }, [error]);
    expect(tooLong.starts).toEqual([0]);
    expect(tooLong.settled).toEqual({ error });
  });

  test('takes no advice that is no wait', async () => {
    for (const retryAfterMs of ['700', Number.NaN, -700, undefined, null]) {
      expect((await run({}, [Object.assign(new Error('busy'), { retryAfterMs })])).starts).toEqual([0, 100]);
    }
    expect((await run({}, [Object.assign(new Error('never'), { retryAfterMs: Infinity })])).starts).toEqual([0]);
    expect((await run({}, [null, undefined, 0])).starts).toEqual([0, 100, 200]);
  });

  test('does not wait beyond the deadline', async () => {
    expect((await run({}, [failure, failure], { deadline: 201 })).starts).toEqual([0, 100, 200]);
    const late = await run({}, [failure, failure], { deadline: 200 });
    expect(late.starts).toEqual([0, 100]);
    expect(late.settled).toEqual({ error: failure });
  });

  test('waits for an open breaker only when the caller has the time', async () => {
    const open = () => new CircuitOpenError('b', 'open', 'failure-rate', 5_000);
    expect((await run({}, [open()])).starts).toEqual([0]);
    expect((await run({}, [open()], { deadline: 5_000 })).starts).toEqual([0]);
    expect((await run({}, [open()], { deadline: 5_001 })).starts).toEqual([0, 5_000]);
    const forced = new CircuitOpenError('b', 'forced-open', 'manual', Number.POSITIVE_INFINITY);
    expect((await run({}, [forced], { deadline: 1_000_000_000 })).starts).toEqual([0]);
  });

  test('throws the open error when the breaker inside opens at the second attempt', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock, consecutive: 2 });
    let calls = 0;
    const result = pipeline([retry({ clock, backoff: slow, attempts: 5 }), breaker]).run(() => {
      calls += 1;
      throw failure;
    });
    const settled = expect(result).rejects.toMatchObject({ code: 'XC_BREAKER_OPEN' });
    await clock.advance(10_000);
    await settled;
    expect(calls).toBe(2);
  });

  test('settles in the turn of an abort while it waits, and the clock is free', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const result = retry({ clock, backoff: constantBackoff(600) }).run(() => Promise.reject(failure), controller);
    const settled = vi.fn();
    result.catch(settled);
    await clock.advance(20);
    expect(clock.pending).toBe(1);
    controller.abort(new Error('gone'));
    await Promise.resolve();
    expect(settled).toHaveBeenCalledExactlyOnceWith(controller.signal.reason);
    expect(clock.pending).toBe(0);
  });

  test('does nothing more when `when` aborts the run', async () => {
    const controller = new AbortController();
    let calls = 0;
    const when = () => {
      controller.abort(new Error('enough'));
      return true;
    };
    const result = retry({ when, backoff: constantBackoff(0) }).run(() => {
      calls += 1;
      throw failure;
    }, controller);
    await expect(result).rejects.toBe(controller.signal.reason);
    expect(calls).toBe(1);
  });

  test('gives every attempt a signal of its own, and aborts only the one under way', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const contexts: AttemptContext[] = [];
    const result = retry({ clock, backoff: slow }).run((context) => {
      contexts.push(context as AttemptContext);
      void context.signal;
      return contexts.length === 1 ? Promise.reject(failure) : new Promise(() => {});
    }, controller);
    await clock.advance(100);
    controller.abort();
    await expect(result).rejects.toBe(controller.signal.reason);
    expect(contexts.map(({ attempt, signal }) => [attempt, signal.aborted])).toEqual([
      [1, false],
      [2, true],
    ]);
  });
});

describe('the budget of a retry', () => {
  function counting(): RetryBudget & { readonly log: string[] } {
    const log: string[] = [];
    return {
      log,
      onCall: () => log.push('call'),
      onSuccess: () => log.push('success'),
      onFailure: () => log.push('failure'),
      tryRetry: () => log.push('retry') > 0,
      balance: 1,
    };
  }

  test('hears of one call a run, of every attempt, and pays only for retries that are made', async () => {
    const budget = counting();
    await run({ budget }, [failure]);
    expect(budget.log).toEqual(['call', 'failure', 'retry', 'success']);
    const unpaid = counting();
    await run({ budget: unpaid, when: () => false }, [failure]);
    await run({ budget: unpaid, attempts: 1 }, [failure]);
    await run({ budget: unpaid }, [failure], { deadline: 50 });
    expect(unpaid.log).not.toContain('retry');
  });

  test('that refuses ends the retries with the error', async () => {
    const clock = new ManualClock();
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1, windowMs: 10_000, clock });
    const { starts, settled } = await run({ budget }, [failure, failure]);
    expect(starts).toEqual([0, 100]);
    expect(settled).toEqual({ error: failure });
  });

  test('is shared by passing the same object', async () => {
    const clock = new ManualClock();
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.2, windowMs: 10_000, clock });
    expect((await run({ budget, attempts: 2 }, [failure, failure])).starts).toHaveLength(2);
    expect((await run({ budget, attempts: 2 }, [failure, failure])).starts).toHaveLength(2);
    expect((await run({ budget, attempts: 2 }, [failure, failure])).starts).toHaveLength(1);
  });

  test('that throws where a failure is noted changes nothing', async () => {
    const defect = new Error('defect');
    const budget = {
      ...counting(),
      onFailure() {
        throw defect;
      },
    };
    expect((await run({ budget }, [failure])).settled).toEqual({ value: 'well' });
    expect((await run({ budget, attempts: 1 }, [failure])).settled).toEqual({ error: failure });
  });
});

test('refuses options it cannot use', () => {
  expect(() => retry({ attempts: 0 })).toThrow('attempts must be a positive integer, got 0');
  expect(() => retry({ attempts: 2 ** 31 })).toThrow(RangeError);
  expect(() => retry({ attempt: 3 } as never)).toThrow('unknown option attempt');
  expect(() => retry({ backoff: 100 as never })).toThrow('backoff must be an object with delayMs, got 100');
  expect(() => retry({ budget: {} as never })).toThrow(TypeError);
  expect(() => retry({ when: true as never })).toThrow('when must be a function, got true');
  expect(() => retry({ whenResult: 1 as never })).toThrow(TypeError);
  expect(() => retry({ maxRetryAfterMs: -1 })).toThrow(RangeError);
  expect(() => retry({ name: '' })).toThrow(RangeError);
});
