import { systemClock } from '@xc/core';
import type { StepCall } from '../store/limit-store.ts';

/** What bounds one call to Redis, as `runScript` takes it. */
export interface CallBounds {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** For a step that nobody set a deadline for, in ms. */
const DEADLINE_MS = 1_000;

/** The bounds of the first call of a step. */
export function boundsOf({ deadlineMs = DEADLINE_MS, signal }: StepCall = {}): CallBounds {
  return signal === undefined ? { deadlineMs } : { deadlineMs, signal };
}

/** Gives, for each further call of the same step, what the calls before have left of its time. */
export function shrinking(bounds: CallBounds): () => CallBounds {
  const startedAt = systemClock.monotonic();
  return () => ({ ...bounds, deadlineMs: bounds.deadlineMs - (systemClock.monotonic() - startedAt) });
}
