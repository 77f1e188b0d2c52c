import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Breaker } from '../circuit/breaker.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { retryBudget } from '../retry/retry-budget.ts';
import { fromPreset, type PresetPolicy } from './from-preset.ts';
import { presets } from './presets.ts';

const down = new Error('down');
const names = (policy: PresetPolicy) => policy.policies.length;

describe('fromPreset', () => {
  for (const name of ['database', 'redis', 'external-api', 'email', 'sms'] as const) {
    test(`${name} goes well, in an order nobody warns of`, async () => {
      const policy = fromPreset(name, { fallback: () => 'never' });
      expect(await policy.run(() => 'well')).toBe('well');
      expect(policy.warnings).toEqual([]);
      expect(policy.name).toBe(name);
      expect(names(policy)).toBe(presets[name].retry ? 5 : 4);
      expect(policy.bulkhead.limit).toBe(presets[name].bulkhead.limit);
      expect(policy.breaker.snapshot()).toMatchObject({ name, calls: 1 });
    });
  }

  test('times out, retries, opens, and falls back', async () => {
    const clock = new ManualClock();
    const policy = fromPreset('external-api', { clock, random: { next: () => 0.5 }, fallback: () => 'cached' });
    let attempts = 0;
    const hang = () => {
      attempts++;
      return new Promise(() => {});
    };
    const run = policy.run(hang);
    await clock.advance(31_500);
    expect(await run).toBe('cached');
    expect(attempts).toBe(3);
    expect(policy.breaker.snapshot()).toMatchObject({ failures: 3, state: 'closed' });
    const again = policy.run(() => Promise.reject(down));
    await clock.advance(5_000);
    expect(await again).toBe('cached');
    expect(policy.breaker.state).toBe('open');
  });

  test('its parts are its own', () => {
    const [one, other] = [fromPreset('redis'), fromPreset('redis')];
    one.breaker.open();
    expect(other.breaker.state).toBe('closed');
    const [api, other2] = [fromPreset('external-api'), fromPreset('external-api')];
    api.budget?.tryRetry();
    expect([api.budget?.balance, other2.budget?.balance]).toEqual([99, 100]);
    expect([fromPreset('database').budget, fromPreset('redis').budget]).toEqual([undefined, undefined]);
  });

  test('a budget lives by the clock of its policy', async () => {
    const clock = new ManualClock();
    const { budget } = fromPreset('external-api', { clock });
    budget?.tryRetry();
    await clock.advance(20_000);
    expect(budget?.balance).toBe(100);
  });

  test('takes a preset of your own, and what one dependency has over it', async () => {
    const clock = new ManualClock();
    const preset = { breaker: { minimumCalls: 1 }, timeoutMs: 100, bulkhead: { limit: 2, maxQueue: 0, maxWaitMs: 5 } };
    const policy = fromPreset(preset, { clock, name: 'users', timeoutMs: 50, breaker: { halfOpen: { permits: 1 } } });
    const run = policy.run(() => new Promise(() => {})).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await run).toMatchObject({ code: 'XC_BREAKER_TIMEOUT' });
    expect(policy.breaker.snapshot()).toMatchObject({ name: 'users', state: 'open' });
    policy.breaker.halfOpen();
    expect(policy.breaker.snapshot().probesLeft).toBe(1);
    expect(fromPreset('database', { breaker: { halfOpen: { maxWaitMs: 7 } } }).breaker.name).toBe('database');
  });

  test('retries as it is told: over the preset, not at all, or with a budget of yours', async () => {
    const clock = new ManualClock();
    const attempts = async (policy: PresetPolicy) => {
      let tried = 0;
      const run = policy
        .run(() => {
          tried++;
          return Promise.reject(down);
        })
        .catch(() => {});
      await clock.advance(60_000);
      await run;
      return tried;
    };
    expect(await attempts(fromPreset('redis', { clock }))).toBe(2);
    expect(await attempts(fromPreset('redis', { clock, retry: { attempts: 4 } }))).toBe(4);
    expect(await attempts(fromPreset('redis', { clock, retry: false }))).toBe(1);
    expect(await attempts(fromPreset('email', { clock, retry: { attempts: 2 } }))).toBe(2);
    const budget = retryBudget({ minPerSecond: 0, ratio: 0 });
    const bound = fromPreset('external-api', { clock, retry: { budget } });
    expect(bound.budget).toBe(budget);
    expect(await attempts(bound)).toBe(1);
  });

  test('goes into a pipeline like any other', async () => {
    const policy = fromPreset('redis');
    expect(pipeline([policy]).policies).toEqual(policy.policies);
    expect(await pipeline([policy]).run(() => 1)).toBe(1);
    expect(policy.breaker.snapshot().calls).toBe(1);
  });

  test('every part counts under one name', async () => {
    const meter = new RecordingMeter();
    const policy = fromPreset('redis', { meter, name: 'sessions' });
    await policy.run(() => 1);
    expect(meter.value('xc_breaker_calls_total', { breaker: 'sessions', outcome: 'success' })).toBe(1);
    expect(meter.value('xc_breaker_bulkhead_limit', { policy: 'sessions' })).toBe(512);
  });

  test('refuses what is not there', () => {
    expect(() => fromPreset('mysql' as never)).toThrow(
      new TypeError("preset must be one of 'database', 'redis', 'external-api', 'email', 'sms', got 'mysql'"),
    );
    expect(() => fromPreset('toString' as never)).toThrow(TypeError);
    expect(() => fromPreset(undefined as never)).toThrow(TypeError);
    expect(() => fromPreset('redis', { timeOutMs: 5 } as never)).toThrow(new TypeError('unknown option timeOutMs'));
    expect(() => fromPreset({ ...presets.redis, retries: 2 } as never)).toThrow(
      new TypeError('unknown option retries'),
    );
    expect(() => fromPreset('redis', { timeoutMs: 0 })).toThrow(RangeError);
    expect(() => fromPreset('redis', { fallback: 'cached' as never })).toThrow(TypeError);
    expect(() => fromPreset('redis', { breaker: { failureRate: 2 } })).toThrow(RangeError);
  });

  test('names what was wrong as it was written', () => {
    const wrong = (options: object) => () => fromPreset('redis', options as never);
    expect(wrong({ timeoutMs: 0 })).toThrow(new RangeError('timeoutMs must be above 0, got 0'));
    expect(wrong({ timeoutMs: Number.NaN })).toThrow(/^timeoutMs must be milliseconds/);
    expect(wrong({ timeoutMs: null })).toThrow(/^timeoutMs must be milliseconds.*, got null$/);
    expect(wrong({ retry: true })).toThrow(new TypeError('retry must be an object or false, got true'));
    expect(wrong({ retry: null })).toThrow(new TypeError('retry must be an object or false, got null'));
    expect(wrong({ breaker: null })).toThrow(new TypeError('breaker must be an object, got null'));
    expect(wrong({ breaker: { halfOpen: null } })).toThrow(new TypeError('halfOpen must be an object, got null'));
    expect(wrong({ fallback: null })).toThrow(TypeError);
  });

  test('checks the whole shape of a preset of your own', () => {
    const whole = { breaker: {}, timeoutMs: 100, bulkhead: { limit: 2, maxQueue: 0, maxWaitMs: 5 } };
    const refusal = (part: object) => {
      try {
        fromPreset({ ...whole, ...part } as never);
        return 'accepted';
      } catch (error) {
        return String(error);
      }
    };
    expect(refusal({})).toBe('accepted');
    expect(refusal({ retry: undefined })).toBe('accepted');
    expect(refusal({ breaker: undefined })).toBe('TypeError: breaker must be an object, got undefined');
    expect(refusal({ timeoutMs: undefined })).toMatch(/^TypeError: timeoutMs must be .*, got undefined$/);
    expect(refusal({ timeoutMs: -1 })).toMatch(/^RangeError: timeoutMs must be/);
    expect(refusal({ bulkhead: undefined })).toBe('TypeError: bulkhead must be an object, got undefined');
    expect(refusal({ bulkhead: { limit: 2 } })).toMatch(/^TypeError: bulkhead.maxQueue must be/);
    expect(refusal({ bulkhead: { ...whole.bulkhead, limit: 0 } })).toMatch(/^RangeError: bulkhead.limit must be/);
    expect(refusal({ bulkhead: { ...whole.bulkhead, maxWaitMs: '5' } })).toMatch(/^TypeError: bulkhead.maxWaitMs/);
    expect(refusal({ bulkhead: { ...whole.bulkhead, order: 'fifo' } })).toBe('TypeError: unknown option order');
    expect(refusal({ retry: false })).toBe('TypeError: retry must be an object, got false');
    expect(refusal({ retry: { attempts: 0 } })).toMatch(/^RangeError: attempts must be/);
  });

  test('takes what is left undefined from the preset', async () => {
    const left = {
      breaker: { consecutive: undefined, halfOpen: { permits: undefined } },
      retry: { attempts: undefined },
    };
    const policy = fromPreset('redis', { ...left, retry: { ...left.retry, backoff: undefined } } as never);
    for (let call = 0; call < 20; call++)
      await policy.run(() => Promise.reject(down), { idempotent: false }).catch(() => {});
    expect(policy.breaker.snapshot().state).toBe('open');
    policy.breaker.halfOpen();
    expect(policy.breaker.snapshot().probesLeft).toBe(10);
  });

  test('shows its parts to the compiler', () => {
    expectTypeOf(fromPreset('sms').breaker).toEqualTypeOf<Breaker>();
  });
});
