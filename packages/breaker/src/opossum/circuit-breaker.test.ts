import { EventEmitter } from 'node:events';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import vectors from '../../test/vectors/facade.json' with { type: 'json' };
import CircuitBreaker, { type CircuitBreakerOptions, CircuitBreaker as Named } from './index.ts';

const { facade } = vectors;
const down = new Error('down');

/** An action that does as it is told: `fire('S')` succeeds, `fire('F')` fails, `fire('H')` hangs. */
async function told(outcome: string): Promise<string> {
  if (outcome === 'F') throw down;
  if (outcome === 'H') await new Promise(() => {});
  return outcome;
}

const events = [
  ...['fire', 'reject', 'timeout', 'success', 'failure', 'open', 'close', 'halfOpen', 'fallback'],
  ...['semaphoreLocked', 'healthCheckFailed', 'shutdown', 'snapshot'],
];

function fixture(options: CircuitBreakerOptions = {}) {
  const clock = new ManualClock(1_000_000);
  const breaker = new CircuitBreaker(told, { clock, ...options });
  const heard: unknown[][] = [];
  for (const event of events) if (event !== 'snapshot') breaker.on(event, (...facts) => heard.push([event, ...facts]));
  const names = () => heard.map(([event]) => event);
  const fire = (outcome: string) => breaker.fire(outcome).catch((error: unknown) => error);
  const states = async (outcomes: string) => {
    const opened: boolean[] = [];
    for (const outcome of outcomes) {
      await fire(outcome);
      opened.push(breaker.opened);
    }
    return opened;
  };
  return { clock, breaker, heard, names, fire, states };
}

