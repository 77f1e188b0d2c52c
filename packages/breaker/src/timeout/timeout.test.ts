import { systemClock } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import { bulkhead } from '../bulkhead/bulkhead.ts';
import { createBreaker } from '../circuit/create-breaker.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { CallTimeoutError } from './call-timeout-error.ts';
import { timeout } from './timeout.ts';

const never = () => new Promise<never>(() => {});

/** A task that settles when its signal aborts. */
function obedient(answer: (reason: unknown) => unknown) {
  return ({ signal }: { readonly signal: AbortSignal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        try {
          resolve(answer(signal.reason));
        } catch (error) {
          reject(error);
        }
      });
    });
}

describe('a timeout that races', () => {
  test('rejects after the time, not earlier, and aborts the signal with the same error', async () => {
    const clock = new ManualClock();
    let signal: AbortSignal | undefined;
    const settled = vi.fn();
    const run = timeout(50, { clock }).run((context) => {
      signal = context.signal;
      return never();
    });
    run.catch(settled);
    await clock.advance(49);
    expect(settled).not.toHaveBeenCalled();
    await clock.advance(1);
    const error = settled.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(CallTimeoutError);
    expect(error).toMatchObject({ code: 'XC_BREAKER_TIMEOUT', retryable: true, afterMs: 50, details: { afterMs: 50 } });
    expect(signal?.reason).toBe(error);
  });

  test('ends with the task and leaves no timer', async () => {
    const clock = new ManualClock();
    const policy = timeout(50, { clock });
    await expect(policy.run(async () => 1)).resolves.toBe(1);
    await expect(policy.run(() => Promise.reject(2))).rejects.toBe(2);
    const controller = new AbortController();
    const aborted = policy.run(never, controller);
    controller.abort();
    await expect(aborted).rejects.toBe(controller.signal.reason);
    expect(clock.pending).toBe(0);
  });

  test('leaves the signal of another call alone', async () => {
    const clock = new ManualClock();
    const policy = timeout(50, { clock });
    const signals: AbortSignal[] = [];
    const task = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    };
    const first = policy.run(task);
    first.catch(() => {});
    await clock.advance(30);
    policy.run(task).catch(() => {});
    await clock.advance(20);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test('tells the task the least deadline around it', async () => {
    const clock = new ManualClock();
    await clock.advance(1_000);
    const deadline = (policies: readonly number[], given?: number) =>
      pipeline(
        policies.map((ms) => timeout(ms, { clock })),
        { clock },
      ).run((context) => context.deadline, given === undefined ? {} : { deadline: given });
    expect(await deadline([50])).toBe(1_050);
    expect(await deadline([50, 20])).toBe(1_020);
    expect(await deadline([20, 50])).toBe(1_020);
    expect(await deadline([20, 50], 1_010)).toBe(1_010);
    expect(await deadline([], 1_010)).toBe(1_010);
    expect(await deadline([])).toBe(undefined);
  });

  test('is cut to the deadline that is left', async () => {
    const clock = new ManualClock();
    await clock.advance(100);
    const run = timeout(50, { clock }).run(never, { deadline: 130 });
    const settled = expect(run).rejects.toMatchObject({ code: 'XC_BREAKER_DEADLINE', details: { deadline: 130 } });
    await clock.advance(30);
    await settled;
    expect(clock.pending).toBe(0);
  });

  test('of two at one instant the outer one speaks', async () => {
    const clock = new ManualClock();
    const run = pipeline([timeout(20, { clock, name: 'total' }), timeout(50, { clock })]).run(never);
    const settled = expect(run).rejects.toMatchObject({ code: 'XC_BREAKER_TIMEOUT', afterMs: 20 });
    await clock.advance(20);
    await settled;
  });

  test('outside of a breaker is a failure of the callee, and the late end of the task changes nothing', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock, minimumCalls: 5 });
    const policy = pipeline([timeout(5_000, { clock }), breaker]);
    let answer: (value: number) => void = () => {};
    for (let call = 0; call < 5; call++) {
      policy.run(() => new Promise<number>((resolve) => (answer = resolve))).catch(() => {});
    }
    await clock.advance(4_999);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0, inFlight: 5 });
    await clock.advance(1);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 5, failures: 5, inFlight: 0 });
    answer(1);
    await clock.advance(0);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 5, failures: 5, inFlight: 0 });
  });

  test('says nothing more when the abort of the task makes the caller give up', async () => {
    const clock = new ManualClock();
    const slots = bulkhead(1, { clock });
    const breaker = createBreaker({ clock });
    const controller = new AbortController();
    const run = pipeline([slots, breaker, timeout(10, { clock })]).run(({ signal }) => {
      signal.addEventListener('abort', () => controller.abort('gone'));
      return clock.sleep(20);
    }, controller);
    const settled = expect(run).rejects.toBe('gone');
    await clock.advance(10);
    await settled;
    expect(slots.inFlight).toBe(1);
    await clock.advance(10);
    expect(slots.inFlight).toBe(0);
    expect(breaker.snapshot()).toMatchObject({ calls: 0, inFlight: 0 });
  });

  test('keeps its time on the real clock', async () => {
    const began = systemClock.monotonic();
    // The timer of a timeout does not hold the process open; something else has to.
    const open = setTimeout(() => {}, 5_000);
    await expect(timeout(30).run(never)).rejects.toMatchObject({ code: 'XC_BREAKER_TIMEOUT' });
    clearTimeout(open);
    expect(systemClock.monotonic() - began).toBeGreaterThanOrEqual(30);
  });
});

