import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { systemClock } from './system-clock.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function blockFor(ms: number): void {
  for (const from = performance.now(); performance.now() - from < ms; );
}

test('reads the clocks of the machine', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
});

describe('a timer of the machine', () => {
  test('never fires early, whatever its fraction, and is close to its time', async () => {
    const lateness: number[] = [];
    const waits = Array.from({ length: 300 }, (_, index) => {
      const ms = (index * 0.37) % 60;
      const deadline = systemClock.monotonic() + ms;
      return new Promise<void>((resolve) => {
        systemClock.after(ms, () => {
          lateness.push(systemClock.monotonic() - deadline);
          resolve();
        });
      });
    });
    await Promise.all(waits);
    lateness.sort((a, b) => a - b);
    expect(lateness[0]).toBeGreaterThanOrEqual(0);
    // The machine may be busy: one in ten in time is enough to tell a wheel that is late by design.
    expect(lateness[30]).toBeLessThan(4);
  });

  test('of 0 or less fires after the present turn, in order of making', async () => {
    const fired: string[] = [];
    const done = new Promise<void>((resolve) => {
      systemClock.after(-5, () => fired.push('below'));
      systemClock.after(0, () => {
        fired.push('zero');
        resolve();
      });
    });
    expect(fired).toEqual([]);
    await done;
    expect(fired).toEqual(['below', 'zero']);
  });

  test('fires once and late when the loop was blocked, a repeating one too', async () => {
    const fired: string[] = [];
    const beat = systemClock.every(2, () => fired.push('beat'));
    systemClock.after(1, () => fired.push('once'));
    blockFor(25);
    await systemClock.sleep(0);
    beat.cancel();
    expect(fired.slice(0, 2)).toEqual(['once', 'beat']);
    expect(fired.length).toBeLessThan(6);
  });

  test('does not fire once cancelled, even when it is due', async () => {
    let fired = false;
    const timer = systemClock.after(1, () => {
      fired = true;
    });
    blockFor(5);
    timer.cancel();
    await systemClock.sleep(3);
    expect(fired).toBe(false);
  });

  test('that repeats every 0 ms fires at most once a millisecond', async () => {
    const from = systemClock.monotonic();
    let count = 0;
    const timer = systemClock.every(0, () => count++);
    while (count < 3) await systemClock.sleep(5);
    timer.cancel();
    expect(count).toBeLessThanOrEqual(systemClock.monotonic() - from + 1);
  });

  test.each([2 ** 31 - 1, 2 ** 31, 1e12, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    'of %d ms does not fire now',
    async (ms) => {
      let fired = false;
      const timers = [systemClock.after(ms, () => (fired = true)), systemClock.every(ms, () => (fired = true))];
      await systemClock.sleep(5);
      for (const timer of timers) timer.cancel();
      expect(fired).toBe(false);
    },
  );

  test.each<[unknown, Error]>([
    [Number.NaN, new RangeError('ms must be a number, got NaN')],
    ['5', new TypeError('ms must be a number, got string 5')],
    [undefined, new TypeError('ms must be a number, got undefined undefined')],
  ])('of %s ms is refused', async (ms, error) => {
    expect(() => systemClock.after(ms as number, () => {})).toThrow(error);
    expect(() => systemClock.every(ms as number, () => {})).toThrow(error);
    await expect(systemClock.sleep(ms as number)).rejects.toThrow(error);
  });
});

test.each(['after', 'every'] as const)('%s refuses to call what is no function', (method) => {
  expect(() => systemClock[method](5, undefined as never)).toThrow(
    new TypeError('fn must be a function, got undefined'),
  );
});

describe('sleep', () => {
  test('is over no earlier than it says', async () => {
    const from = systemClock.monotonic();
    await systemClock.sleep(7.3);
    expect(systemClock.monotonic() - from).toBeGreaterThanOrEqual(7.3);
  });

  test('rejects with the reason in the turn of the abort, and leaves no listener', async () => {
    const controller = new AbortController();
    let reason: unknown;
    void systemClock.sleep(60_000, controller.signal).catch((error: unknown) => {
      reason = error;
    });
    controller.abort('enough');
    await Promise.resolve();
    expect(reason).toBe('enough');
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('rejects at once when the signal has aborted already', async () => {
    const reason = new Error('before');
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('leaves no listener when it is over, and an abort afterwards changes nothing', async () => {
    const controller = new AbortController();
    await systemClock.sleep(1, controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    await nextTurn();
  });

  test('leaves nothing when its time was no number', async () => {
    const { signal } = new AbortController();
    await systemClock.sleep(Number.NaN, signal).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
