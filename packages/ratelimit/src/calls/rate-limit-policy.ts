import { compose, type Policy, type RunOptions, type Task } from '@xc/core';
import type { RateLimiter } from '../limiter/rate-limiter.ts';
import { LONGEST_MS } from '../limits/limit-checks.ts';
import { checkInteger } from '../limits/refuse.ts';
import { RateLimitedError } from './rate-limited-error.ts';

/** Options of {@link rateLimitPolicy}. */
export interface RateLimitPolicyOptions {
  /**
   * Waits in line instead of rejecting.
   * @defaultValue false
   */
  readonly wait?: boolean;
  /**
   * Milliseconds that a call waits at most.
   * @defaultValue 30_000
   */
  readonly maxWaitMs?: number;
}

/**
 * A limiter as a policy, to be composed with others; its subject is `key` of the run. Runs reject with `XC_RATELIMIT_REJECTED`
 * when the limiter says no, with a `TypeError` without a key, and otherwise with whatever the task does.
 *
 * @throws TypeError for what is no limiter, RangeError when `maxWaitMs` is no number of milliseconds.
 *
 * @example
 * ```ts
 * const policy = compose(rateLimitPolicy(limiter), timeout(1_000));
 * await policy.run(({ signal }) => send(message, signal), { key: tenant });
 * ```
 */
export function rateLimitPolicy(limiter: RateLimiter<string, string>, options: RateLimitPolicyOptions = {}): Policy {
  if (typeof limiter?.take !== 'function') throw new TypeError(`limiter must be a rate limiter, got ${typeof limiter}`);
  const { wait = false, maxWaitMs } = options;
  if (maxWaitMs !== undefined) checkInteger('maxWaitMs', maxWaitMs, 0, LONGEST_MS);
  const waitOptions = maxWaitMs === undefined ? {} : { maxWaitMs };
  const direct = compose();
  return {
    name: 'ratelimit',
    async run<T>(task: Task<T>, runOptions: RunOptions = {}): Promise<T> {
      if (typeof task !== 'function') throw new TypeError(`task must be a function, got ${typeof task}`);
      const { key } = runOptions;
      if (key === undefined) throw new TypeError('rateLimitPolicy counts by the key of a run, which has none');
      const decision = wait
        ? await limiter.wait(key, { ...waitOptions, ...signalOf(runOptions) })
        : await limiter.take(key, isContext(runOptions) ? undefined : signalOf(runOptions));
      if (!decision.allowed) throw new RateLimitedError(decision);
      return direct.run(task, runOptions);
    },
  };
}

function signalOf({ signal }: RunOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** A context of a policy further out, which watches the signal itself; to read it would create it, and only a wait is long. */
function isContext(options: RunOptions): boolean {
  return 'attempt' in options;
}
