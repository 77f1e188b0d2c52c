import { isXcError, XcError } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type BreakerOptions, bulkhead, CircuitOpenError, createBreaker, pipeline, timeout } from '../src/index.ts';

const down = new Error('down');

async function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

function fixture(options: BreakerOptions = {}) {
  const clock = new ManualClock();
  const breaker = createBreaker({
    window: { type: 'count', size: 20 },
    minimumCalls: 2,
    openForMs: 1_000,
    halfOpen: { permits: 1, maxWaitMs: 500 },
    clock,
    ...options,
  });
  const fail = () => settled(breaker.run(() => Promise.reject(down)));
  return { clock, breaker, fail };
}

describe('who gives up', () => {
  test('an outer timeout around a hanging dependency is a failure at its time, and opens the breaker', async () => {
    const { clock, breaker } = fixture();
    const guarded = pipeline([timeout(5_000, { clock }), breaker]);
    const runs = [1, 2].map(() => settled(guarded.run(() => new Promise(() => {}))));
    await clock.advance(4_999);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
    await clock.advance(1);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 2, failures: 2 });
    for (const error of await Promise.all(runs)) expect(isXcError(error, 'XC_BREAKER_TIMEOUT')).toBe(true);
  });

  test('1,000 callers that abort after 1 ms each leave it closed with no failure', async () => {
    const { clock, breaker } = fixture({ slowAfterMs: 100 });
    for (let call = 0; call < 1_000; call++) {
      const controller = new AbortController();
      const run = settled(breaker.run(() => new Promise(() => {}), { signal: controller.signal }));
      clock.after(1, () => controller.abort());
      await clock.advance(1);
      expect(await run).toBe(controller.signal.reason);
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0, failures: 0, inFlight: 0 });
  });

  test('callers that hang up on a dead service after the slow threshold are slow calls that did not fail', async () => {
    const { clock, breaker } = fixture({ slowAfterMs: 100, slowRate: 1 });
    for (let call = 0; call < 2; call++) {
      const controller = new AbortController();
      const run = settled(breaker.run(() => new Promise(() => {}), { signal: controller.signal }));
      await clock.advance(101);
      controller.abort();
      await run;
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 2, slow: 2, failures: 0 });
  });

  test('by default a hanging probe is waited for 30 s, no longer', async () => {
    const clock = new ManualClock();
    const breaker = createBreaker({ clock });
    breaker.open();
    breaker.halfOpen();
    breaker.tryAcquire();
    await clock.advance(29_999);
    expect(breaker.state).toBe('half-open');
    await clock.advance(1);
    expect(breaker.state).toBe('open');
  });

  test('a caller that gives up a probe gives its permit back', async () => {
    const { clock, breaker } = fixture();
    breaker.open();
    await clock.advance(1_000);
    const controller = new AbortController();
    const run = settled(breaker.run(() => new Promise(() => {}), { signal: controller.signal }));
    expect(breaker.snapshot().probesLeft).toBe(0);
    controller.abort();
    await run;
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probesLeft: 1 });
  });
});

describe('refusals', () => {
  test('a refusal by a breaker inside is not a failure', async () => {
    const { breaker, clock } = fixture();
    const inner = createBreaker({ name: 'inner', clock });
    inner.forceOpen();
    for (let call = 0; call < 5; call++) {
      const error = await settled(breaker.run((context) => inner.run(() => 'never', context)));
      expect(isXcError(error, 'XC_BREAKER_OPEN')).toBe(true);
    }
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  test('nor is a refusal by a bulkhead inside, nor what a caller loses by waiting for its slot', async () => {
    const { breaker, clock } = fixture();
    const slots = bulkhead(1, { maxQueue: 1, maxWaitMs: 10, clock });
    const guarded = pipeline([breaker, slots]);
    const holder = guarded.run(() => clock.sleep(100));
    const [waits, full] = [guarded.run(() => 1), guarded.run(() => 1)].map(settled) as [
      Promise<unknown>,
      Promise<unknown>,
    ];
    expect(await full).toMatchObject({ code: 'XC_BREAKER_BULKHEAD_FULL' });
    await clock.advance(10);
    expect(await waits).toMatchObject({ code: 'XC_BREAKER_BULKHEAD_WAIT' });
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
    await clock.advance(90);
    await holder;
    expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0 });
  });

  test('neither is a refusal by anybody who follows the convention, and nothing else', async () => {
    const { breaker } = fixture({ minimumCalls: 100 });
    const failures = (error: unknown) => settled(breaker.run(() => Promise.reject(error)));
    await failures(new XcError('XC_POOL_EXHAUSTED', 'no connection', { details: { refusedBy: 'pool' } }));
    expect(breaker.snapshot().calls).toBe(0);
    await failures(new XcError('XC_POOL_EXHAUSTED', 'no connection', { details: { refusedBy: 7 } }));
    await failures(Object.assign(new Error('lookalike'), { details: { refusedBy: 'pool' } }));
    expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 2 });
  });

  test('the error is a fresh one each time, without stack frames, and says it all', async () => {
    const { breaker, fail } = fixture({ name: 'payments' });
    await fail();
    await fail();
    const [first, second] = [await settled(breaker.run(() => 1)), await settled(breaker.run(() => 1))];
    expect(first).toBeInstanceOf(CircuitOpenError);
    expect(first).not.toBe(second);
    const error = first as CircuitOpenError;
    expect(error.stack).toBe(`CircuitOpenError: ${error.message}`);
    expect(error.retryable).toBe(true);
    expect(error.details).toEqual({
      breaker: 'payments',
      state: 'open',
      reason: 'failure-rate',
      retryAfterMs: 1_000,
      refusedBy: 'payments',
    });
    expect(new Error('others keep theirs').stack).toContain('breaker-callers');
  });

  test('one breaker twice in one pipeline acquires twice, and so do two breakers', async () => {
    const { breaker, clock } = fixture();
    const other = createBreaker({ clock });
    const twice = pipeline([breaker, other, breaker]);
    const seen = await twice.run(() => [breaker.snapshot().inFlight, other.snapshot().inFlight]);
    expect(seen).toEqual([2, 1]);
    expect([breaker.snapshot().calls, other.snapshot().calls]).toEqual([2, 1]);
    await settled(twice.run(() => Promise.reject(down)));
    expect(breaker.snapshot()).toMatchObject({ calls: 4, failures: 2, inFlight: 0 });
  });
});

