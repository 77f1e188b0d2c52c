import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { type BreakerOptions, createBreaker } from '../src/index.ts';

const down = new Error('down');

/** A task that settles when the test says so. */
function pending<T = unknown>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { task: () => promise, resolve, reject };
}

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

describe('generations', () => {
  test('a call started while closed that fails while a probe runs is stale: the probe alone decides', async () => {
    const { clock, breaker, fail } = fixture();
    const old = pending();
    const oldRun = settled(breaker.run(old.task));
    await fail();
    await fail();
    await clock.advance(1_000);
    const probe = pending();
    const probeRun = breaker.run(probe.task);
    const stale: boolean[] = [];
    breaker.on('stale', ({ ok }) => stale.push(ok));
    old.reject(down);
    await oldRun;
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', calls: 0, failures: 0, probesLeft: 0 });
    expect(stale).toEqual([false]);
    probe.resolve('back');
    expect(await probeRun).toBe('back');
    expect(breaker.state).toBe('closed');
  });

  test('a call started in the previous half-open changes nothing in the present one', async () => {
    const { clock, breaker } = fixture();
    breaker.open();
    await clock.advance(1_000);
    const earlier = breaker.tryAcquire();
    await clock.advance(500);
    expect(breaker.state).toBe('open');
    await clock.advance(1_000);
    const present = breaker.tryAcquire();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probesLeft: 0 });
    earlier?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', probesLeft: 0, calls: 0 });
    present?.success();
    expect(breaker.state).toBe('closed');
  });

  test('an ignored outcome of an old generation adds no permit', async () => {
    const { clock, breaker } = fixture();
    const old = breaker.tryAcquire();
    breaker.open();
    await clock.advance(1_000);
    expect(breaker.tryAcquire()).toBeDefined();
    old?.ignore();
    expect(breaker.snapshot().probesLeft).toBe(0);
    expect(breaker.tryAcquire()).toBeUndefined();
  });

  test('counts calls in flight of whatever generation', () => {
    const { breaker } = fixture();
    const permits = [breaker.tryAcquire(), breaker.tryAcquire()];
    breaker.reset();
    breaker.tryAcquire();
    expect(breaker.snapshot().inFlight).toBe(3);
    for (const permit of permits) permit?.success();
    expect(breaker.snapshot()).toMatchObject({ inFlight: 1, calls: 0 });
  });
});

describe('closed', () => {
  test('100 concurrent failures with a minimum of 10 open at the 10th', async () => {
    const { breaker } = fixture({ window: { type: 'count', size: 100 }, minimumCalls: 10, failureRate: 0.5 });
    const calls = Array.from({ length: 100 }, () => pending());
    const runs = calls.map(({ task }) => settled(breaker.run(task)));
    const states: string[] = [];
    for (const { reject } of calls) {
      reject(down);
      await new Promise((resolve) => setImmediate(resolve));
      states.push(breaker.state);
    }
    await Promise.all(runs);
    expect(states.indexOf('open')).toBe(9);
    expect(breaker.snapshot()).toMatchObject({ calls: 10, failures: 10 });
  });

  test('after a recovery one failure is one failure', async () => {
    const { clock, breaker, fail } = fixture({ minimumCalls: 10 });
    for (let call = 0; call < 10; call++) await fail();
    expect(breaker.state).toBe('open');
    await clock.advance(1_000);
    expect(await breaker.run(() => 'good')).toBe('good');
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 1, failures: 1 });
  });

  test('41 failures, an hour of silence, one more with a minimum of 2: closed, one call in the window', async () => {
    const window = { type: 'time', lengthMs: 5_000, buckets: 5 } as const;
    const { clock, breaker, fail } = fixture({ window, minimumCalls: 50 });
    for (let call = 0; call < 41; call++) await fail();
    breaker.update({ minimumCalls: 2 });
    await clock.advance(3_600_000);
    await fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 1, failures: 1 });
  });

  test('a row of failures is switched off by an update, and on again', async () => {
    const { breaker, fail } = fixture({ consecutive: 2, minimumCalls: 1_000 });
    breaker.update({ consecutive: undefined } as never);
    await fail();
    breaker.update({ consecutive: null });
    for (let call = 0; call < 10; call++) await fail();
    expect(breaker.state).toBe('closed');
    expect(() => breaker.update({ consecutive: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => createBreaker({ consecutive: null as never })).toThrow(TypeError);
    breaker.update({ minimumCalls: 500 });
    await fail();
    expect(breaker.state).toBe('closed');
    breaker.update({ consecutive: 2 });
    await fail();
    expect(breaker.state).toBe('open');
  });

  test('calls in flight are in no numerator and no denominator', async () => {
    const { breaker, fail } = fixture({ minimumCalls: 2 });
    for (let call = 0; call < 50; call++) breaker.tryAcquire();
    await fail();
    await fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', calls: 2, inFlight: 50 });
  });

  test('a success that is slow can open it too', () => {
    const { breaker } = fixture({ slowAfterMs: 100, slowRate: 0.5 });
    breaker.tryAcquire()?.success(101);
    breaker.tryAcquire()?.success(100);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', slow: 1, failures: 0, slowRate: 0.5 });
  });
});

