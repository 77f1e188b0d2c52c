import { exponentialBackoff } from '@xc/core';
import { ManualClock, MemoryLogger, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { BreakerOptions, Trip } from './breaker-options.ts';
import { createBreaker } from './create-breaker.ts';

function fixture(options: BreakerOptions = {}) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const breaker = createBreaker({ window: { type: 'count', size: 10 }, minimumCalls: 2, clock, logger, ...options });
  const fail = () => breaker.tryAcquire()?.failure(new Error('down'));
  return { clock, logger, breaker, fail };
}

describe('how long it stays open', () => {
  test('is shown in whole milliseconds, rounded up', async () => {
    const { breaker, clock } = fixture({ openForMs: 1_000.25, halfOpen: { permits: 1, maxWaitMs: 99.5 } });
    breaker.open();
    expect(breaker.snapshot().retryAfterMs).toBe(1_001);
    await clock.advance(0.3);
    expect(breaker.snapshot().retryAfterMs).toBe(1_000);
    await clock.advance(999.5);
    expect(breaker.snapshot().retryAfterMs).toBe(1);
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ retryAfterMs: 1, details: { retryAfterMs: 1 } });
    await clock.advance(1);
    expect(breaker.snapshot().retryAfterMs).toBe(0);
    breaker.tryAcquire();
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ retryAfterMs: 100 });
  });

  test('a function is asked once for each opening and told the trip', () => {
    const trips: Trip[] = [];
    const { breaker, fail } = fixture({
      openForMs: (trip) => {
        trips.push(trip);
        return trip.attempt * 1_000;
      },
      halfOpen: { permits: 1 },
    });
    fail();
    fail();
    expect(breaker.snapshot().retryAfterMs).toBe(1_000);
    breaker.tryAcquire();
    breaker.halfOpen();
    fail();
    expect(breaker.snapshot()).toMatchObject({ retryAfterMs: 2_000, openings: 2 });
    expect(trips).toEqual([
      { attempt: 1, reason: 'failure-rate', failureRate: 1, slowRate: 0 },
      { attempt: 2, reason: 'probes-failed', failureRate: 1, slowRate: 0 },
    ]);
  });

  test('the rates of a trip are undefined below the minimum', () => {
    const trips: Trip[] = [];
    const { breaker, fail } = fixture({ openForMs: (trip) => trips.push(trip) });
    fail();
    breaker.open();
    expect(trips).toEqual([{ attempt: 1, reason: 'manual', failureRate: undefined, slowRate: undefined }]);
  });

  test('a back-off counts the openings in a row', async () => {
    const openForMs = exponentialBackoff({ baseMs: 1_000, capMs: 60_000, jitter: 'none' });
    const { breaker } = fixture({ openForMs, random: new SeededRandom(1) });
    const waits: (number | undefined)[] = [];
    for (let opening = 0; opening < 3; opening++) {
      breaker.open();
      waits.push(breaker.snapshot().retryAfterMs);
      breaker.halfOpen();
    }
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  for (const [what, openForMs] of [
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['gives NaN', () => Number.NaN],
    ['gives a negative number', () => -1],
    ['gives Infinity', () => Number.POSITIVE_INFINITY],
    ['gives a string', () => '5' as never],
  ] as const) {
    test(`a function that ${what} counts as 30 s and is logged once`, () => {
      const { breaker, logger } = fixture({ openForMs });
      for (let opening = 0; opening < 3; opening++) {
        breaker.open();
        expect(breaker.snapshot().retryAfterMs).toBe(30_000);
        breaker.close();
      }
      expect(logger.lines).toHaveLength(1);
    });
  }

  test('a function may look at its breaker, also when a max wait calls it', async () => {
    const { breaker, clock } = fixture({
      openForMs: () => (breaker.snapshot().state === 'closed' ? 1_000 : 2_000),
      halfOpen: { maxWaitMs: 100 },
    });
    breaker.open();
    breaker.halfOpen();
    await clock.advance(150);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_950, openings: 2 });
  });

  test('open() on an open breaker only sets a new wait, from now', async () => {
    const { breaker, clock, fail } = fixture({ openForMs: 1_000 });
    const changes: string[] = [];
    fail();
    fail();
    breaker.on('transition', ({ to }) => changes.push(to));
    const { generation } = breaker.snapshot();
    await clock.advance(900);
    breaker.open(500);
    expect(breaker.snapshot()).toMatchObject({ retryAfterMs: 500, openings: 1, generation });
    breaker.open();
    expect(breaker.snapshot()).toMatchObject({ retryAfterMs: 1_000, openings: 1, generation, failures: 2 });
    expect(changes).toEqual([]);
  });

  test('openings start anew after closed, disabled and metrics-only, not after forced-open', () => {
    const { breaker } = fixture();
    const openings = () => breaker.snapshot().openings;
    breaker.open();
    breaker.halfOpen();
    breaker.open();
    expect(openings()).toBe(2);
    breaker.forceOpen();
    expect(openings()).toBe(2);
    breaker.open();
    expect(openings()).toBe(3);
    for (const settle of [() => breaker.close(), () => breaker.disable(), () => breaker.metricsOnly()]) {
      settle();
      expect(openings()).toBe(0);
      breaker.close();
      breaker.open();
    }
  });
});

