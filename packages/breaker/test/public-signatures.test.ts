import type { Policy, Task } from '@xc/core';
import { expect, expectTypeOf, test } from 'vitest';
import {
  type AttemptContext,
  aimdLimit,
  type Bulkhead,
  bulkhead,
  type ConcurrencyLimit,
  chaos,
  type FallbackPolicy,
  fallback,
  hedge,
  type Pipeline,
  type PipelineWarning,
  pipeline,
  type RetryBudget,
  retry,
  retryBudget,
  type Throttle,
  throttle,
  timeout,
  tokenRetryBudget,
  vegasLimit,
  wrap,
} from '../src/index.ts';

test('a run has the type of its task', () => {
  for (const policy of [retry(), timeout(5), hedge(5), bulkhead(9), throttle(), chaos({}), pipeline([])]) {
    expectTypeOf(policy).toExtend<Policy>();
    expectTypeOf(policy.run(() => 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(policy.run(async () => 'a' as const)).toEqualTypeOf<Promise<'a'>>();
    expectTypeOf(policy.run(() => {})).toEqualTypeOf<Promise<void>>();
  }
});

test('a fallback widens the result by what it answers', () => {
  const policy = fallback((error) => ({ error }));
  expectTypeOf(policy).toEqualTypeOf<FallbackPolicy<{ error: unknown }>>();
  expectTypeOf(policy.run(() => 5)).toEqualTypeOf<Promise<number | { error: unknown }>>();
  expectTypeOf(policy).toExtend<Policy>();
  expectTypeOf(pipeline([policy, retry()])).toEqualTypeOf<Pipeline>();
});

test('a wrapped function keeps its parameters and gives a promise', () => {
  const load = wrap(retry(), (id: string, weight?: number) => ({ id, weight }));
  expectTypeOf(load).toEqualTypeOf<
    (id: string, weight?: number) => Promise<{ id: string; weight: number | undefined }>
  >();
  const keyed = wrap(retry(), async (id: string) => id.length, { key: (id) => id, priority: () => 1 });
  expectTypeOf(keyed).toEqualTypeOf<(id: string) => Promise<number>>();
});

test('what policies show has its type', () => {
  expectTypeOf(bulkhead(1)).toEqualTypeOf<Bulkhead>();
  expectTypeOf(throttle()).toEqualTypeOf<Throttle>();
  expectTypeOf(retryBudget()).toEqualTypeOf<RetryBudget>();
  expectTypeOf(tokenRetryBudget()).toEqualTypeOf<RetryBudget>();
  expectTypeOf(aimdLimit()).toEqualTypeOf<ConcurrencyLimit>();
  expectTypeOf(pipeline([]).warnings).toEqualTypeOf<readonly PipelineWarning[]>();
  expectTypeOf<AttemptContext>().toHaveProperty('hedge');
  expectTypeOf((({ signal }) => signal) satisfies Task<AbortSignal>).returns.toEqualTypeOf<AbortSignal>();
});

test('wrong options do not compile', () => {
  const wrong: readonly (() => unknown)[] = [
    // @ts-expect-error no such option
    () => retry({ tries: 3 }),
    // @ts-expect-error not a back-off
    () => retry({ backoff: 100 }),
    // @ts-expect-error not a budget
    () => retry({ budget: 5 }),
    // @ts-expect-error the time must be given
    () => timeout(),
    // @ts-expect-error no such mode
    () => timeout(5, { mode: 'both' }),
    // @ts-expect-error the longest time must be given
    () => hedge({ quantile: 0.9 }),
    // @ts-expect-error the limit must be given
    () => bulkhead(),
    // @ts-expect-error no such order
    () => bulkhead(1, { order: 'random' }),
    // @ts-expect-error the handler must be given
    () => fallback(),
    // @ts-expect-error no such option
    () => throttle({ factor: 2 }),
    // @ts-expect-error not a rate
    () => chaos({ failRate: 'often' }),
    // @ts-expect-error not a policy
    () => pipeline([{}]),
    // @ts-expect-error an array, not a list of arguments
    () => pipeline(retry(), timeout(5)),
    // @ts-expect-error not a step
    () => vegasLimit({ alpha: '3' }),
  ];
  for (const build of wrong) expect(build).toThrow(/./);
});
