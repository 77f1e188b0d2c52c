import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `runtimeAlerts`. */
export interface RuntimeAlertThresholds {
  /** 99th percentile of the event loop's lag, in seconds. @defaultValue 0.2 */
  readonly loopLagP99Seconds?: number;
  /** Share of the time that the event loop is busy. @defaultValue 0.9 */
  readonly loopUtilization?: number;
  /** Share of the time that goes to garbage collection. @defaultValue 0.1 */
  readonly gcTimeRatio?: number;
  /** Bytes that the used heap grows in an hour, by its trend. @defaultValue 134_217_728 (128 MiB) */
  readonly heapGrowthBytesPerHour?: number;
  /** Starts of the process in a quarter of an hour. @defaultValue 3 */
  readonly restarts?: number;
}

const usual = {
  loopLagP99Seconds: 0.2,
  loopUtilization: 0.9,
  gcTimeRatio: 0.1,
  heapGrowthBytesPerHour: 134_217_728,
  restarts: 3,
};

/**
 * Saturation of the process as `runtimeMetrics` shows it: `EventLoopLagging`, `EventLoopBusy`, `GarbageCollectionHeavy`, `HeapGrowing`,
 * `ProcessRestarting`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function runtimeAlerts(options: AlertPackOptions<RuntimeAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const where = '{{ $labels.instance }}';
  return alertPack('runtime', options, [
    {
      alert: 'EventLoopLagging',
      severity: 'page',
      expr: `${series('nodejs_eventloop_lag_p99_seconds')} > ${limit.loopLagP99Seconds}`,
      forMinutes: 5,
      summary: `${where}: the event loop is late by {{ $value | humanizeDuration }}`,
    },
    {
      alert: 'EventLoopBusy',
      severity: 'ticket',
      expr: `${series('nodejs_eventloop_utilization_ratio')} > ${limit.loopUtilization}`,
      forMinutes: 10,
      summary: `${where}: the event loop is busy {{ $value | humanizePercentage }} of the time`,
    },
    {
      alert: 'GarbageCollectionHeavy',
      severity: 'ticket',
      expr: `sum without (kind) (rate(${series('nodejs_gc_duration_seconds_sum')}[5m])) > ${limit.gcTimeRatio}`,
      forMinutes: 10,
      summary: `${where}: garbage collection takes {{ $value | humanizePercentage }} of the time`,
    },
    {
      alert: 'HeapGrowing',
      severity: 'ticket',
      expr: `deriv(${series('nodejs_heap_size_used_bytes')}[1h]) * 3600 > ${limit.heapGrowthBytesPerHour}`,
      forMinutes: 60,
      summary: `${where}: the heap grows by {{ $value | humanize1024 }}B an hour`,
    },
    {
      alert: 'ProcessRestarting',
      severity: 'page',
      expr: `changes(${series('process_start_time_seconds')}[15m]) >= ${limit.restarts}`,
      forMinutes: 0,
      summary: `${where}: started {{ $value }} times in a quarter of an hour`,
    },
  ]);
}
