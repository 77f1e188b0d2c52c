import type { Decision } from '../limiter/decision.ts';
import type { LimitState } from '../limiter/limit-state.ts';

/**
 * Seconds until this limit lets more through: its retry time when it said no, else until all of it is there again. `undefined`
 * for concurrency, which nobody can foretell, and where waiting cannot help.
 */
export function secondsLeft(state: LimitState, violated: boolean): number | undefined {
  const ms = violated ? state.retryAfterMs : state.resetAfterMs;
  return state.windowMs === undefined || ms === Number.POSITIVE_INFINITY ? undefined : Math.ceil(ms / 1_000);
}

/** The window as headers give it: `;w=60`, or nothing when it is no whole number of seconds. */
export function windowParameter({ windowMs }: LimitState): string {
  return windowMs !== undefined && windowMs % 1_000 === 0 ? `;w=${windowMs / 1_000}` : '';
}

/** For `Retry-After`: at least 1, and not before any violated limit says so; `undefined` when allowed or never. */
export function retryAfterSeconds({ allowed, retryAfterMs, violated, limits }: Decision): number | undefined {
  if (allowed) return undefined;
  let ms = retryAfterMs;
  for (const name of violated) ms = Math.max(ms, limits[name]?.retryAfterMs ?? 0);
  return ms === Number.POSITIVE_INFINITY ? undefined : Math.max(1, Math.ceil(ms / 1_000));
}
