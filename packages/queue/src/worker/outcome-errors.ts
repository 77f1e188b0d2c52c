import { isXcError, XcError } from '@xc/core';
import { duration, text } from '../option-checks.ts';

/**
 * Throw it from a handler: the job is dead at once, with the reason `discarded`, whatever attempts are left.
 *
 * @param reason - Why, 1 to 1,000 bytes; kept as the message of the job's error.
 * @throws TypeError or RangeError when `reason` is not such a string.
 */
export function discard(reason: string, options: { readonly cause?: unknown } = {}): XcError<'XC_QUEUE_DISCARD'> {
  return new XcError('XC_QUEUE_DISCARD', text('reason', reason, 1_000), { cause: options.cause });
}

/**
 * Throw it from a handler: the attempt has failed, and the next one starts exactly `ms` later, whatever the back-off says.
 *
 * @throws TypeError or RangeError when `ms` is not from 0 to ten years.
 */
export function retryAfter(ms: number, options: { readonly cause?: unknown } = {}): XcError<'XC_QUEUE_RETRY_AFTER'> {
  duration('ms', ms);
  const { cause } = options;
  return new XcError('XC_QUEUE_RETRY_AFTER', `to be tried again after ${ms} ms`, { cause, details: { ms } });
}

/**
 * Throw it from a handler: the job runs again after `ms`, and no attempt is burnt.
 *
 * @throws TypeError or RangeError when `ms` is not from 0 to ten years.
 */
export function snooze(ms: number): XcError<'XC_QUEUE_SNOOZE'> {
  duration('ms', ms);
  return new XcError('XC_QUEUE_SNOOZE', `snoozed for ${ms} ms`, { details: { ms } });
}

/** What a rejection of a handler asks for. */
export type Wish =
  | { readonly kind: 'fail' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'retry'; readonly ms: number }
  | { readonly kind: 'snooze'; readonly ms: number };

const failed: Wish = { kind: 'fail' };
const discarded: Wish = { kind: 'discard' };

/** Reads a rejection by its code, so that the ESM and the CJS copy of this package understand each other. */
export function wishOf(error: unknown): Wish {
  if (!isXcError(error)) return failed;
  if (error.code === 'XC_QUEUE_DISCARD') return discarded;
  const { ms } = error.details;
  if (typeof ms !== 'number') return failed;
  if (error.code === 'XC_QUEUE_RETRY_AFTER') return { kind: 'retry', ms };
  return error.code === 'XC_QUEUE_SNOOZE' ? { kind: 'snooze', ms } : failed;
}
