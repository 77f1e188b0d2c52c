import type { Clock, Logger, Random, Tracer } from '@xc/core';
import type { SettledAcquire } from './acquire-options.ts';
import type { LockMetrics } from './lock-metrics.ts';
import type { LockStore } from './store.ts';

/** What locks are made of. */
export interface LockParts {
  readonly store: LockStore;
  readonly defaults: SettledAcquire;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: LockMetrics;
  readonly logger: Logger;
  readonly tracer: Tracer;
}
