import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import CircuitBreaker, { type CircuitBreakerOptions } from './index.ts';

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
  const fire = (outcome: string) => breaker.fire(outcome).catch((error: unknown) => error);
  const states = async (outcomes: string) => {
    const opened: boolean[] = [];
    for (const outcome of outcomes) {
      await fire(outcome);
      opened.push(breaker.opened);
    }
    return opened;
  };
  return { clock, breaker, fire, states };
}

describe('what is put right', () => {
  test('every call has a signal of its own: B is untouched when A times out', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const breaker = new CircuitBreaker(
      function (this: { readonly signal: AbortSignal }) {
        signals.push(this.signal);
        return new Promise(() => {});
      },
      { clock, timeout: 100, volumeThreshold: 10, abortController: new AbortController() },
    );
    const first = breaker.fire().catch((error: unknown) => error);
    await clock.advance(30);
    void breaker.fire().catch(() => {});
    await clock.advance(70);
    const [a, b] = signals as [AbortSignal, AbortSignal];
    expect([a.aborted, b.aborted]).toEqual([true, false]);
    expect(a.reason).toBe(await first);
    expect(breaker.getSignal()?.aborted).toBe(false);
  });

  test('getSignal gives the signal of the call when it is asked in the action, and only then', async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const inner: CircuitBreaker = new CircuitBreaker(() => void seen.push(['inner', inner.getSignal()?.aborted]), {
      clock,
    });
    const breaker: CircuitBreaker = new CircuitBreaker(
      () => {
        const mine = breaker.getSignal();
        void inner.fire();
        seen.push(breaker.getSignal() === mine, breaker.getAbortController()?.signal === mine);
      },
      { clock },
    );
    expect(breaker.getSignal()).toBeUndefined();
    await breaker.fire();
    await breaker.call(undefined);
    expect(seen).toEqual([['inner', false], true, true, ['inner', false], true, true]);
    expect([breaker.getSignal(), breaker.getAbortController()]).toEqual([undefined, undefined]);
  });

  test('a controller that is shared aborts every call under way, and leaves no listener', async () => {
    const clock = new ManualClock();
    const abortController = new AbortController();
    const signals: AbortSignal[] = [];
    const breaker = new CircuitBreaker(
      function (this: { readonly signal: AbortSignal }, wait: boolean) {
        signals.push(this.signal);
        return wait ? clock.sleep(50, this.signal) : undefined;
      },
      { clock, abortController, autoRenewAbortController: true, errorThresholdPercentage: 1 },
    );
    await breaker.fire(false);
    const run = breaker.fire(true).catch((error: unknown) => error);
    abortController.abort('stop');
    expect(await run).toBe('stop');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(breaker.opened).toBe(true);
    await clock.advance(30_000);
    expect(breaker.getAbortController()).not.toBe(abortController);
  });

  test('a slot is held until the action settles: never more than capacity run', async () => {
    const clock = new ManualClock();
    let running = 0;
    let most = 0;
    const breaker = new CircuitBreaker(
      async () => {
        most = Math.max(most, ++running);
        await clock.sleep(100);
        running--;
      },
      { clock, timeout: 10, capacity: 1, volumeThreshold: 100 },
    );
    const codes: unknown[] = [];
    for (let call = 0; call < 5; call++) {
      void breaker.fire().catch((error: { code: string }) => codes.push(error.code));
      await clock.advance(10);
    }
    expect(most).toBe(1);
    expect(codes).toEqual(['ETIMEDOUT', 'ESEMLOCKED', 'ESEMLOCKED', 'ESEMLOCKED', 'ESEMLOCKED']);
    await clock.advance(50);
    void breaker.fire().catch(() => {});
    expect(running).toBe(1);
  });

  test('calls in flight do not dilute the rate: 100 concurrent failures open at the 10th', async () => {
    const rejects: ((error: unknown) => void)[] = [];
    const breaker = new CircuitBreaker(() => new Promise((_, reject) => rejects.push(reject)), {
      volumeThreshold: 10,
      timeout: false,
    });
    for (let call = 0; call < 100; call++) breaker.fire().catch(() => {});
    const states: boolean[] = [];
    for (const reject of rejects) {
      reject(down);
      await new Promise((resolve) => setImmediate(resolve));
      states.push(breaker.opened);
    }
    expect(states.indexOf(true)).toBe(9);
  });

  for (const volumeThreshold of [0, 10]) {
    test(`one failure after a recovery does not open, volume threshold ${volumeThreshold}`, async () => {
      const { clock, states, breaker } = fixture({ volumeThreshold, resetTimeout: 1_000 });
      await states('FFFFFFFFFF');
      expect(breaker.opened).toBe(true);
      await clock.advance(1_000);
      expect(await states('SF')).toEqual([false, false]);
      expect(breaker.closed).toBe(true);
    });
  }

  test('a success from before the opening does not close half-open', async () => {
    const clock = new ManualClock();
    let finish: (value: string) => void = () => {};
    const breaker = new CircuitBreaker(
      (outcome: string) => (outcome === 'late' ? new Promise<string>((resolve) => (finish = resolve)) : told(outcome)),
      { clock, timeout: false, resetTimeout: 1_000 },
    );
    const late = breaker.fire('late');
    await breaker.fire('F').catch(() => {});
    await clock.advance(1_000);
    expect(breaker.halfOpen).toBe(true);
    finish('too late');
    expect(await late).toBe('too late');
    expect(breaker.halfOpen).toBe(true);
    expect(breaker.stats.successes).toBe(1);
  });

  test('a trial that hangs ends', async () => {
    const { breaker, clock, fire } = fixture({ timeout: false, resetTimeout: 1_000 });
    await fire('F');
    await clock.advance(1_000);
    void fire('H');
    await clock.advance(30_000);
    expect(breaker.opened).toBe(true);
    await clock.advance(1_000);
    expect(await fire('S')).toBe('S');
    expect(breaker.closed).toBe(true);
  });

  test('an action may return undefined and throw, both synchronously', async () => {
    const nothing = new CircuitBreaker(() => undefined);
    expect(await nothing.fire()).toBeUndefined();
    expect(nothing.stats).toMatchObject({ successes: 1, failures: 0 });
    const thrower = new CircuitBreaker(() => {
      throw down;
    });
    await expect(thrower.fire()).rejects.toBe(down);
    expect(thrower.stats.failures).toBe(1);
    thrower.disable();
    await expect(thrower.fire()).rejects.toBe(down);
  });

  test('a listener that throws harms no call', async () => {
    const logger = new MemoryLogger();
    const { breaker, fire } = fixture({ logger });
    for (const event of events) {
      breaker.on(event, () => {
        throw new Error('mine');
      });
    }
    expect(await fire('S')).toBe('S');
    expect(await fire('F')).toBe(down);
    expect(logger.find({ message: 'a listener threw' }).map(({ fields }) => fields.event)).toEqual([
      'fire',
      'success',
      'fire',
      'failure',
    ]);
  });
});
