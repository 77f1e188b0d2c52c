import { isXcError } from '@xc/core';

/** How a call ended, as `classify` sees it. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly durationMs: number }
  | { readonly ok: false; readonly error: unknown; readonly durationMs: number };

/**
 * What an outcome counts as. `ignore`: as if the call had not been made. `{ openForMs }`: a failure, and the breaker
 * opens now for so many milliseconds, as a dependency asks for with Retry-After.
 */
export type Verdict = 'success' | 'failure' | 'ignore' | { readonly openForMs: number };

/** Is it one? `openForMs` may still be no usable wait. */
export function isVerdict(value: unknown): value is Verdict {
  if (value === 'success' || value === 'failure' || value === 'ignore') return true;
  return typeof (value as { readonly openForMs?: unknown } | null | undefined)?.openForMs === 'number';
}

/** A verdict, or that the caller gave up: no failure, but a slow call when it had already taken too long. */
export type Judgement = Verdict | 'gave-up';

/**
 * The verdict on a rejection when nobody classifies. A refusal by an inner policy says nothing about the callee, and a
 * call that ran into the caller's own deadline says no more than that the caller was in a hurry.
 */
export function rejectionVerdict(error: unknown): 'failure' | 'ignore' | 'gave-up' {
  if (!isXcError(error)) return 'failure';
  if (typeof error.details.refusedBy === 'string') return 'ignore';
  return error.code === 'XC_BREAKER_DEADLINE' ? 'gave-up' : 'failure';
}

/**
 * The verdict on a call whose caller gave up, when nobody classifies. Our own timeout around the breaker means that the
 * callee did not answer in time; any other reason is the caller's affair.
 */
export function abandonmentVerdict(reason: unknown): 'failure' | 'gave-up' {
  return isXcError(reason, 'XC_BREAKER_TIMEOUT') ? 'failure' : 'gave-up';
}
