import type { Clock } from '@xc/core';
import type { LiveOptions } from './circuit-breaker-options.ts';
import { Status } from './status.ts';

/** The status that was handed in, or a new one that goes on from the statistics that were. */
export function statusOf(options: LiveOptions, clock: Clock): Status {
  const { status } = options;
  if (status instanceof Status) return status;
  return new Status({ ...options, clock, ...(status === undefined ? {} : { stats: status }) });
}
