import type { Clock } from '@xc/core';
import type { Exemplar } from '../metrics-instrument.ts';
import type { Census } from './census.ts';
import type { CrowdedMetric } from './label-census.ts';

/** What all metrics of one Metrics share. */
export interface Environment {
  readonly clock: Clock;
  /** Whether series remember when they began. */
  readonly created: boolean;
  readonly exemplars: (() => Exemplar | undefined) | undefined;
  readonly census: Census;
  readonly refusals: Refusals;
}

/** Hears of what was not recorded. */
export interface Refusals {
  /** A value, or an exemplar, that cannot be recorded. */
  rejected(metric: string, value: unknown): void;
  /** A label set past the cap. */
  overflowed(metric: CrowdedMetric): void;
}
