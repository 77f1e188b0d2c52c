import { constantBackoff, type RunOptions, XcError } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { retry } from './retry.ts';
import { retryBudget } from './retry-budget.ts';
import type { RetryOptions } from './retry-options.ts';

const names = ['retried', 'recovered', 'exhausted', 'budget', 'deadline', 'refused'] as const;

/** What is counted for a task that fails so often, then succeeds. */
async function counted(options: RetryOptions, failures: number, runOptions?: RunOptions, error: unknown = new Error()) {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  let calls = 0;
  const run = retry({ clock, meter, name: 'reads', backoff: constantBackoff(100), ...options }).run(() => {
    calls += 1;
    if (calls <= failures) throw error;
  }, runOptions);
  run.catch(() => {});
  await clock.advance(10_000);
  const counts = names.map((result) => meter.value('xc_breaker_retries_total', { policy: 'reads', result }));
  return Object.fromEntries(names.map((name, at) => [name, counts[at]]).filter(([, count]) => count !== 0));
}

test('counts what became of every failed attempt', async () => {
  expect(await counted({}, 0)).toEqual({});
  expect(await counted({}, 2)).toEqual({ retried: 2, recovered: 1 });
  expect(await counted({}, 9)).toEqual({ retried: 2, exhausted: 1 });
  expect(await counted({ attempts: 1 }, 9)).toEqual({ exhausted: 1 });
  expect(await counted({ budget: retryBudget({ ratio: 0, minPerSecond: 0 }) }, 9)).toEqual({ budget: 1 });
  expect(await counted({}, 9, { deadline: 150 })).toEqual({ retried: 1, deadline: 1 });
  expect(await counted({}, 9, { idempotent: false })).toEqual({ refused: 1 });
  expect(await counted({ when: () => false }, 9)).toEqual({ refused: 1 });
  expect(await counted({}, 9, {}, new XcError('XC_X', 'no'))).toEqual({ refused: 1 });
  expect(await counted({}, 9, {}, Object.assign(new Error(), { retryAfterMs: 60_000 }))).toEqual({ refused: 1 });
});
