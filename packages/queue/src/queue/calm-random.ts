import type { Logger, Random } from '@xc/core';

/** Stands in for a number that did not come: no more jitter than that. */
const middle = 0.5;

/** The same randomness, which always gives a number in [0, 1): it only spreads waits, and must not end a worker. The first failure is logged. */
export function calmRandom(random: Random, logger: Logger, queue: string): Random {
  let silent = false;
  const failed = (facts: { readonly err: unknown } | { readonly got: unknown }): number => {
    if (!silent) {
      silent = true;
      logger.warn({ ...facts, queue }, 'random must give numbers in [0, 1): 0.5 is taken instead');
    }
    return middle;
  };
  return {
    next() {
      try {
        const got = random.next();
        return got >= 0 && got < 1 ? got : failed({ got });
      } catch (err) {
        return failed({ err });
      }
    },
  };
}
