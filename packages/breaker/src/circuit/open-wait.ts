import type { Random } from '@xc/core';
import type { Announcer } from '../events/announcer.ts';
import { shown } from '../options.ts';
import { hearOut } from '../run/hook.ts';
import type { Trip } from './breaker-options.ts';
import type { BreakerSettings } from './breaker-settings.ts';

/** What an opening lasts when the configured function cannot say. */
export const fallbackWaitMs = 30_000;

const complaint = 'openForMs gave no usable wait: using 30 s';

/**
 * How long this opening lasts, in milliseconds. A function that throws, or answers anything but a finite number from 0
 * up, is logged once and counts as 30 seconds.
 */
export function openWaitMs(
  openForMs: BreakerSettings['openForMs'],
  trip: Trip,
  random: Random,
  announcer: Announcer,
): number {
  if (typeof openForMs === 'number') return openForMs;
  try {
    const waitMs = typeof openForMs === 'function' ? openForMs(trip) : openForMs.delayMs(trip.attempt, random);
    if (isWait(waitMs)) return waitMs;
    hearOut(waitMs, () => {});
    announcer.complain(complaint, new RangeError(`must give finite milliseconds from 0 up, gave ${shown(waitMs)}`));
  } catch (error) {
    announcer.complain(complaint, error);
  }
  return fallbackWaitMs;
}

/** Is it a wait: a finite number of milliseconds, not negative? */
export function isWait(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}
