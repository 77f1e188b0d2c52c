import { getEventListeners } from 'node:events';
import { compose, type Policy, type Task } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { bulkhead } from '../bulkhead/bulkhead.ts';
import { createBreaker } from '../circuit/create-breaker.ts';
import { fallback } from '../fallback/fallback.ts';
import { hedge } from '../hedge/hedge.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { retry } from '../retry/retry.ts';
import { throttle } from '../throttle/throttle.ts';
import { timeout } from '../timeout/timeout.ts';
import type { AttemptContext } from './attempt-context.ts';

const clock = new ManualClock();
const never = () => new Promise<never>(() => {});

/** Every way in which a policy of ours can stand around a task. */
const ways: readonly (readonly [string, Policy])[] = [
  ['retry', retry({ clock, attempts: 1 })],
  ['timeout', timeout(1_000, { clock })],
  ['fallback', fallback(() => 'answer', { clock, when: () => false })],
  ['breaker', createBreaker({ clock, consecutive: 1_000, minimumCalls: 1_000 })],
  ['an empty pipeline', pipeline([], { clock })],
  ['a pipeline', pipeline([retry({ clock, attempts: 1 }), createBreaker({ clock }), timeout(1_000, { clock })])],
  ['nested policies', compose(retry({ clock, attempts: 1 }), createBreaker({ clock }), timeout(1_000, { clock }))],
];

describe.each(ways)('%s', (_name, policy) => {
  test('gives back what the task gives, sync or not, undefined too', async () => {
    const values: readonly unknown[] = [undefined, null, 0, '', { a: 1 }, [1], () => 1];
    for (const value of values) {
      await expect(policy.run(() => value)).resolves.toBe(value);
      await expect(policy.run(async () => value)).resolves.toBe(value);
    }
    const thenable = Object.fromEntries([['then', (resolve: (value: number) => void) => resolve(7)]]);
    await expect(policy.run(() => thenable)).resolves.toBe(7);
  });

  test('gives back the very error object, thrown or rejected', async () => {
    const error = new Error('broken');
    const thrower: Task<never> = () => {
      throw error;
    };
    await expect(policy.run(thrower)).rejects.toBe(error);
    await expect(policy.run(() => Promise.reject(error))).rejects.toBe(error);
    const hostile = Object.defineProperty({}, 'then', {
      get() {
        throw error;
      },
    });
    await expect(policy.run(() => hostile)).rejects.toBe(error);
  });

  test('refuses a task that is no function', async () => {
    await expect(policy.run(5 as never)).rejects.toThrow(/^task must be a function, got (5|number)$/);
  });

  test('does not begin when the caller has given up or the deadline has passed', async () => {
    let calls = 0;
    const task = () => ++calls;
    const reason = new Error('gone');
    await expect(policy.run(task, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(policy.run(task, { deadline: clock.monotonic() })).rejects.toMatchObject({
      code: 'XC_BREAKER_DEADLINE',
      retryable: false,
      details: { deadline: clock.monotonic() },
    });
    expect(calls).toBe(0);
  });

  test('rejects in the turn of an abort and leaves one listener while it runs and none afterwards', async () => {
    const controller = new AbortController();
    const reason = new Error('gone');
    let seen: AbortSignal | undefined;
    const run = policy.run(
      (context) => {
        seen = context.signal;
        return never();
      },
      { signal: controller.signal },
    );
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    let settled = false;
    run.catch(() => {
      settled = true;
    });
    controller.abort(reason);
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).toBe(true);
    await expect(run).rejects.toBe(reason);
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);

    const calm = new AbortController();
    await policy.run(() => 1, { signal: calm.signal });
    await policy.run(async () => 1, { signal: calm.signal });
    await policy.run(() => Promise.reject(1), { signal: calm.signal }).catch(() => {});
    expect(getEventListeners(calm.signal, 'abort')).toHaveLength(0);
  });

  test('does not abort a signal after its attempt has settled', async () => {
    const controller = new AbortController();
    let context: AttemptContext | undefined;
    await policy.run(
      (given) => {
        context = given as AttemptContext;
        return given.signal.aborted;
      },
      { signal: controller.signal },
    );
    controller.abort();
    await clock.advance(10_000);
    expect(context?.signal.aborted).toBe(false);
  });

  test('hands the facts of the run to the task', async () => {
    const facts = { key: 'eu', idempotent: true, priority: 3, deadline: clock.monotonic() + 500 };
    const seen = await policy.run((context) => {
      const { attempt, hedge, key, idempotent, priority, deadline } = context as AttemptContext;
      return { attempt, hedge, key, idempotent, priority, deadline };
    }, facts);
    expect(seen).toEqual({ ...facts, attempt: 1, hedge: 0 });
    expect(await policy.run((context) => (context as AttemptContext).priority)).toBe(0);
  });
});

