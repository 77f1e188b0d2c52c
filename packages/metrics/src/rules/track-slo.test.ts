import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { defineSlo } from './define-slo.ts';
import type { SloSpec } from './slo.ts';
import { trackSlo } from './track-slo.ts';

const spec: SloSpec = {
  service: 'shop',
  name: 'requests',
  objectivePercent: 99.9,
  sli: { errors: 'e[$window]', total: 't[$window]' },
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A service under watch: `serve` lets time pass with so many requests in ten seconds, some of them failing. */
function watched(change: Partial<SloSpec> = {}) {
  const clock = new ManualClock();
  const counters = { errors: 0, total: 0 };
  const tracked = trackSlo(defineSlo({ ...spec, ...change }), { read: () => ({ ...counters }), clock });
  return {
    ...tracked,
    clock,
    counters,
    async serve(ms: number, failing: number, requests = 1_000): Promise<void> {
      for (let passed = 0; passed < ms; passed += 10_000) {
        counters.total += requests;
        counters.errors += requests * failing;
        await clock.advance(10_000);
      }
    },
  };
}

test('knows nothing without traffic, and has spent nothing', () => {
  const { status } = watched();
  expect(status()).toEqual({
    burn: {
      '5m': undefined,
      '30m': undefined,
      '1h': undefined,
      '2h': undefined,
      '6h': undefined,
      '1d': undefined,
      '3d': undefined,
    },
    alert: 'none',
    budgetLeft: 1,
  });
});

test('uses what there is where a window is longer than the history', async () => {
  const { status, serve } = watched();
  await serve(MINUTE, 0.01);
  for (const burn of Object.values(status().burn)) expect(burn).toBeCloseTo(10, 9);
});

test('pages on a fast burn, and no longer than it lasts', async () => {
  const { status, serve } = watched();
  await serve(6 * HOUR, 0);
  await serve(10 * MINUTE, 0.1);
  expect(status()).toMatchObject({ alert: 'page' });
  expect(status().burn['5m']).toBeCloseTo(100, 6);
  expect(status().burn['1h']).toBeCloseTo(100 / 6, 6);
  await serve(5 * MINUTE, 0);
  expect(status().alert).not.toBe('page');
});

test('tickets a slow burn and does not page', async () => {
  const { status, serve } = watched();
  await serve(2 * HOUR, 0.005);
  expect(status().alert).toBe('ticket');
});

test('has overspent when more failed than may', async () => {
  const { status, serve } = watched();
  await serve(HOUR, 0.0005);
  expect(status().budgetLeft).toBeCloseTo(0.5, 9);
  await serve(HOUR, 0.0025);
  expect(status().budgetLeft).toBeCloseTo(-0.5, 9);
});

test('forgets what left the window, also beyond the fine readings', async () => {
  const { status, serve } = watched();
  await serve(HOUR, 0.01);
  await serve(24 * HOUR + 10 * MINUTE, 0);
  const { burn } = status();
  expect(burn['1d']).toBe(0);
  expect(burn['3d']).toBeCloseTo((0.01 / 0.001) * (HOUR / (25 * HOUR + 10 * MINUTE)), 6);
});

test('takes falling counters for a restart', async () => {
  const { status, serve, counters } = watched();
  await serve(MINUTE, 0.01);
  counters.total = 0;
  counters.errors = 0;
  await serve(MINUTE, 0.03);
  expect(status().burn['1h']).toBeCloseTo(20, 9);
});

test('counts from its own start', async () => {
  const clock = new ManualClock();
  const counters = { errors: 500, total: 1_000 };
  const { status } = trackSlo(defineSlo(spec), { read: () => counters, clock });
  counters.total += 100;
  await clock.advance(10_000);
  expect(status().budgetLeft).toBe(1);
  expect(status().burn['5m']).toBe(0);
});

test('is silent below the traffic that is asked for', async () => {
  const { status, serve } = watched({ minRequestsPerSecond: 10 });
  await serve(HOUR, 1, 90);
  expect(status().alert).toBe('none');
  await serve(HOUR, 1, 110);
  expect(status().alert).toBe('page');
});

test('raises no alert that the objective leaves out', async () => {
  const { status, serve } = watched({ page: false });
  await serve(HOUR, 1);
  expect(status().alert).toBe('ticket');
});

test('lives with a reader that fails or gives no numbers', async () => {
  const clock = new ManualClock();
  const answers = [
    () => ({ errors: 0, total: 0 }),
    () => {
      throw new Error('away');
    },
    () => ({ errors: Number.NaN, total: 5 }),
    () => ({ errors: 1, total: 100 }),
  ];
  const { status } = trackSlo(defineSlo(spec), {
    read: () => (answers.shift() as () => { errors: number; total: number })(),
    clock,
  });
  await clock.advance(30_000);
  expect(status().burn['5m']).toBeCloseTo(10, 9);
});

test('stops', async () => {
  const { status, stop, serve } = watched();
  stop();
  await serve(MINUTE, 1);
  expect(status().burn['5m']).toBeUndefined();
});

test('refuses a reader or an interval that is none', () => {
  const slo = defineSlo(spec);
  expect(() => trackSlo(slo, { read: 5 as never })).toThrow('read must be a function, got number');
  for (const everyMs of [0, 999, 300_001, Number.NaN]) {
    expect(() => trackSlo(slo, { read: () => ({ errors: 0, total: 0 }), everyMs })).toThrow(RangeError);
  }
});
