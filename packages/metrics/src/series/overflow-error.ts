import { XcError } from '@xc/core';

/**
 * Thrown by `at` when a metric with `overflow: 'throw'` has no room for one more label set. `details` name the metric, its cap and
 * its most varied label.
 */
export class MetricOverflowError extends XcError<'XC_METRICS_OVERFLOW'> {
  static {
    this.prototype.name = 'MetricOverflowError';
  }

  constructor(metric: string, maxSeries: number, label: string | undefined) {
    super('XC_METRICS_OVERFLOW', `${metric} holds ${maxSeries} series and takes no more; most varied is ${label}`, {
      details: { metric, maxSeries, label },
    });
  }
}
