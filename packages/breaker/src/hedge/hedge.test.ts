import { constantBackoff, type Policy, type RunOptions } from '@xc/core';
import { ManualClock, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { bulkhead } from '../bulkhead/bulkhead.ts';
import { createBreaker } from '../circuit/create-breaker.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { retry } from '../retry/retry.ts';
import type { RetryBudget } from '../retry/retry-budget.ts';
import { tokenRetryBudget } from '../retry/token-retry-budget.ts';
import type { AttemptContext } from '../run/attempt-context.ts';
import { timeout } from '../timeout/timeout.ts';
import { hedge } from './hedge.ts';

const failure = new Error('down');

interface Attempt {
  readonly hedge: number;
  readonly at: number;
  readonly signal: AbortSignal;
}

/** Runs a task whose attempt n ends as `plan[n]` says: after so many ms, with a value or an error. */
function run(
  policy: Policy,
  clock: ManualClock,
  plan: readonly (readonly [ms: number, end: 'value' | 'error'])[],
  options: RunOptions = { idempotent: true },
) {
  const attempts: Attempt[] = [];
  const outcome = policy
    .run((context) => {
      const { hedge: index, signal } = context as AttemptContext;
      const [ms, end] = plan[attempts.length] ?? [1_000_000, 'value'];
      const name = `${end} ${attempts.length}`;
      attempts.push({ hedge: index, at: clock.monotonic(), signal });
      return new Promise((resolve, reject) => {
        clock.after(ms, () => (end === 'value' ? resolve(name) : reject(name)));
      });
    }, options)
    .then(
      (value) => `${value} at ${clock.monotonic()}`,
      (error) => `${error?.code ?? error} at ${clock.monotonic()}`,
    );
  return { attempts, outcome };
}

const startsOf = (attempts: readonly Attempt[]) => attempts.map(({ hedge: index, at }) => [index, at]);
const abortsOf = (attempts: readonly Attempt[]) =>
  attempts.map(({ signal }) => (signal.aborted ? (signal.reason?.code ?? signal.reason) : undefined));

describe('a hedge', () => {
  test('makes a slow call again and takes the first answer', async () => {
    const clock = new ManualClock();
    const { attempts, outcome } = run(hedge(50, { clock }), clock, [
      [1_000_000, 'value'],
      [10, 'value'],
    ]);
    await clock.advance(60);
    expect(await outcome).toBe('value 1 at 60');
    expect(startsOf(attempts)).toEqual([
      [0, 0],
      [1, 50],
    ]);
    expect(abortsOf(attempts)).toEqual(['XC_BREAKER_HEDGE_LOST', undefined]);
  });

  test('leaves a fast call alone', async () => {
    const clock = new ManualClock();
    const { attempts, outcome } = run(hedge(50, { clock }), clock, [[49, 'value']]);
    await clock.advance(49);
    expect(await outcome).toBe('value 0 at 49');
    expect(clock.pending).toBe(0);
    await clock.advance(100);
    expect(startsOf(attempts)).toEqual([[0, 0]]);
    expect(abortsOf(attempts)).toEqual([undefined]);
    await expect(hedge(50, { clock, always: true }).run(() => 5)).resolves.toBe(5);
  });

  test('starts attempts one after another up to its maximum', async () => {
    const clock = new ManualClock();
    const { attempts, outcome } = run(hedge(50, { clock, maxHedges: 2 }), clock, [[170, 'value']]);
    await clock.advance(1_000);
    expect(await outcome).toBe('value 0 at 170');
    expect(startsOf(attempts)).toEqual([
      [0, 0],
      [1, 50],
      [2, 100],
    ]);
    expect(abortsOf(attempts)).toEqual([undefined, 'XC_BREAKER_HEDGE_LOST', 'XC_BREAKER_HEDGE_LOST']);
  });

  test('starts the next at once when all have failed, and gives the first error when there is no next', async () => {
    const clock = new ManualClock();
    const { attempts, outcome } = run(hedge(50, { clock, maxHedges: 2 }), clock, [
      [10, 'error'],
      [60, 'error'],
      [5, 'error'],
    ]);
    await clock.advance(1_000);
    // The second starts at 10, the third after it at 60; the last to end is the second.
    expect(startsOf(attempts)).toEqual([
      [0, 0],
      [1, 10],
      [2, 60],
    ]);
    expect(await outcome).toBe('error 0 at 70');
    expect(clock.pending).toBe(0);
  });

  test('waits for those still running when one fails', async () => {
    const clock = new ManualClock();
    const { outcome } = run(hedge(50, { clock }), clock, [
      [90, 'value'],
      [10, 'error'],
    ]);
    await clock.advance(1_000);
    expect(await outcome).toBe('value 0 at 90');
  });

  test('fails with the first error though all fail before they return, with a flat stack', async () => {
    let calls = 0;
    const policy = hedge(50, { maxHedges: 50_000, always: true, clock: new ManualClock() });
    const task = () => {
      throw calls++;
    };
    await expect(policy.run(task)).rejects.toBe(0);
    expect(calls).toBe(50_001);
  });

  test('passes a call through that is not known to be idempotent', async () => {
    const clock = new ManualClock();
    const plan = [[100, 'value']] as const;
    for (const options of [{}, { idempotent: false }]) {
      const { attempts, outcome } = run(hedge(50, { clock }), clock, plan, options);
      await clock.advance(100);
      expect(await outcome).toMatch('value 0');
      expect(attempts).toHaveLength(1);
    }
    const { attempts } = run(hedge(50, { clock, always: true }), clock, plan, {});
    await clock.advance(100);
    expect(attempts).toHaveLength(2);
  });

  test('starts no more than its budget pays for', async () => {
    const clock = new ManualClock();
    const meter = new RecordingMeter();
    const log: string[] = [];
    let left = 1;
    const budget: RetryBudget = {
      onCall: () => log.push('call'),
      onSuccess: () => log.push('success'),
      onFailure: () => log.push('failure'),
      tryRetry: () => left-- > 0,
      balance: 1,
    };
    const policy = hedge(50, { clock, maxHedges: 5, budget, meter, name: 'reads' });
    const { attempts, outcome } = run(policy, clock, [
      [500, 'error'],
      [300, 'value'],
    ]);
    await clock.advance(1_000);
    expect(await outcome).toBe('value 1 at 350');
    expect(attempts).toHaveLength(2);
    expect(log).toEqual(['call', 'success']);
    const failing = run(policy, clock, [[10, 'error']]);
    await clock.advance(1_000);
    expect(await failing.outcome).toBe('error 0 at 1010');
    expect(log).toEqual(['call', 'success', 'call', 'failure']);
    const count = (result: string) => meter.value('xc_breaker_hedges_total', { policy: 'reads', result });
    expect([count('started'), count('won'), count('denied')]).toEqual([1, 1, 2]);
  });

  test('cancels every attempt when the caller gives up or a timeout around it passes', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const aborted = run(hedge(50, { clock }), clock, [], { idempotent: true, signal: controller.signal });
    const late = run(pipeline([timeout(80, { clock }), hedge(50, { clock })]), clock, []);
    await clock.advance(60);
    controller.abort('gone');
    expect(await aborted.outcome).toBe('gone at 60');
    expect(abortsOf(aborted.attempts)).toEqual(['gone', 'gone']);
    await clock.advance(20);
    expect(await late.outcome).toBe('XC_BREAKER_TIMEOUT at 80');
    expect(abortsOf(late.attempts)).toEqual(['XC_BREAKER_TIMEOUT', 'XC_BREAKER_TIMEOUT']);
  });

  test('loses nothing in a breaker inside: the losing attempt is ignored', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock });
    const { outcome } = run(pipeline([hedge(50, { clock }), breaker]), clock, [
      [1_000_000, 'value'],
      [10, 'value'],
    ]);
    await clock.advance(60);
    expect(await outcome).toBe('value 1 at 60');
    expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0, inFlight: 0 });
  });

  test('keeps the attempt of a retry around it, and numbers its own', async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const policy = pipeline([retry({ clock, attempts: 2, backoff: constantBackoff(0) }), hedge(50, { clock })]);
    await expect(
      policy.run(
        (context) => {
          const { attempt, hedge: index } = context as AttemptContext;
          seen.push([attempt, index]);
          throw failure;
        },
        { idempotent: true },
      ),
    ).rejects.toBe(failure);
    expect(seen).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ]);
  });

  test('warns in a pipeline when it has no budget', () => {
    expect(pipeline([hedge(50)]).warnings).toEqual(['hedge-without-budget']);
    expect(pipeline([hedge(50, { budget: tokenRetryBudget() })]).warnings).toEqual([]);
  });
});

