import { checkRate } from '../option-checks.ts';
import type { Random } from '../random.ts';
import { failure } from './failing.ts';
import { interceptCalls } from './intercept-calls.ts';

/**
 * `x` when it fails now and then: as `failing` for the share `rate` of its calls, from 0 to 1, as it is for the others. Draws
 * from `random` once for every call that answers with a promise.
 *
 * @throws TypeError or RangeError when `x` is no object, `rate` is not from 0 to 1 or `random` is none.
 */
export function flaky<T extends object>(x: T, rate: number, random: Random, error?: unknown): T {
  checkRate('rate', rate);
  if (typeof random?.next !== 'function') throw new TypeError('random must have the method next');
  return interceptCalls(x, (answer, method) =>
    random.next() < rate ? Promise.reject(failure(error, method)) : answer(),
  );
}
