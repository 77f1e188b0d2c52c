import type { Clock } from '../clock.ts';
import { checkNumber } from '../option-checks.ts';
import { systemClock } from '../system-clock.ts';
import { interceptCalls } from './intercept-calls.ts';

/**
 * `x` when it is slow: every promise that one of its methods answers with settles `ms` later, rejections too. The work itself
 * is done at once, and is not undone by an abort: a slow answer is on its way. All else is as it was.
 *
 * @param clock - `systemClock` when left out.
 * @throws TypeError or RangeError when `ms` is not a finite number of at least 0.
 */
export function delayed<T extends object>(x: T, ms: number, clock: Clock = systemClock): T {
  checkNumber('ms', ms, 0);
  return interceptCalls(x, async (answer) => {
    try {
      return await answer();
    } finally {
      await clock.sleep(ms);
    }
  });
}
