import { systemClock } from '@xc/core';

const YEARS_MS = 2 ** 40;

/**
 * Keeps the process open until the returned function is called. Whoever waits for a deadline needs it when nothing else
 * may be under way: timers do not hold the process open, and a client that has given up holds nothing either.
 */
export function holdOpen(): () => void {
  const released = new AbortController();
  systemClock.sleep(YEARS_MS, released.signal).catch(() => {});
  return () => released.abort();
}