test('a policy that has reported is not told that the run broke further out', async () => {
  const defect = new Error('defect');
  const breaker = createBreaker({ clock });
  const slots = bulkhead(1, { clock });
  const broken = Object.assign(new ManualClock(), {
    after: () => ({
      cancel() {
        throw defect;
      },
    }),
  });
  const policy = pipeline([timeout(2_000, { clock: broken }), breaker, slots, timeout(1_000, { clock })]);
  await expect(policy.run(() => 1)).rejects.toBe(defect);
  await expect(policy.run(async () => 1)).rejects.toBe(defect);
  expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 0, inFlight: 0 });
  expect(slots.inFlight).toBe(0);
});

test('what looks like a context hands down its attempt and hedge', async () => {
  const context = { attempt: 3, hedge: 1, key: 'eu', deadline: undefined, signal: new AbortController().signal };
  const facts = await retry({ clock, attempts: 1 }).run(
    ({ attempt, key }) => [attempt, key],
    context as unknown as AttemptContext,
  );
  expect(facts).toEqual([1, 'eu']);
  const passed = await timeout(5, { clock }).run(
    (given) => {
      const { attempt, hedge } = given as AttemptContext;
      return [attempt, hedge];
    },
    context as unknown as AttemptContext,
  );
  expect(passed).toEqual([3, 1]);
});

describe('code of the user that aborts the run while a policy reports', () => {
  const slots = bulkhead(1, { clock });
  const outer = createBreaker({ clock });

  async function aborting(policyFor: (abort: () => void) => Policy, task: Task<unknown>, listens = false) {
    const controller = new AbortController();
    const abort = () => controller.abort('enough');
    const run = pipeline([slots, outer, policyFor(abort)]).run((context) => {
      if (listens) context.signal.addEventListener('abort', abort);
      return task(context);
    }, controller);
    const settled = expect(run).rejects.toBe('enough');
    await clock.advance(100);
    await settled;
    expect([slots.inFlight, outer.snapshot().inFlight, outer.snapshot().calls]).toEqual([0, 0, 0]);
  }

  test('a listener of a breaker, at each event', async () => {
    const listening = (event: 'success' | 'failure' | 'rejected') => (abort: () => void) => {
      const breaker = createBreaker({ clock });
      if (event === 'rejected') breaker.forceOpen();
      breaker.on(event, abort);
      return breaker;
    };
    await aborting(listening('success'), () => 1);
    await aborting(listening('success'), async () => 1);
    await aborting(listening('failure'), () => Promise.reject('down'));
    await aborting(listening('rejected'), () => 1);
  });

  test('a listener that hears of the change which lets a probe through', async () => {
    await aborting(
      (abort) => {
        const breaker = createBreaker({ clock, openForMs: 0 });
        breaker.open();
        breaker.on('transition', abort);
        return breaker;
      },
      () => expect.unreachable(),
    );
  });

  test('a predicate', async () => {
    const when = (abort: () => void) => () => {
      abort();
      return true;
    };
    await aborting(
      (abort) => retry({ clock, when: when(abort) }),
      () => Promise.reject('down'),
    );
    await aborting(
      (abort) => retry({ clock, whenResult: when(abort) }),
      () => 1,
    );
    await aborting(
      (abort) => fallback(() => 1, { clock, when: when(abort) }),
      () => Promise.reject('down'),
    );
    const classify = (abort: () => void) => () => void abort();
    await aborting(
      (abort) => throttle({ clock, classify: classify(abort) }),
      () => 1,
    );
    await aborting(
      (abort) => throttle({ clock, classify: classify(abort) }),
      () => Promise.reject('down'),
    );
  });

  test('a limit that learns', async () => {
    await aborting(
      (abort) => bulkhead({ current: 1, sample: abort }, { clock }),
      () => 1,
    );
  });

  test('a task that hears its signal', async () => {
    const sleeping = () => clock.sleep(50);
    await aborting(() => timeout(10, { clock }), sleeping, true);
    await aborting(() => timeout(10, { clock, mode: 'cooperative' }), sleeping, true);
    let calls = 0;
    const slowThenFast = () => (++calls === 1 ? clock.sleep(50) : 'fast');
    await aborting(() => hedge(10, { clock, always: true }), slowThenFast, true);
  });
});