describe('a hedge that learns its delay', () => {
  test('waits for the longest time until it has seen enough, then for the quantile', async () => {
    const clock = new ManualClock();
    const policy = hedge({ quantile: 0.9, maxMs: 500, minimumSamples: 10 }, { clock });
    const delay = async () => {
      const { attempts, outcome } = run(policy, clock, [
        [1_000_000, 'value'],
        [0, 'value'],
      ]);
      const since = clock.monotonic();
      await clock.advance(1_000);
      await outcome;
      return (attempts[1]?.at ?? Number.NaN) - since;
    };
    expect(await delay()).toBe(500);
    for (let ms = 10; ms <= 90; ms += 10) {
      const { outcome } = run(policy, clock, [[ms, 'value']]);
      await clock.advance(ms);
      await outcome;
    }
    // Ten answers, the first after no time at all, and one attempt that was given up after 500 ms: nine of ten of eleven.
    const learned = await delay();
    expect(learned).toBeGreaterThanOrEqual(90 * 0.98);
    expect(learned).toBeLessThanOrEqual(90 * 1.02);
  });

  test.each([
    ['fast and slow calls mix', 0.9, (share: number) => 1 + 99 * share, 90],
    ['a tenth of the calls hangs', 0.8, (share: number) => (share < 0.9 ? 10 + 40 * share : 1e9), 42],
    ['a tenth of the calls is slow', 0.95, (share: number) => (share < 0.9 ? 10 : 10 + 200 * share), 200],
  ])('does not drift when %s, though it cancels those that lose', async (_, quantile, latencyMs, expected) => {
    const clock = new ManualClock();
    const random = new SeededRandom(3);
    const policy = hedge({ quantile, maxMs: 1_000 }, { clock });
    const delays: number[] = [];
    for (let call = 0; call < 2_500; call++) {
      const since = clock.monotonic();
      const { attempts } = run(policy, clock, [
        [latencyMs(random.next()), 'value'],
        [latencyMs(random.next()), 'value'],
      ]);
      await clock.advance(3_000);
      if (call >= 500 && attempts[1] !== undefined) delays.push(attempts[1].at - since);
    }
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
    expect(Math.abs(mean - expected) / expected).toBeLessThan(0.06);
  });

  test('counts what its caller gave up as longer than that, not as an answer', async () => {
    const clock = new ManualClock();
    const policy = hedge({ quantile: 0.5, maxMs: 500, minimumSamples: 20 }, { clock });
    for (let call = 0; call < 40; call++) {
      const controller = new AbortController();
      const { outcome } = run(policy, clock, [[100, 'value']], { idempotent: true, signal: controller.signal });
      await clock.advance(call % 2 === 0 ? 1 : 100);
      controller.abort('gone');
      await outcome;
      await clock.advance(100);
    }
    const since = clock.monotonic();
    const { attempts } = run(policy, clock, []);
    await clock.advance(200);
    expect((attempts[1]?.at ?? Number.NaN) - since).toBeGreaterThanOrEqual(98);
    expect((attempts[1]?.at ?? Number.NaN) - since).toBeLessThanOrEqual(102);
  });

  test('stays between its bounds', async () => {
    const clock = new ManualClock();
    const policy = hedge({ quantile: 0.5, minMs: 20, maxMs: 30, minimumSamples: 1 }, { clock, always: true });
    for (let call = 0; call < 5; call++) await policy.run(() => 1);
    const { attempts } = run(policy, clock, []);
    await clock.advance(19);
    expect(attempts).toHaveLength(1);
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
  });
});

