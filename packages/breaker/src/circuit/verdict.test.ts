import { XcError } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { BreakerOptions } from './breaker-options.ts';
import { createBreaker } from './create-breaker.ts';
import type { Outcome } from './verdict.ts';

function fixture(options: BreakerOptions) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const breaker = createBreaker({ window: { type: 'count', size: 10 }, minimumCalls: 5, clock, logger, ...options });
  return { clock, logger, breaker };
}

const down = new Error('down');

describe('classify', () => {
  test('sees every outcome with its duration', async () => {
    const seen: Outcome[] = [];
    const { breaker, clock } = fixture({ classify: (outcome) => void seen.push(outcome) });
    const slow = breaker.run(async () => {
      await clock.sleep(7);
      return 'value';
    });
    await clock.advance(7);
    await slow;
    await breaker.run(() => Promise.reject(down)).catch(() => {});
    const controller = new AbortController();
    const given = breaker.run(() => new Promise(() => {}), { signal: controller.signal }).catch(() => {});
    controller.abort('bored');
    await given;
    expect(seen).toEqual([
      { ok: true, value: 'value', durationMs: 7 },
      { ok: false, error: down, durationMs: 0 },
      { ok: false, error: 'bored', durationMs: 0 },
    ]);
    expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 1 });
  });

  test('takes a value for a failure, a failure for a success, and ignores what it likes', async () => {
    const { breaker } = fixture({
      classify: (outcome) => (outcome.ok ? 'failure' : outcome.error === down ? 'success' : 'ignore'),
    });
    await breaker.run(() => 503);
    await breaker.run(() => Promise.reject(down)).catch(() => {});
    await breaker.run(() => Promise.reject(new Error('404'))).catch(() => {});
    expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 1 });
  });

  test('{ openForMs } opens now for that long, without a minimum', async () => {
    const { breaker } = fixture({ classify: ({ ok }) => (ok ? undefined : { openForMs: 120_000 }) });
    await breaker.run(() => 'fine');
    await breaker.run(() => Promise.reject(down)).catch(() => {});
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 120_000, calls: 2, failures: 1 });
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ details: { reason: 'classified' } });
  });

  test('{ openForMs } opens from half-open too, and never from metrics-only', async () => {
    const { breaker } = fixture({ classify: () => ({ openForMs: 5_000 }) });
    breaker.open();
    breaker.halfOpen();
    breaker.tryAcquire()?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 5_000, openings: 2, failures: 1 });
    breaker.metricsOnly();
    breaker.tryAcquire()?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'metrics-only', calls: 1, failures: 1 });
  });

  test('that throws leaves it to the default verdict and is logged once', async () => {
    const { breaker, logger } = fixture({
      classify: () => {
        throw new Error('mine');
      },
    });
    await breaker.run(() => 'fine');
    await breaker.run(() => Promise.reject(down)).catch(() => {});
    expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 1 });
    expect(logger.find({ level: 'error', message: /classify threw/ })).toHaveLength(1);
  });

  test('that says nothing known leaves it to the default verdict', async () => {
    for (const verdict of ['sucess', true, null, {}, 7]) {
      const { breaker, logger } = fixture({ classify: () => verdict as never });
      await breaker.run(() => 'fine');
      expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0 });
      expect(logger.lines).toHaveLength(1);
    }
  });

  test('with a wait that cannot be opens for 30 s', () => {
    for (const openForMs of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      const { breaker, logger } = fixture({ classify: () => ({ openForMs }) });
      breaker.tryAcquire()?.success();
      expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 30_000 });
      expect(logger.lines).toHaveLength(1);
    }
  });

  test('may change the state: then the call it judges is stale', () => {
    const { breaker } = fixture({
      classify: () => {
        breaker.forceOpen();
        return 'failure';
      },
    });
    let stale = 0;
    breaker.on('stale', () => stale++);
    breaker.tryAcquire()?.failure(down);
    expect(breaker.snapshot()).toMatchObject({ state: 'forced-open', calls: 0 });
    expect(stale).toBe(1);
  });
});

describe('the default verdict', () => {
  const hurried = new XcError('XC_BREAKER_DEADLINE', 'too late');

  test('a call that ran into its own deadline is given up, not failed', async () => {
    const { breaker, clock } = fixture({ minimumCalls: 1, slowAfterMs: 100 });
    const { deadline } = { deadline: clock.monotonic() + 1 };
    for (let call = 0; call < 3; call++) await breaker.run(() => Promise.reject(hurried), { deadline }).catch(() => {});
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  test('but one that was slow by then counts as slow', () => {
    const { breaker } = fixture({ minimumCalls: 1, slowAfterMs: 100 });
    breaker.tryAcquire()?.failure(hurried, 101);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 1, slow: 1, failures: 0 });
  });

  test('an abandoned slow call neither adds to a row of failures nor ends it', async () => {
    const { breaker, clock } = fixture({ consecutive: 2, minimumCalls: 100, slowAfterMs: 10 });
    breaker.tryAcquire()?.failure(down);
    const controller = new AbortController();
    const run = breaker.run(() => new Promise(() => {}), { signal: controller.signal }).catch(() => {});
    await clock.advance(11);
    controller.abort();
    await run;
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 2 });
    breaker.tryAcquire()?.failure(down);
    expect(breaker.state).toBe('open');
  });

  test('a success ends a row, an ignored outcome does not touch it', () => {
    const { breaker } = fixture({ consecutive: 2, minimumCalls: 100 });
    const outcomes = { F: () => breaker.tryAcquire()?.failure(down), S: () => breaker.tryAcquire()?.success() };
    outcomes.F();
    outcomes.S();
    outcomes.F();
    expect(breaker.state).toBe('closed');
    breaker.tryAcquire()?.ignore();
    outcomes.F();
    expect(breaker.state).toBe('open');
  });
});
