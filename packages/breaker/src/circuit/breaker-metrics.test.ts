import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createBreakers } from '../breakers/create-breakers.ts';
import { createBreaker } from './create-breaker.ts';

const down = new Error('down');

test('counts every call by what it counted as', async () => {
  const meter = new RecordingMeter();
  const clock = new ManualClock();
  const breaker = createBreaker({ name: 'mail', meter, clock, minimumCalls: 100 });
  const calls = (outcome: string) => meter.value('xc_breaker_calls_total', { breaker: 'mail', outcome });
  const old = breaker.tryAcquire();
  await breaker.run(() => 1);
  await breaker.run(() => 1);
  await breaker.run(() => Promise.reject(down)).catch(() => {});
  breaker.tryAcquire()?.ignore();
  breaker.open();
  old?.success();
  for (let call = 0; call < 4; call++) breaker.tryAcquire();
  expect(['success', 'failure', 'ignored', 'stale', 'rejected'].map(calls)).toEqual([2, 1, 1, 1, 4]);
});

test('counts transitions with their reason, and shows the state as a number', async () => {
  const meter = new RecordingMeter();
  const clock = new ManualClock();
  const breaker = createBreaker({
    name: 'mail',
    meter,
    clock,
    minimumCalls: 1,
    openForMs: 10,
    halfOpen: { permits: 1 },
  });
  const state = () => meter.value('xc_breaker_state', { breaker: 'mail' });
  const states = [state()];
  const then = (change: () => void) => {
    change();
    states.push(state());
  };
  then(() => breaker.tryAcquire()?.failure(down));
  await clock.advance(10);
  const probe = breaker.tryAcquire();
  states.push(state());
  then(() => probe?.success());
  then(() => breaker.forceOpen());
  then(() => breaker.disable());
  then(() => breaker.metricsOnly());
  expect(states).toEqual([0, 2, 1, 0, 3, 4, 5]);
  const transitions = (from: string, to: string, reason: string) =>
    meter.value('xc_breaker_transitions_total', { breaker: 'mail', from, to, reason });
  expect(transitions('closed', 'open', 'failure-rate')).toBe(1);
  expect(transitions('open', 'half-open', 'wait-over')).toBe(1);
  expect(transitions('half-open', 'closed', 'probes-passed')).toBe(1);
  expect(transitions('closed', 'forced-open', 'manual')).toBe(1);
});

test('a breaker that begins elsewhere shows it from the beginning', () => {
  const meter = new RecordingMeter();
  createBreaker({ name: 'mail', meter, initialState: 'metrics-only' });
  expect(meter.value('xc_breaker_state', { breaker: 'mail' })).toBe(5);
  const open = createBreaker({ openForMs: 1_000 });
  open.open();
  createBreaker({ name: 'restored', meter, restore: open.dump() });
  expect(meter.value('xc_breaker_state', { breaker: 'restored' })).toBe(2);
});

test('the breakers of a registry share one label value: a key never becomes one', async () => {
  const meter = new RecordingMeter();
  const clock = new ManualClock();
  const breakers = createBreakers({ name: 'hosts', meter, clock, idleMs: 1_000, forKey: () => ({ name: 'own' }) });
  const state = () => meter.value('xc_breaker_state', { breaker: 'hosts' });
  for (const key of ['a', 'b', 'c']) await breakers.run(() => 1, { key });
  expect(meter.value('xc_breaker_calls_total', { breaker: 'hosts', outcome: 'success' })).toBe(3);
  expect(meter.series('xc_breaker_calls_total').every(({ labels }) => labels.breaker === 'hosts')).toBe(true);
  breakers.for('a').open();
  breakers.for('b').open();
  breakers.for('b').halfOpen();
  expect(state()).toBe(2);
  breakers.for('a').close();
  expect(state()).toBe(1);
  const b = breakers.for('b');
  breakers.delete('b');
  expect(state()).toBe(0);
  breakers.for('c').open();
  b.open();
  b.close();
  expect(state()).toBe(2);
});

test('binds its cells once: a call asks the meter for nothing', async () => {
  const meter = new RecordingMeter();
  let asked = 0;
  const counting = new Proxy(meter, {
    get(target, kind: 'counter' | 'gauge' | 'histogram') {
      return (spec: Parameters<RecordingMeter['counter']>[0]) => {
        const instrument = target[kind](spec);
        const at = (...labels: string[]) => {
          asked++;
          return instrument.at(...labels);
        };
        return { at };
      };
    },
  });
  const breaker = createBreaker({ meter: counting, minimumCalls: 100 });
  const atFirst = asked;
  for (let call = 0; call < 10; call++) await breaker.run(() => 1);
  await breaker.run(() => Promise.reject(down)).catch(() => {});
  breaker.tryAcquire()?.ignore();
  expect(asked).toBe(atFirst);
});
