import type { Decision } from '../limiter/decision.ts';
import type { LimitState } from '../limiter/limit-state.ts';
import type { RateLimiter } from '../limiter/rate-limiter.ts';
import { createCharges } from './charges.ts';
import type { FlexibleLimiter, FlexibleResult } from './flexible-limiter.ts';

/** The longest that a block can last; `block(key, 0)` of rate-limiter-flexible means for ever. */
const LONGEST_BLOCK_MS = 315_360_000_000;

/**
 * The call shape of rate-limiter-flexible over a limiter with one limit whose key is the subject itself: change the construction
 * and keep the calls. A refused call consumes nothing here, so `consumedPoints` goes beyond the limit only while a key is
 * blocked.
 *
 * @throws TypeError when the limiter has more than one limit.
 *
 * @example
 * ```ts
 * const limiter = flexible(createRateLimiter({ limits: { ip: { algorithm: 'fixed', limit: 10, windowMs: 1_000 } } }));
 * await limiter.consume(ip).catch(({ msBeforeNext }) => tooManyRequests(msBeforeNext));
 * ```
 */
export function flexible(limiter: RateLimiter<string, string>): FlexibleLimiter {
  const [name, another] = limiter.names;
  if (name === undefined || another !== undefined) {
    throw new TypeError(`limiter must have one limit, got ${limiter.names.length}`);
  }
  const charges = createCharges(limiter);
  const resultOf = (decision: Decision, points = 0) => result(decision, decision.limits[name], points);
  const peek = async (key: string) => resultOf(await limiter.peek(key, { cost: 0 }));

  return {
    async consume(key, points = 1) {
      const decision = await limiter.take(`${key}`, { cost: points });
      if (!decision.allowed) throw resultOf(decision);
      charges.add(`${key}`, decision, points);
      return resultOf(decision, points);
    },
    async get(key) {
      const found = await peek(`${key}`);
      return found.consumedPoints === 0 ? null : found;
    },
    async penalty(key, points = 1) {
      // The first point by the rule, the others past it; a key that has none left is refused already.
      const decision = points > 0 ? await limiter.take(`${key}`, { cost: 1 }) : undefined;
      if (decision?.allowed && points > 1) await limiter.settle(decision, points);
      return peek(`${key}`);
    },
    async reward(key, points = 1) {
      await charges.giveBack(`${key}`, points);
      return peek(`${key}`);
    },
    async block(key, secDuration) {
      await limiter.block(name, `${key}`, secDuration === 0 ? LONGEST_BLOCK_MS : Math.ceil(secDuration * 1_000));
      return peek(`${key}`);
    },
    async delete(key) {
      const { consumedPoints } = await peek(`${key}`);
      await limiter.reset(name, `${key}`);
      return consumedPoints > 0;
    },
  };
}

function result({ allowed, retryAfterMs }: Decision, state: LimitState | undefined, points: number): FlexibleResult {
  if (state === undefined) return { remainingPoints: 0, msBeforeNext: 0, consumedPoints: 0, isFirstInDuration: false };
  const consumedPoints = state.blocked ? state.capacity + 1 : state.capacity - state.remaining;
  const waitMs = allowed ? state.resetAfterMs : retryAfterMs;
  return {
    remainingPoints: state.blocked ? 0 : state.remaining,
    // Its callers do arithmetic with it: where waiting cannot help they get the window.
    msBeforeNext: Number.isFinite(waitMs) ? waitMs : (state.windowMs ?? state.resetAfterMs),
    consumedPoints,
    isFirstInDuration: points > 0 && consumedPoints === points,
  };
}
