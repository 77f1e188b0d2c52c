import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { Breaker } from './breaker.ts';
import type { BreakerState } from './breaker-state.ts';
import { createBreaker } from './create-breaker.ts';

const states = ['closed', 'open', 'half-open', 'forced-open', 'disabled', 'metrics-only'] as const;

const change: Readonly<Record<BreakerState, (breaker: Breaker) => void>> = {
  closed: (breaker) => breaker.close(),
  open: (breaker) => breaker.open(),
  'half-open': (breaker) => breaker.halfOpen(),
  'forced-open': (breaker) => breaker.forceOpen(),
  disabled: (breaker) => breaker.disable(),
  'metrics-only': (breaker) => breaker.metricsOnly(),
};

function breakerIn(state: BreakerState): Breaker {
  const breaker = createBreaker({ clock: new ManualClock(), minimumCalls: 1_000 });
  if (state === 'half-open') breaker.open();
  change[state](breaker);
  return breaker;
}

const illegal = new Set(['closed > half-open', 'metrics-only > half-open', 'metrics-only > open']);

describe('a manual change', () => {
  for (const from of states) {
    for (const to of states) {
      const name = `${from} > ${to}`;
      if (illegal.has(name)) {
        test(`${name} is illegal and changes nothing`, () => {
          const breaker = breakerIn(from);
          const before = breaker.snapshot();
          expect(() => change[to](breaker)).toThrow(
            expect.toSatisfy((error) => isXcError(error, 'XC_BREAKER_TRANSITION') && !error.retryable),
          );
          try {
            change[to](breaker);
          } catch (error) {
            expect(error).toMatchObject({ details: { from, to } });
          }
          expect(breaker.snapshot()).toEqual(before);
        });
      } else if (from === to) {
        test(`${name} is silent`, () => {
          const breaker = breakerIn(from);
          const { generation } = breaker.snapshot();
          breaker.on('transition', () => expect.unreachable());
          change[to](breaker);
          expect(breaker.snapshot()).toMatchObject({ state: to, generation });
        });
      } else {
        test(`${name} is told, and begins a generation`, () => {
          const breaker = breakerIn(from);
          const { generation } = breaker.snapshot();
          const told: unknown[] = [];
          breaker.on('transition', (event) => told.push([event.from, event.to, event.reason, event.snapshot.state]));
          change[to](breaker);
          expect(breaker.snapshot()).toMatchObject({ state: to, generation: generation + 1 });
          expect(told).toEqual([[from, to, 'manual', to]]);
        });
      }
    }
  }
});

describe('reset', () => {
  for (const from of states) {
    test(`from ${from} ends closed and empty`, () => {
      const breaker = breakerIn(from);
      const permit = breaker.tryAcquire();
      breaker.tryAcquire()?.failure();
      let resets = 0;
      breaker.on('reset', () => resets++);
      breaker.reset();
      permit?.failure();
      expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0, rejected: 0, openings: 0, admission: 1 });
      expect(resets).toBe(1);
    });
  }
});

test('opening by hand shows what counts at that moment, and then stands still', async () => {
  const clock = new ManualClock();
  const window = { type: 'time', lengthMs: 1_000, buckets: 2 } as const;
  const breaker = createBreaker({ clock, window, minimumCalls: 100 });
  breaker.tryAcquire()?.failure();
  await clock.advance(600);
  breaker.tryAcquire()?.success();
  await clock.advance(400);
  breaker.open();
  expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0 });
  await clock.advance(3_600_000);
  expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0 });
});

test('an update leaves what tripped an open breaker standing', () => {
  const breaker = createBreaker({ clock: new ManualClock(), minimumCalls: 2 });
  breaker.tryAcquire()?.failure();
  breaker.tryAcquire()?.failure();
  breaker.update({ minimumCalls: 10 });
  expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 2, failureRate: 1, slowRate: 0 });
  breaker.open(1_000);
  expect(breaker.snapshot()).toMatchObject({ retryAfterMs: 1_000, failureRate: 1 });
});

test('an update finds no rate where none was when the breaker opened', () => {
  const breaker = createBreaker({ clock: new ManualClock() });
  breaker.tryAcquire()?.failure();
  breaker.open();
  breaker.update({ minimumCalls: 1 });
  expect(breaker.snapshot()).toMatchObject({ calls: 1, failureRate: undefined, slowRate: undefined });
  breaker.close();
  breaker.tryAcquire()?.failure();
  expect(breaker.state).toBe('open');
});

test('forced-open refuses for ever', async () => {
  const clock = new ManualClock();
  const breaker = createBreaker({ clock, initialState: 'forced-open' });
  await clock.advance(2 ** 31);
  await expect(breaker.run(() => 1)).rejects.toMatchObject({
    details: { state: 'forced-open', retryAfterMs: Number.POSITIVE_INFINITY },
  });
  expect(breaker.snapshot()).toMatchObject({ admission: 0, rejected: 1, retryAfterMs: undefined });
});

test('disabled lets all through and records nothing, whatever it is asked to judge', async () => {
  let asked = 0;
  const classify = () => {
    asked++;
    return 'failure' as const;
  };
  const breaker = createBreaker({ initialState: 'disabled', minimumCalls: 1, classify });
  breaker.on('failure', () => expect.unreachable());
  await expect(breaker.run(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(breaker.snapshot()).toMatchObject({ state: 'disabled', calls: 0, inFlight: 0 });
  expect(asked).toBe(0);
});

test('metrics-only records, never opens, and says once for each kind that a rate was reached', () => {
  const breaker = createBreaker({ initialState: 'metrics-only', minimumCalls: 2, slowAfterMs: 10, slowRate: 0.5 });
  const told: unknown[] = [];
  breaker.on('rate-exceeded', (event) => told.push(event));
  breaker.tryAcquire()?.failure(new Error('down'), 1);
  expect(told).toEqual([]);
  breaker.tryAcquire()?.failure(new Error('down'), 1);
  breaker.tryAcquire()?.success(11);
  breaker.tryAcquire()?.failure(new Error('down'), 11);
  breaker.tryAcquire()?.failure(new Error('down'), 11);
  expect(told).toEqual([
    { kind: 'failure', rate: 1 },
    { kind: 'slow', rate: 0.5 },
  ]);
  expect(breaker.snapshot()).toMatchObject({ state: 'metrics-only', calls: 5, failures: 4, slow: 3, slowFailures: 2 });
});
