import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import type { Breaker } from './breaker.ts';
import type { BreakerCircuit } from './breaker-circuit.ts';
import { circuitKey } from './circuit.ts';
import { createBreaker } from './create-breaker.ts';

async function opened(leases: (wanted: number) => number) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const breaker = createBreaker({ clock, logger, openForMs: 1_000, minimumCalls: 10, halfOpen: { permits: 4 } });
  const unlink = breaker.link({ takeProbes: leases });
  breaker.open();
  await clock.advance(1_000);
  return { breaker, clock, logger, unlink };
}

const inner = (breaker: Breaker) => (breaker as unknown as { readonly [circuitKey]: BreakerCircuit })[circuitKey];

describe('a linked breaker', () => {
  test('has as many permits as the fleet leases', async () => {
    const wanted: number[] = [];
    const { breaker } = await opened((probes) => {
      wanted.push(probes);
      return 2;
    });
    expect([breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()].filter(Boolean)).toHaveLength(2);
    expect(wanted).toEqual([4]);
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probesLeft: 0 });
  });

  test('decides after the probes it has', async () => {
    const { breaker } = await opened(() => 2);
    breaker.tryAcquire()?.success();
    breaker.tryAcquire()?.success();
    expect(breaker.state).toBe('closed');
  });

  test('stays open while the fleet gives none, and asks again', async () => {
    const answers = [0, 0, 1];
    const { breaker } = await opened(() => answers.shift() ?? 0);
    expect(breaker.tryAcquire()).toBeUndefined();
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ details: { state: 'open', retryAfterMs: 0 } });
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.snapshot().probesLeft).toBe(0);
  });

  test('takes no more than it wanted, and probes as if alone when the fleet cannot say', async () => {
    expect(await opened(() => 99).then(({ breaker }) => [breaker.tryAcquire(), breaker.snapshot().probesLeft])).toEqual(
      [expect.anything(), 3],
    );
    const { breaker, logger } = await opened(() => {
      throw new Error('lost');
    });
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.snapshot().probesLeft).toBe(3);
    expect(logger.lines).toHaveLength(1);
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, undefined, '3', 'a promise'])(
    'stays open when the fleet grants %s probes, and says so once',
    async (granted) => {
      const grant = async () => Promise.reject(new Error('late'));
      const { breaker, logger } = await opened(() => (granted === 'a promise' ? grant() : granted) as number);
      expect(breaker.tryAcquire()).toBeUndefined();
      expect(breaker.tryAcquire()).toBeUndefined();
      expect(breaker.state).toBe('open');
      expect(logger.lines).toHaveLength(1);
    },
  );

  test('is linked at most once, and alone again after unlinking', async () => {
    const { breaker, unlink } = await opened(() => 0);
    expect(() => breaker.link({ takeProbes: () => 1 })).toThrow(TypeError);
    expect(() => breaker.link({} as never)).toThrow(TypeError);
    unlink();
    unlink();
    expect(breaker.tryAcquire()).toBeDefined();
    breaker.link({ takeProbes: () => 1 });
  });

  test('asks nobody when it is sent half-open by hand', async () => {
    const { breaker } = await opened(() => 0);
    breaker.halfOpen();
    expect(breaker.snapshot().probesLeft).toBe(4);
  });
});

describe('the fleet', () => {
  test('opens a closed or probing breaker for its wait, and closes what it has opened', () => {
    const breaker = createBreaker({ clock: new ManualClock() });
    const reasons: string[] = [];
    breaker.on('transition', ({ to, reason }) => reasons.push(`${to}: ${reason}`));
    expect(inner(breaker).openWithFleet(7_000)).toBe(true);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 7_000, openings: 1 });
    breaker.halfOpen();
    expect(inner(breaker).closeWithFleet()).toBe(true);
    expect(reasons).toEqual(['open: fleet', 'half-open: manual', 'closed: fleet']);
  });

  test('leaves a breaker alone that decides for itself', () => {
    const breaker = createBreaker({ clock: new ManualClock() });
    breaker.open(1_000);
    expect(inner(breaker).openWithFleet(7_000)).toBe(false);
    expect(inner(breaker).closeWithFleet()).toBe(false);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 1_000 });
    for (const settle of [() => breaker.forceOpen(), () => breaker.disable(), () => breaker.metricsOnly()]) {
      settle();
      const { state } = breaker;
      expect(inner(breaker).openWithFleet(1)).toBe(false);
      expect(breaker.state).toBe(state);
    }
  });
});
