import { abortSignal, duration, refuseUnknown } from './option-rules.ts';

/** How long a drain has patience. */
export interface DrainOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Gives the options of a drain with their defaults. Asked before anything is refused or closed: a drain that fails half-way
 * would leave a pool that neither lends nor ends.
 *
 * @throws TypeError or RangeError that names the first one that is wrong.
 */
export function checkDrain(options: DrainOptions): {
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
} {
  refuseUnknown(options, ['deadlineMs', 'signal']);
  const { deadlineMs = 10_000, signal } = options;
  duration('deadlineMs', deadlineMs);
  if (signal !== undefined) abortSignal('signal', signal);
  return { deadlineMs, signal };
}
