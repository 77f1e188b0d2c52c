import type { Clock, Timer } from '@xc/core';

/** Checks at once and every `ms` milliseconds; `failed` hears of each check that rejects or throws. */
export function repeatedCheck(clock: Clock, ms: number, check: () => unknown, failed: (error: unknown) => void): Timer {
  const run = async () => {
    try {
      await check();
    } catch (error) {
      failed(error);
    }
  };
  const timer = clock.every(ms, run);
  void run();
  return timer;
}
