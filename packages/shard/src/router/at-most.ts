import type { Clock } from '@xc/core';

/** Waits until a promise has settled, either way, or the time is over. @throws the reason of the signal */
export function atMost(promise: Promise<unknown>, ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const done = (settle: () => void) => () => {
      timer.cancel();
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const aborted = done(() => reject(signal.reason));
    const timer = clock.after(Math.max(1, ms), done(resolve));
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(done(resolve), done(resolve));
  });
}
