import type { Policy, RunOptions } from '@xc/core';
import { callable } from '../options.ts';
import { checkedPolicy, checkedWrapOptions, runOptionsFor, type WrapOptions } from './wrap-options.ts';

/**
 * Makes a function whose every call runs inside `policy`, with the same arguments and the same `this`.
 *
 * @throws TypeError when `policy` or `fn` is not one, or for an unknown option.
 * @example
 * ```ts
 * const loadUser = wrap(guarded, (id: string, signal?: AbortSignal) => api.user(id, signal), {
 *   key: (id) => id,
 *   signal: (_id, signal) => signal,
 *   idempotent: true,
 * });
 * ```
 */
export function wrap<A extends unknown[], R>(
  policy: Policy,
  fn: (...args: A) => R,
  options?: NoInfer<WrapOptions<A>>,
): (...args: A) => Promise<Awaited<R>> {
  checkedPolicy(policy);
  callable('fn', fn);
  const optionsFor = runOptionsOf(options);
  return function (this: unknown, ...args: A): Promise<Awaited<R>> {
    return guardedCall(policy, optionsFor, () => fn.apply(this, args), args);
  };
}

/** Gives the run options of each call; without options no object is made. */
export function runOptionsOf<A extends unknown[]>(
  options: WrapOptions<A> | undefined,
): (args: A) => RunOptions | undefined {
  if (options === undefined) return () => undefined;
  const checked = checkedWrapOptions(options);
  return (args) => runOptionsFor(checked, args);
}

/** Runs one call; what `key`, `signal` and `priority` throw rejects. */
export function guardedCall<A extends unknown[], R>(
  policy: Policy,
  optionsFor: (args: A) => RunOptions | undefined,
  call: () => R,
  args: A,
): Promise<Awaited<R>> {
  try {
    return policy.run(call as () => Awaited<R>, optionsFor(args));
  } catch (error) {
    return Promise.reject(error);
  }
}
