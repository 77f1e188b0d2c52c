import type { Logger } from '@xc/core';
import { complainOnce, hearOut } from '../run/hook.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';

/** A limit of anybody's making as a bulkhead uses it: while it fails, which is logged once, the last it gave holds. */
export function guardedLimit(limit: ConcurrencyLimit, logger: Logger, policy: string): ConcurrencyLimit {
  const complain = complainOnce(logger, policy, 'the limit', 'the last one that was of use holds');
  let last = 1;
  return {
    get current() {
      try {
        const { current } = limit;
        if (current >= 1) last = Math.floor(current);
        else complain(new RangeError(`current must be at least 1, got ${current}`));
      } catch (error) {
        complain(error);
      }
      return last;
    },
    sample(rttMs, inFlight, dropped) {
      try {
        hearOut(limit.sample(rttMs, inFlight, dropped), complain);
      } catch (error) {
        complain(error);
      }
    },
  };
}