test('refuses what it cannot use', () => {
  expect(() => hedge(-1)).toThrow(RangeError);
  expect(() => hedge('5' as never)).toThrow("afterMs must be milliseconds or { quantile, maxMs }, got '5'");
  expect(() => hedge({ quantile: 0, maxMs: 5 })).toThrow('quantile must be a ratio above 0 and at most 1, got 0');
  expect(() => hedge({ quantile: 0.5 } as never)).toThrow(TypeError);
  expect(() => hedge({ quantile: 0.5, minMs: 6, maxMs: 5 })).toThrow('minMs must be at most maxMs, got 6 and 5');
  expect(() => hedge({ quantile: 0.5, maxMs: 5, samples: 1 } as never)).toThrow('unknown option samples');
  expect(() => hedge(5, { maxHedges: 0 })).toThrow(RangeError);
  expect(() => hedge(5, { always: 1 as never })).toThrow('always must be true or false, got 1');
  expect(() => hedge(5, { budget: {} as never })).toThrow(TypeError);
  expect(() => hedge(5, { hedges: 1 } as never)).toThrow('unknown option hedges');
});

test('attempts that wait for the slot of one that lost are not begun for nothing, nor freed twice', async () => {
  const clock = new ManualClock();
  const slots = bulkhead(2, { clock, maxQueue: 9, maxWaitMs: 10_000 });
  const policy = pipeline([hedge(10, { clock, always: true, maxHedges: 3 }), slots]);
  let calls = 0;
  const run = policy.run(() => {
    calls += 1;
    return calls === 2 ? clock.sleep(50) : clock.sleep(1_000);
  });
  await clock.advance(59);
  expect([slots.inFlight, slots.queued]).toEqual([2, 2]);
  await clock.advance(1);
  await run;
  expect(calls).toBe(2);
  expect([slots.inFlight, slots.queued]).toEqual([1, 0]);
  await clock.advance(1_000);
  expect([slots.inFlight, slots.queued]).toEqual([0, 0]);
});

test('a branch that ends while the others are cancelled changes nothing', async () => {
  const clock = new ManualClock();
  const slots = bulkhead(1, { clock, maxQueue: 9 });
  const inner = hedge(3, { clock, always: true });
  const policy = pipeline([hedge(5, { clock, always: true, maxHedges: 2 }), inner, slots]);
  let calls = 0;
  const run = policy.run<unknown>(() => (++calls === 1 ? clock.sleep(20) : calls));
  await clock.advance(20);
  await run;
  await clock.advance(100);
  expect([slots.inFlight, slots.queued, clock.pending]).toEqual([0, 0, 0]);
});
