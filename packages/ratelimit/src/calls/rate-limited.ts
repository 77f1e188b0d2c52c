import { type AnyMethod, type DualMethodDecorator, methodDecorator } from '@xc/core';
import { currentContext } from '@xc/core/context';
import type { RateLimiter } from '../limiter/rate-limiter.ts';
import { LONGEST_MS } from '../limits/limit-checks.ts';
import { checkInteger } from '../limits/refuse.ts';
import { RateLimitedError } from './rate-limited-error.ts';

/** Options of {@link RateLimited}. */
export interface RateLimitedOptions<Subject> {
  /**
   * Whom a call counts for.
   * @defaultValue the first argument when it is a string, else the `subject` of the ambient context
   */
  readonly subject?: (args: readonly unknown[], self: unknown) => Subject;
  /** @defaultValue what the limits say */
  readonly cost?: (args: readonly unknown[]) => number;
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

/** A method that `RateLimited` fits on: one that returns a promise. */
export type RateLimitedMethod = AnyMethod & ((this: never, ...args: never[]) => Promise<unknown>);

/**
 * Lets every call of a method through a limiter; the method keeps its signature. Serves TC39 and legacy
 * (`experimentalDecorators`) classes. A call that is refused rejects with `XC_RATELIMIT_REJECTED`, one without a subject with a
 * `TypeError`.
 *
 * @throws TypeError for what is no limiter, RangeError when `maxWaitMs` is no number of milliseconds.
 *
 * @example
 * ```ts
 * class Reports {
 *   @RateLimited(limiter, { subject: ([tenant]) => tenant as string, cost: ([, pages]) => pages as number })
 *   async build(tenant: string, pages: number): Promise<Report> { ... }
 * }
 * ```
 */
export function RateLimited<Subject = string>(
  limiter: RateLimiter<string, Subject>,
  options: RateLimitedOptions<Subject> = {},
): DualMethodDecorator<RateLimitedMethod> {
  if (typeof limiter?.take !== 'function') throw new TypeError(`limiter must be a rate limiter, got ${typeof limiter}`);
  const { subject: subjectOf = ambientSubject as () => Subject, cost: costOf, wait = false, maxWaitMs } = options;
  if (maxWaitMs !== undefined) checkInteger('maxWaitMs', maxWaitMs, 0, LONGEST_MS);
  const waitOptions = maxWaitMs === undefined ? {} : { maxWaitMs };
  return methodDecorator<RateLimitedMethod>(<M extends RateLimitedMethod>(method: M) => {
    async function limited(this: unknown, ...args: unknown[]): Promise<unknown> {
      const subject = subjectOf(args, this);
      const cost = costOf === undefined ? undefined : { cost: costOf(args) };
      const decision = await (wait ? limiter.wait(subject, { ...waitOptions, ...cost }) : limiter.take(subject, cost));
      if (!decision.allowed) throw new RateLimitedError(decision);
      return Reflect.apply(method, this, args);
    }
    return limited as unknown as M;
  });
}

function ambientSubject([first]: readonly unknown[] = []): string {
  const subject = typeof first === 'string' ? first : currentContext()?.subject;
  if (subject !== undefined) return subject;
  throw new TypeError('RateLimited needs a subject: a string as first argument, one in the context, or its option');
}