describe('what opossum does', () => {
  for (const { options, outcomes, opened } of facade.sequences) {
    test(`${outcomes} with ${JSON.stringify(options)}`, async () => {
      expect(await fixture(options).states(outcomes)).toEqual(opened);
    });
  }

  for (const { buckets, outcomes, rotate, failuresAfter } of facade.rotation) {
    test(`a window of ${buckets} forgets after ${rotate} turns, of a controller or of time`, async () => {
      const controller = new EventEmitter();
      const turned = fixture({ rollingCountBuckets: buckets, rotateBucketController: controller });
      const timed = fixture({ rollingCountBuckets: buckets });
      for (const { states, breaker } of [turned, timed]) {
        await states(outcomes);
        expect(breaker.stats.failures).toBe(outcomes.length);
      }
      for (let turn = 0; turn < rotate; turn++) controller.emit('rotate');
      expect(turned.breaker.stats.failures).toBe(failuresAfter);
      await timed.clock.advance((rotate * 10_000) / buckets);
      expect(timed.breaker.stats.failures).toBe(failuresAfter);
    });
  }

  test(`percentiles: ${facade.percentile.rule}`, async () => {
    const { clock, breaker } = fixture();
    const slow = new CircuitBreaker((ms: number) => clock.sleep(ms), { clock });
    for (const ms of facade.percentile.example.latencies) {
      const run = slow.fire(ms);
      await clock.advance(ms);
      await run;
    }
    const { p0, p25, p50, p90, p99, p100 } = facade.percentile.example;
    const { percentiles, latencyMean, latencyTimes } = slow.stats;
    expect(percentiles).toMatchObject({ 0: p0, 0.25: p25, 0.5: p50, 0.9: p90, 0.99: p99, 1: p100 });
    expect(latencyMean).toBe(5.5);
    expect(latencyTimes).toHaveLength(10);
    expect(breaker.stats).toMatchObject({ latencyMean: 0, percentiles: { 0.5: 0 } });
  });

  test('is a default and a named export', () => {
    expect(CircuitBreaker).toBe(Named);
  });

  test('fills in the defaults', () => {
    const { breaker } = fixture();
    expect(breaker.options).toMatchObject({
      timeout: 10_000,
      errorThresholdPercentage: 50,
      resetTimeout: 30_000,
      rollingCountTimeout: 10_000,
      rollingCountBuckets: 10,
      rollingPercentilesEnabled: true,
      capacity: Number.MAX_SAFE_INTEGER,
      enableSnapshots: true,
    });
    expect(breaker.volumeThreshold).toBe(0);
    expect([breaker.name, breaker.group]).toEqual(['told', 'told']);
    expect([breaker.closed, breaker.opened, breaker.halfOpen, breaker.pendingClose]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([breaker.enabled, breaker.warmUp, breaker.isShutdown]).toEqual([true, false, false]);
    const named = new CircuitBreaker(async () => 1, { name: 'users', group: 'api' });
    expect([named.name, named.group]).toEqual(['users', 'api']);
    expect(new CircuitBreaker(async () => 1).name).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('passes arguments and results through, and tells about them', async () => {
    const { clock } = fixture();
    const sum = new CircuitBreaker((one: number, other: number) => one + other, { clock });
    const heard: unknown[] = [];
    sum.on('fire', (args) => heard.push(args));
    sum.on('success', (result, latency) => heard.push([result, latency]));
    expect(await sum.fire(1, 2)).toBe(3);
    expect(heard).toEqual([
      [1, 2],
      [3, 0],
    ]);
  });

  test('an action that is no function is the result', async () => {
    expect(await new CircuitBreaker(42 as never).fire()).toBe(42);
    expect(() => new CircuitBreaker(undefined as never)).toThrow(/No action provided/);
  });

  test('call gives the action its this', async () => {
    const breaker = new CircuitBreaker(function (this: { readonly id: number }, add: number) {
      return this.id + add;
    });
    expect(await breaker.call({ id: 40 }, 2)).toBe(42);
  });

  test('opens, rejects, becomes half-open by itself, and closes with the trial', async () => {
    const { breaker, clock, names, fire, heard } = fixture({ resetTimeout: 1_000 });
    await fire('F');
    expect(names()).toEqual(['fire', 'failure', 'open']);
    expect(heard[1]).toEqual(['failure', down, 0, ['F']]);
    expect(breaker.opened).toBe(true);
    expect(await fire('S')).toMatchObject({ message: 'Breaker is open', code: 'EOPENBREAKER' });
    expect(names().slice(3)).toEqual(['fire', 'reject']);
    await clock.advance(1_000);
    expect(heard.at(-1)).toEqual(['halfOpen', 1_000]);
    expect([breaker.halfOpen, breaker.pendingClose]).toEqual([true, true]);
    const trial = fire('S');
    expect([breaker.halfOpen, breaker.pendingClose]).toEqual([true, false]);
    expect(await fire('S')).toMatchObject({ code: 'EOPENBREAKER' });
    expect(await trial).toBe('S');
    expect(names().slice(-2)).toEqual(['close', 'success']);
    expect(breaker.closed).toBe(true);
  });

  test('a trial that fails opens again', async () => {
    const { breaker, clock, fire, names } = fixture({ resetTimeout: 1_000 });
    await fire('F');
    await clock.advance(1_000);
    await fire('F');
    expect(breaker.opened).toBe(true);
    await clock.advance(1_000);
    expect(names().filter((name) => name === 'halfOpen')).toHaveLength(2);
  });

  test('compares with more-than, and only when a call failed', async () => {
    expect(await fixture({ errorThresholdPercentage: 100 }).states('FFF')).toEqual([false, false, false]);
    expect(await fixture({ errorThresholdPercentage: 0 }).states('SSSF')).toEqual([false, false, false, true]);
    expect(await fixture({ volumeThreshold: 3 }).states('FFSF')).toEqual([false, false, false, true]);
  });

  test('times out, with the code and the event, and answers nobody twice', async () => {
    const { clock, fire, heard, breaker } = fixture({ timeout: 100, volumeThreshold: 5 });
    const run = fire('H');
    await clock.advance(99);
    expect(breaker.stats.timeouts).toBe(0);
    await clock.advance(1);
    const error = await run;
    expect(error).toMatchObject({ message: 'Timed out after 100ms', code: 'ETIMEDOUT' });
    expect(heard.slice(1)).toEqual([
      ['timeout', error, 100, ['H']],
      ['failure', error, 100, ['H']],
    ]);
    expect(breaker.stats).toMatchObject({ fires: 1, timeouts: 1, failures: 1, successes: 0 });
  });

  test('timeout: false never times out', async () => {
    const { clock, fire } = fixture({ timeout: false });
    void fire('H');
    expect(clock.pending).toBe(0);
  });

  test('falls back on a failure, a refusal, a timeout and a lock, with the arguments and the error', async () => {
    const { breaker, fire, clock, heard } = fixture({ timeout: 100, capacity: 1 });
    breaker.fallback((outcome, error) => [outcome, (error as { code?: string }).code ?? (error as Error).message]);
    const hanging = fire('H');
    expect(await fire('S')).toEqual(['S', 'ESEMLOCKED']);
    expect(await fire('S')).toEqual(['S', 'EOPENBREAKER']);
    await clock.advance(100);
    expect(await hanging).toEqual(['H', 'ETIMEDOUT']);
    breaker.close();
    expect(breaker.stats.fallbacks).toBe(3);
    expect(heard.filter(([event]) => event === 'fallback')[0]).toEqual([
      'fallback',
      ['S', 'ESEMLOCKED'],
      expect.objectContaining({ code: 'ESEMLOCKED' }),
    ]);
  });

  test('falls back to another breaker, and to a fallback that fails', async () => {
    const { breaker, fire } = fixture();
    breaker.fallback(new CircuitBreaker((outcome: string) => `other ${outcome}`) as never);
    expect(await fire('F')).toBe('other F');
    breaker.fallback(() => {
      throw new Error('no answer');
    });
    await expect(breaker.fire('F')).rejects.toThrow('no answer');
    breaker.fallback(() => Promise.reject(new Error('no answer later')));
    await expect(breaker.fire('F')).rejects.toThrow('no answer later');
    expect(breaker.fallback(() => undefined)).toBe(breaker);
    expect(await breaker.fire('F')).toBeUndefined();
  });

  test('falls back to a breaker that another copy of this module made', async () => {
    const { breaker } = fixture();
    vi.resetModules();
    const copy = await import('./circuit-breaker.ts');
    expect(copy.CircuitBreaker).not.toBe(CircuitBreaker);
    breaker.fallback(new copy.CircuitBreaker((outcome: string) => `other ${outcome}`) as never);
    expect(await breaker.fire('F')).toBe('other F');
  });

  test('a fallback is a function or a breaker, and none is none', async () => {
    const { breaker } = fixture();
    for (const wrong of [5, 'answer', {}, true]) expect(() => breaker.fallback(wrong as never)).toThrow(TypeError);
    breaker.fallback(() => 'answer');
    expect(await breaker.fire('F')).toBe('answer');
    breaker.fallback(null as never);
    breaker.close();
    await expect(breaker.fire('F')).rejects.toBe(down);
  });

  test('an error that errorFilter takes is a success that rejects', async () => {
    const { breaker, fire, names } = fixture({ errorFilter: (error, outcome) => error === down && outcome === 'F' });
    breaker.fallback(() => 'never');
    expect(await fire('F')).toBe(down);
    expect(names()).toEqual(['fire', 'success']);
    expect(breaker.stats).toMatchObject({ successes: 1, failures: 0 });
  });

  test('a filter that throws is logged, and the error counts', async () => {
    const logger = new MemoryLogger();
    const { fire, names } = fixture({
      logger,
      errorFilter: () => {
        throw new Error('mine');
      },
    });
    await fire('F');
    expect(names()).toContain('failure');
    expect(logger.lines).toHaveLength(1);
  });

  test('does not open while it warms up', async () => {
    const { states, clock, breaker } = fixture({ allowWarmUp: true, rollingCountTimeout: 1_000 });
    expect(breaker.warmUp).toBe(true);
    expect(await states('FFF')).toEqual([false, false, false]);
    await clock.advance(1_000);
    expect(breaker.warmUp).toBe(false);
    expect(await states('F')).toEqual([true]);
  });

  test('disabled it calls the action bare, enabled it guards again', async () => {
    const { breaker, fire, names, states } = fixture({ enabled: false });
    breaker.fallback(() => 'never');
    expect(await fire('F')).toBe(down);
    expect(names()).toEqual(['fire']);
    expect(breaker.enabled).toBe(false);
    breaker.enable();
    expect(await states('F')).toEqual([true]);
    breaker.disable();
    expect(await fire('S')).toBe('S');
  });

  test('opens and closes by hand, each told once', async () => {
    const { breaker, names } = fixture();
    breaker.open();
    breaker.open();
    breaker.close();
    breaker.close();
    expect(names()).toEqual(['open', 'close']);
  });

  test('after shutdown every call rejects, and nothing is left running', async () => {
    const { breaker, fire, names, clock } = fixture();
    breaker.healthCheck(async () => {}, 100);
    breaker.status.on('snapshot', () => {});
    breaker.open();
    breaker.shutdown();
    expect(names()).toEqual(['open', 'shutdown']);
    expect([breaker.isShutdown, breaker.enabled, breaker.closed, breaker.opened]).toEqual([true, false, false, false]);
    expect(await fire('S')).toMatchObject({ message: 'The circuit has been shutdown.', code: 'ESHUTDOWN' });
    expect(clock.pending).toBe(0);
    expect(breaker.eventNames()).toEqual([]);
  });

  test('a health check that fails opens it', async () => {
    const { breaker, clock, names } = fixture();
    let well = true;
    let seen: unknown;
    breaker.healthCheck(async function (this: unknown) {
      seen = this;
      if (!well) throw down;
    }, 100);
    await clock.advance(100);
    expect(breaker.closed).toBe(true);
    expect(seen).toBe(breaker);
    well = false;
    await clock.advance(100);
    expect(names()).toEqual(['healthCheckFailed', 'open']);
    expect(() => breaker.healthCheck('me' as never)).toThrow(TypeError);
    expect(() => breaker.healthCheck(async () => {}, 'soon' as never)).toThrow(TypeError);
  });

  test('tells its own errors from others', async () => {
    const { breaker, fire } = fixture();
    expect(CircuitBreaker.isOurError(await fire('F'))).toBe(false);
    expect(CircuitBreaker.isOurError(await fire('S'))).toBe(true);
    expect(CircuitBreaker.isOurError(undefined)).toBe(false);
    expect(breaker.stats).toMatchObject({ fires: 2, failures: 1, rejects: 1 });
  });

  test('goes on after a restart where it stopped', async () => {
    const { breaker, fire } = fixture({ resetTimeout: 1_000 });
    await fire('F');
    const { state, status } = JSON.parse(JSON.stringify(breaker));
    expect(state).toEqual({
      name: 'told',
      enabled: true,
      closed: false,
      open: true,
      halfOpen: false,
      warmUp: false,
      shutdown: false,
      lastTimerAt: 1_000_000,
    });
    expect(status).toMatchObject({ fires: 1, failures: 1 });
    const again = (now: number) =>
      new CircuitBreaker(told, { state, status, resetTimeout: 1_000, clock: new ManualClock(now) });
    expect(again(1_000_500).opened).toBe(true);
    expect(again(1_001_001).halfOpen).toBe(true);
    expect(again(1_000_500).stats).toMatchObject({ fires: 1, failures: 1 });
    const shut = new CircuitBreaker(told, { state: { ...state, closed: true, shutdown: true, enabled: false } });
    expect([shut.isShutdown, shut.enabled]).toEqual([true, false]);
    const half = new CircuitBreaker(told, { state: { closed: false, halfOpen: true } });
    expect([half.halfOpen, half.pendingClose]).toEqual([true, true]);
  });

  test('begins with the statistics it is given', async () => {
    const status = CircuitBreaker.newStatus({ stats: { fires: 10, successes: 5, failures: 5 } });
    const breaker = new CircuitBreaker(told, { status });
    expect(breaker.status).toBe(status);
    expect(breaker.stats).toMatchObject({ fires: 10, failures: 5 });
    await breaker.fire('F').catch(() => {});
    expect(breaker.opened).toBe(true);
    expect(breaker.status.window[0]).toMatchObject({ fires: 11, failures: 6, isCircuitBreakerOpen: true });
  });

  test('emits snapshots only to listeners, and keeps a timer only for them', async () => {
    const { breaker, clock } = fixture();
    expect(clock.pending).toBe(0);
    const seen: number[] = [];
    const listener = (stats: { fires: number }) => seen.push(stats.fires);
    breaker.status.on('snapshot', listener);
    breaker.on('snapshot', listener);
    await breaker.fire('S');
    await clock.advance(1_000);
    expect(seen).toEqual([1, 1]);
    breaker.status.removeListener('snapshot', listener);
    await clock.advance(1_000);
    expect(seen).toEqual([1, 1, 1]);
    breaker.removeListener('snapshot', listener);
    expect(clock.pending).toBe(0);
    const silent = new CircuitBreaker(told, { clock, enableSnapshots: false });
    silent.status.on('snapshot', listener);
    expect(clock.pending).toBe(0);
  });

  test('collects no percentiles when it is told not to', async () => {
    const { breaker, fire } = fixture({ rollingPercentilesEnabled: false });
    await fire('S');
    expect(breaker.stats).toMatchObject({ latencyMean: -1, latencyTimes: [], percentiles: { 0.5: -1 } });
  });

  test('options may be changed on a living breaker', async () => {
    const { breaker, clock, fire } = fixture();
    breaker.options.timeout = 5;
    const run = fire('H');
    await clock.advance(5);
    expect(await run).toMatchObject({ code: 'ETIMEDOUT' });
  });
});

describe('bad input', () => {
  const make = (options: object) => () => new CircuitBreaker(told, options);

  test('cache and coalesce are the business of the cache package', () => {
    expect(make({ cache: true })).toThrow(
      new TypeError('cache is not what a breaker does: wrap the action with @xc/cache'),
    );
    expect(make({ coalesce: true })).toThrow(TypeError);
    expect(make({ cache: false, coalesce: false, cacheTTL: 5, maxFailures: 3 })).not.toThrow();
  });

  test('options that make no sense are refused', () => {
    expect(make({ errorTresholdPercentage: 50 })).toThrow(new TypeError('unknown option errorTresholdPercentage'));
    expect(make({ timeout: -1 })).toThrow(RangeError);
    expect(make({ timeout: '3s' })).toThrow(TypeError);
    expect(make({ resetTimeout: Number.NaN })).toThrow(RangeError);
    expect(make({ errorThresholdPercentage: '50' })).toThrow(TypeError);
    expect(make({ rollingCountBuckets: 0 })).toThrow(RangeError);
    expect(make({ rollingCountTimeout: 5 })).toThrow(/at least 1 for each of 10 buckets, got 5/);
    expect(make({ errorFilter: 'all' })).toThrow(TypeError);
    expect(make({ clock: {} })).toThrow(/^clock must be an object with/);
    expect(make({ logger: {} })).toThrow(/^logger must be an object with/);
    expect(make({ abortController: {} })).toThrow(new TypeError('AbortController does not contain `abort()` method'));
  });
});