describe('tasks', () => {
  test('a task may return undefined synchronously, and throw synchronously', async () => {
    const { breaker } = fixture({ minimumCalls: 100 });
    expect(await breaker.run(() => undefined)).toBeUndefined();
    const run = breaker.run(() => {
      throw down;
    });
    expect(await settled(run)).toBe(down);
    expect(breaker.snapshot()).toMatchObject({ calls: 2, failures: 1 });
  });

  test('a task that is no function records nothing', async () => {
    const { breaker } = fixture();
    await expect(breaker.run('work' as never)).rejects.toThrow(TypeError);
    expect(breaker.snapshot()).toMatchObject({ calls: 0, inFlight: 0 });
  });

  test('a signal already aborted and a deadline already passed acquire nothing', async () => {
    const { breaker, clock } = fixture();
    breaker.open();
    await clock.advance(1_000);
    let called = 0;
    const task = () => called++;
    await expect(breaker.run(task, { signal: AbortSignal.abort('over') })).rejects.toBe('over');
    await expect(breaker.run(task, { deadline: clock.monotonic() })).rejects.toMatchObject({
      code: 'XC_BREAKER_DEADLINE',
    });
    expect(called).toBe(0);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', inFlight: 0 });
  });
});

describe('permits', () => {
  test('only the first report counts, and a permit disposed after a report is silent', () => {
    const { breaker } = fixture({ minimumCalls: 100 });
    {
      using permit = breaker.tryAcquire();
      permit?.failure(down);
      permit?.success();
      permit?.ignore();
    }
    expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 1, inFlight: 0 });
  });

  test('disposed without a report it is ignored', () => {
    const { breaker } = fixture();
    breaker.open();
    breaker.halfOpen();
    {
      using _permit = breaker.tryAcquire();
      expect(breaker.snapshot()).toMatchObject({ probesLeft: 0, inFlight: 1 });
    }
    expect(breaker.snapshot()).toMatchObject({ probesLeft: 1, inFlight: 0, calls: 0 });
  });

  test('the duration defaults to the time since it was taken', async () => {
    const { breaker, clock } = fixture({ slowAfterMs: 100, minimumCalls: 100 });
    const [slow, quick] = [breaker.tryAcquire(), breaker.tryAcquire()];
    await clock.advance(100);
    quick?.success();
    await clock.advance(1);
    slow?.failure(down);
    expect(breaker.snapshot()).toMatchObject({ calls: 2, slow: 1, slowFailures: 1 });
  });

  test('a duration that cannot be is refused, and the permit still waits for its report', () => {
    const { breaker } = fixture({ minimumCalls: 100 });
    const permit = breaker.tryAcquire();
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => permit?.success(wrong)).toThrow(RangeError);
      expect(() => permit?.failure(down, wrong)).toThrow(RangeError);
    }
    expect(breaker.snapshot().inFlight).toBe(1);
    permit?.success(3);
    expect(breaker.snapshot()).toMatchObject({ inFlight: 0, calls: 1 });
  });
});

describe('listeners', () => {
  test('one that throws is logged, and the others and the call go on', async () => {
    const logger = new MemoryLogger();
    const { breaker } = fixture({ logger, minimumCalls: 1 });
    const heard: string[] = [];
    breaker.on('transition', () => {
      throw new Error('mine');
    });
    breaker.on('transition', ({ to }) => heard.push(to));
    expect(await settled(breaker.run(() => Promise.reject(down)))).toBe(down);
    expect(heard).toEqual(['open']);
    expect(logger.find({ level: 'error', fields: { event: 'transition' } })).toHaveLength(1);
  });

  test('one that closes the breaker inside the event wins, and everybody hears both in order', async () => {
    const { breaker } = fixture({ minimumCalls: 1 });
    const heard: string[] = [];
    breaker.on('transition', ({ to }) => to === 'open' && breaker.close());
    breaker.on('transition', ({ from, to }) => heard.push(`${from} > ${to}`));
    expect(await settled(breaker.run(() => Promise.reject(down)))).toBe(down);
    expect(breaker.state).toBe('closed');
    expect(heard).toEqual(['closed > open', 'open > closed']);
  });

  test('two that undo each other come to an end', () => {
    const logger = new MemoryLogger();
    const { breaker } = fixture({ logger });
    breaker.on('transition', ({ to }) => (to === 'open' ? breaker.close() : breaker.open()));
    breaker.open();
    expect(logger.find({ level: 'error', message: /keep changing/ })).toHaveLength(1);
    expect(['open', 'closed']).toContain(breaker.state);
  });
});
