import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createBreaker } from '../circuit/create-breaker.ts';
import { timeout } from '../timeout/timeout.ts';
import { breakerProbe } from './breaker-probe.ts';
import { createBreakers } from './create-breakers.ts';

const { signal } = new AbortController();

test('a breaker that is open or probing is degraded, never down', async () => {
  const breaker = createBreaker({ clock: new ManualClock(), openForMs: 5_000 });
  const probe = breakerProbe('payments', breaker);
  const status = async () => (await probe.check(signal)).status;
  expect(probe.name).toBe('payments');
  expect(await status()).toBe('up');
  breaker.open();
  expect(await probe.check(signal)).toMatchObject({
    status: 'degraded',
    details: { state: 'open', retryAfterMs: 5_000, openings: 1 },
  });
  breaker.halfOpen();
  expect(await status()).toBe('degraded');
  breaker.forceOpen();
  expect(await status()).toBe('degraded');
  breaker.disable();
  expect(await status()).toBe('up');
  breaker.metricsOnly();
  expect(await status()).toBe('up');
});

test('a registry is as well as its breakers, and lists a few that are not', async () => {
  const breakers = createBreakers({ clock: new ManualClock() });
  const probe = breakerProbe('hosts', breakers);
  breakers.for('well');
  expect(await probe.check(signal)).toEqual({ status: 'up', details: { breakers: 1, degraded: 0, states: {} } });
  breakers.for('__proto__').open();
  for (let key = 0; key < 50; key++) breakers.for(`host ${key}`).open();
  const { status, details } = await probe.check(signal);
  expect(status).toBe('degraded');
  expect(details).toMatchObject({ breakers: 52, degraded: 51 });
  expect(Object.keys(details?.states as object)).toHaveLength(20);
});

test('a probe has a name', () => {
  expect(() => breakerProbe('', createBreaker())).toThrow(RangeError);
});

test('a probe shows breakers and nothing else', () => {
  for (const wrong of [undefined, null, 5, {}, [], timeout(1), () => createBreaker()]) {
    expect(() => breakerProbe('payments', wrong as never)).toThrow(TypeError);
  }
});