describe('how half-open ends', () => {
  const ended = async (onMaxWait: 'decide' | 'open' | 'closed', outcomes: string, options: BreakerOptions = {}) => {
    const { breaker, clock } = fixture({ minimumCalls: 10, halfOpen: { maxWaitMs: 100, onMaxWait }, ...options });
    breaker.open();
    breaker.halfOpen();
    for (const outcome of outcomes) {
      const permit = breaker.tryAcquire();
      if (outcome === 'S') permit?.success(0);
      else permit?.failure(new Error('down'), 0);
    }
    await clock.advance(99);
    expect(breaker.state).toBe('half-open');
    await clock.advance(1);
    return breaker.state;
  };

  test("'decide' goes by what was recorded, and opens when nothing was", async () => {
    expect(await ended('decide', '')).toBe('open');
    expect(await ended('decide', 'S')).toBe('closed');
    expect(await ended('decide', 'SF')).toBe('open');
    expect(await ended('decide', 'SSF')).toBe('closed');
  });

  test("'open' and 'closed' go where they say, whatever was recorded", async () => {
    expect(await ended('open', 'SSS')).toBe('open');
    expect(await ended('closed', 'FFF')).toBe('closed');
    expect(await ended('closed', '')).toBe('closed');
  });

  test('a report that comes after the end is stale', async () => {
    const { breaker, clock } = fixture({ halfOpen: { permits: 1, maxWaitMs: 100 } });
    breaker.open();
    breaker.halfOpen();
    const probe = breaker.tryAcquire();
    await clock.advance(100);
    probe?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 0, openings: 2 });
  });

  test('reading the state never begins it, the call that is let through does', async () => {
    const { breaker, clock } = fixture({ openForMs: 1_000 });
    breaker.open();
    await clock.advance(5_000);
    expect([breaker.state, breaker.snapshot().state, breaker.dump().state]).toEqual(['open', 'open', 'open']);
    breaker.tryAcquire();
    expect(breaker.state).toBe('half-open');
  });
});

describe('ramping up', () => {
  const ramped = (draws: number[]) => {
    const random = { next: () => draws.shift() ?? 0 };
    const made = fixture({ random, halfOpen: { permits: 1, rampUp: { lengthMs: 1_000, from: 0.2 } } });
    made.breaker.open();
    made.breaker.halfOpen();
    made.breaker.tryAcquire()?.success();
    return made;
  };

  test('admits a share that grows in a straight line', async () => {
    const { breaker, clock } = ramped([]);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', admission: 0.2 });
    await clock.advance(500);
    expect(breaker.snapshot().admission).toBeCloseTo(0.6);
    await clock.advance(500);
    expect(breaker.snapshot().admission).toBe(1);
  });

  test('admits below the share and refuses at it, with a reason of its own', async () => {
    const { breaker } = ramped([0.19, 0.2, 0.9]);
    expect(await breaker.run(() => 'in')).toBe('in');
    const refusals: string[] = [];
    breaker.on('rejected', ({ reason }) => refusals.push(reason));
    for (let call = 0; call < 2; call++) {
      await expect(breaker.run(() => 'in')).rejects.toMatchObject({
        details: { state: 'closed', reason: 'ramp-up', retryAfterMs: 0 },
      });
    }
    expect(refusals).toEqual(['ramp-up', 'ramp-up']);
    expect(breaker.snapshot().rejected).toBe(2);
  });

  test('draws no more once it is over', async () => {
    let draws = 0;
    const random = { next: () => (draws++ === 0 ? 0 : 0.99) };
    const { breaker, clock } = fixture({ random, halfOpen: { permits: 1, rampUp: { lengthMs: 1_000 } } });
    breaker.open();
    breaker.halfOpen();
    breaker.tryAcquire()?.success();
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.tryAcquire()).toBeUndefined();
    await clock.advance(1_000);
    expect([breaker.tryAcquire(), breaker.tryAcquire()].every(Boolean)).toBe(true);
    expect(draws).toBe(2);
  });

  test('the transition that begins it shows it', () => {
    const { breaker } = fixture({ halfOpen: { permits: 1, rampUp: { lengthMs: 1_000, from: 0.3 } } });
    const admissions: number[] = [];
    breaker.on('transition', ({ snapshot }) => admissions.push(snapshot.admission));
    breaker.open();
    breaker.halfOpen();
    breaker.tryAcquire()?.success();
    expect(admissions).toEqual([0, 1, 0.3]);
  });

  test('counts from when half-open ended, not from when somebody looked', async () => {
    const { breaker, clock } = fixture({
      halfOpen: { maxWaitMs: 100, onMaxWait: 'closed', rampUp: { lengthMs: 1_000, from: 0 } },
    });
    breaker.open();
    breaker.halfOpen();
    await clock.advance(600);
    expect(breaker.snapshot().admission).toBeCloseTo(0.5);
  });

  test('follows half-open only, and not a reset', () => {
    const options = { halfOpen: { rampUp: { lengthMs: 1_000 } } };
    const { breaker } = fixture(options);
    breaker.open();
    breaker.close();
    expect(breaker.snapshot().admission).toBe(1);
    breaker.open();
    breaker.halfOpen();
    breaker.reset();
    expect(breaker.snapshot().admission).toBe(1);
    breaker.open();
    breaker.halfOpen();
    breaker.close();
    expect(breaker.snapshot().admission).toBe(0.1);
  });
});
