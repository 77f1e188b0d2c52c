import { XcError } from '../error.ts';
import { interceptCalls } from './intercept-calls.ts';

/**
 * `x` when it is down: every method that answers with a promise rejects, with `error` or else an `XC_CORE_CHAOS` that names the
 * method. All else is as it was: properties, methods that answer at once, and disposal.
 *
 * A method is not called at all when it can be seen that it is asynchronous: it is declared `async`, or has the name of one
 * in core's interfaces (`run`, `publish`, `subscribe`, `acquire`, `sleep`). Any other method is called, and when it answers with a
 * promise, the failure takes the place of the answer, as when a reply is lost on its way.
 *
 * @example
 * ```ts
 * const cache = createCache({ store: failing(memoryStore()) });
 * await cache.get('a'); // what does a cache do whose store is down?
 * ```
 */
export function failing<T extends object>(x: T, error?: unknown): T {
  return interceptCalls(x, (_answer, method) => Promise.reject(failure(error, method)));
}

/** The error that was asked for, or a new one. */
export function failure(error: unknown, method: string): unknown {
  if (error !== undefined) return error;
  return new XcError('XC_CORE_CHAOS', `${method} was made to fail`, { details: { method }, retryable: true });
}