describe('a timeout that cooperates', () => {
  async function expired(task: (context: { readonly signal: AbortSignal }) => unknown, deadline?: number) {
    const clock = new ManualClock();
    const run = timeout(50, { clock, mode: 'cooperative' }).run(task, deadline === undefined ? {} : { deadline });
    const settled = run.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await clock.advance(50);
    return settled;
  }

  test('lets a value win that comes after the abort', async () => {
    expect(await expired(obedient(() => 'half'))).toEqual({ value: 'half' });
  });

  test('turns a rejection after the abort into the timeout, with that as its cause', async () => {
    const cause = new Error('cut off');
    const outcome = await expired(
      obedient(() => {
        throw cause;
      }),
    );
    expect(outcome).toMatchObject({ error: { code: 'XC_BREAKER_TIMEOUT', cause } });
  });

  test('does not become its own cause when the task rejects with the reason of the abort', async () => {
    let reason: unknown;
    const outcome = await expired(
      obedient((given) => {
        reason = given;
        throw given;
      }),
    );
    expect(outcome).toEqual({ error: reason });
    expect(reason).toBeInstanceOf(CallTimeoutError);
    expect((reason as Error).cause).toBeUndefined();
  });

  test('speaks of the deadline when that was the end', async () => {
    const cause = new Error('cut off');
    const outcome = await expired(
      obedient(() => {
        throw cause;
      }),
      20,
    );
    expect(outcome).toMatchObject({ error: { code: 'XC_BREAKER_DEADLINE', deadline: 20, cause } });
  });

  test('waits for the task however long it takes, unless the caller gives up', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const run = timeout(50, { clock, mode: 'cooperative' }).run(never, controller);
    const settled = vi.fn();
    run.catch(settled);
    await clock.advance(100_000);
    expect(settled).not.toHaveBeenCalled();
    controller.abort();
    await expect(run).rejects.toBe(controller.signal.reason);
  });
});

test('counts the calls that it ended, not those that a deadline did', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const policy = timeout(10, { clock, meter, name: 'reads' });
  for (const options of [{}, { deadline: 5 }, {}]) policy.run(never, options).catch(() => {});
  await policy.run(() => 1);
  await clock.advance(10);
  expect(meter.value('xc_breaker_timeouts_total', { policy: 'reads' })).toBe(2);
});

test('refuses options it cannot use', () => {
  expect(() => timeout(0)).toThrow('afterMs must be above 0, got 0');
  expect(() => timeout(-1)).toThrow(RangeError);
  expect(() => timeout(2 ** 31)).toThrow(RangeError);
  expect(() => timeout(Number.NaN)).toThrow(RangeError);
  expect(() => timeout('5' as never)).toThrow(TypeError);
  expect(() => timeout(5, { mode: 'both' as never })).toThrow("mode must be one of 'race', 'cooperative', got 'both'");
  expect(() => timeout(5, { modus: 'race' } as never)).toThrow('unknown option modus');
});