describe('half-open', () => {
  test('a probe that never settles: others are refused at once, and after the wait a later probe goes through', async () => {
    const { clock, breaker } = fixture();
    breaker.open();
    await clock.advance(1_000);
    void breaker.run(() => new Promise(() => {}));
    expect(breaker.state).toBe('half-open');
    const refusal = await settled(breaker.run(() => 'never called'));
    expect(refusal).toMatchObject({ code: 'XC_BREAKER_OPEN', details: { state: 'half-open', retryAfterMs: 500 } });
    await clock.advance(500);
    expect(breaker.state).toBe('open');
    await clock.advance(1_000);
    expect(await breaker.run(() => 'later')).toBe('later');
    expect(breaker.state).toBe('closed');
  });

  test('1,000 calls behind a hanging probe are refused within one turn, none queued', async () => {
    const { clock, breaker } = fixture();
    breaker.open();
    await clock.advance(1_000);
    void breaker.run(() => new Promise(() => {}));
    let called = 0;
    let refused = 0;
    for (let call = 0; call < 1_000; call++) {
      breaker.run(() => called++).catch((error: unknown) => (refused += isXcError(error, 'XC_BREAKER_OPEN') ? 1 : 0));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect({ called, refused }).toEqual({ called: 0, refused: 1_000 });
    expect(breaker.snapshot()).toMatchObject({ rejected: 1_000, inFlight: 1 });
  });

  test('3 of 10 permits used, all good, then silence past the wait: decided, closed', async () => {
    const { clock, breaker } = fixture({ minimumCalls: 10, halfOpen: { permits: 10, maxWaitMs: 500 } });
    breaker.open();
    await clock.advance(1_000);
    for (let probe = 0; probe < 3; probe++) breaker.tryAcquire()?.success();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', calls: 3, probesLeft: 7 });
    await clock.advance(500);
    expect(breaker.state).toBe('closed');
  });

  test('looked at an hour later it ended on time, and so did the wait after it: the next call is a probe', async () => {
    const { clock, breaker } = fixture();
    const ends: unknown[] = [];
    breaker.on('transition', ({ to, reason, atMs }) => ends.push([to, reason, atMs]));
    breaker.open();
    await clock.advance(1_000);
    breaker.tryAcquire();
    await clock.advance(3_600_000);
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().retryAfterMs).toBe(0);
    expect(ends).toEqual([
      ['open', 'manual', 0],
      ['half-open', 'wait-over', 1_000],
      ['open', 'max-wait', 1_500],
    ]);
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.state).toBe('half-open');
  });

  test('with no look between, an acquire an hour later is a probe', async () => {
    const { clock, breaker } = fixture();
    breaker.open();
    await clock.advance(1_000);
    const first = breaker.snapshot().generation;
    breaker.tryAcquire();
    await clock.advance(3_600_000);
    expect(breaker.tryAcquire()).toBeDefined();
    expect(breaker.snapshot()).toMatchObject({ state: 'half-open', openings: 2, generation: first + 3 });
  });

  test('4 permits and a minimum of 2 decide after 2; 1 permit and a minimum of 10 after 1', () => {
    const four = fixture({ minimumCalls: 2, halfOpen: { permits: 4 } }).breaker;
    four.open();
    four.halfOpen();
    four.tryAcquire()?.success();
    expect(four.state).toBe('half-open');
    four.tryAcquire()?.success();
    expect(four.state).toBe('closed');
    const one = fixture({ minimumCalls: 10, halfOpen: { permits: 1 } }).breaker;
    one.open();
    one.halfOpen();
    one.tryAcquire()?.failure(down);
    expect(one.state).toBe('open');
  });
});

test('of two updates, one invalid, the invalid one throws and the first stands', () => {
  const { breaker } = fixture();
  breaker.update({ minimumCalls: 1 });
  expect(() => breaker.update({ minimumCalls: 5, failureRate: 0 })).toThrow(
    new RangeError('failureRate must be a ratio above 0 and at most 1, got 0'),
  );
  breaker.tryAcquire()?.failure(down);
  expect(breaker.state).toBe('open');
});

test('keeps no timer, whatever happens to it', async () => {
  const { breaker, clock, fail } = fixture({ halfOpen: { permits: 1, rampUp: { lengthMs: 100 } } });
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  await fail();
  await fail();
  await settled(breaker.run(() => 1));
  breaker.halfOpen();
  void breaker.run(() => new Promise(() => {}));
  expect(clock.pending).toBe(0);
  const own = createBreaker();
  await own.run(() => 1);
  own.open();
  own.halfOpen();
  expect(timers()).toBe(before);
});
