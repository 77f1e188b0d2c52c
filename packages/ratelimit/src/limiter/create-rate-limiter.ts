import type { Limit } from '../limits/limit.ts';
import type { SubjectOf } from '../limits/subject-of.ts';
import { Limiter } from './limiter.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { RateLimiterOptions } from './rate-limiter-options.ts';
import { settleOptions } from './settled-options.ts';

/**
 * Limits anything by name: how often, how much, how many at once. With no store it counts in the memory of this process; with
 * a shared one it limits a fleet, in one round trip a decision.
 *
 * @throws TypeError or RangeError that names what is wrong with an option.
 *
 * @example
 * ```ts
 * const limiter = createRateLimiter({ limits: { perUser: { limit: 100, windowMs: 60_000 } } });
 * const decision = await limiter.take('user 7');
 * if (!decision.allowed) console.log('come back in', decision.retryAfterMs, 'ms');
 * ```
 */
export function createRateLimiter<const Limits extends Readonly<Record<string, Limit<never>>>>(
  options: RateLimiterOptions<Limits>,
): RateLimiter<keyof Limits & string, SubjectOf<Limits>> {
  return new Limiter(settleOptions(options));
}
