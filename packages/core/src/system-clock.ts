import type { Clock, Timer } from './clock.ts';
import { checkDelay, checkTimer } from './option-checks.ts';
import { TimerQueue, type Wake } from './timer-queue.ts';

/**
 * The clock of the machine.
 *
 * All timers and sleeps of this clock share one real timer, however many are pending. None fires before its time by
 * `monotonic()`, fractions of a millisecond included; on a free event loop it is at most a few milliseconds late. Timers that
 * are due together fire in the order of their time, then of their making, each in the async context in which it was made.
 *
 * Any number of milliseconds is legal: 0 and less fire as soon as the event loop turns, more than 2^31-1 works, `Infinity`
 * never fires. `every` repeats at least 1 ms apart, does not drift, and fires once for all the turns that a blocked event loop
 * has missed. A callback that throws does what it does in `setTimeout`: the error is uncaught, and the other timers go on.
 *
 * Fake timers of a test runner do not reach its monotonic time: a test gives a `ManualClock` instead.
 *
 * @throws TypeError or RangeError (from `sleep` as a rejection) when `ms` is not a number, or NaN, or `fn` is not a
 * function.
 */
export const systemClock: Clock = createSystemClock();

function createSystemClock(): Clock {
  // Bound once: to look up `performance` and its method would be a fifth of the cost of a reading.
  const monotonic = performance.now.bind(performance);
  const timers = new TimerQueue({ monotonic, wakeAfter });
  return {
    now: () => Date.now(),
    monotonic,
    sleep: (ms, signal) => sleep(timers, ms, signal),
    after(ms, fn) {
      checkTimer(ms, fn);
      return timers.schedule(ms, 0, fn);
    },
    every(ms, fn) {
      checkTimer(ms, fn);
      const everyMs = Math.max(ms, 1);
      return timers.schedule(everyMs, everyMs, fn);
    },
  };
}

function wakeAfter(ms: number, fn: () => void): Wake {
  const timeout = setTimeout(fn, ms).unref();
  return {
    cancel: () => clearTimeout(timeout),
    hold: (on) => void (on ? timeout.ref() : timeout.unref()),
  };
}

function sleep(timers: TimerQueue, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    checkDelay(ms);
    signal?.throwIfAborted();
    const wakeUp = () => {
      timers.release();
      signal?.removeEventListener('abort', abort);
      resolve();
    };
    const abort = () => {
      timer.cancel();
      timers.release();
      reject(signal?.reason);
    };
    const timer: Timer = timers.schedule(ms, 0, wakeUp);
    timers.hold();
    signal?.addEventListener('abort', abort, { once: true });
  });
}
