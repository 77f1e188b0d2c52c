import { createHistogram, performance } from 'node:perf_hooks';
import type { Clock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import { checkPositive } from '../option-checks.ts';
import type { Probe } from './probe.ts';

/** How the event loop is looked at. */
export interface LoopProbeOptions {
  readonly clock: Clock;
  readonly resolutionMs: number;
}

const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/**
 * How late the event loop is, and how busy it was, since the last scrape. A timer that should have fired and has not yet counts as
 * late; what a scrape itself does counts for nothing.
 */
export function loopProbe(metrics: Metrics, { clock, resolutionMs }: LoopProbeOptions): Probe {
  checkPositive('loopResolutionMs', resolutionMs);
  const gauge = (name: string, help: string) => metrics.gauge({ name, help }).at();
  const lag = (part: string, help: string) =>
    gauge(`nodejs_eventloop_lag_${part}seconds`, `${help} lag of the event loop.`);
  const cells = {
    mean: [lag('', 'Average'), lag('mean_', 'Average')],
    min: lag('min_', 'Least'),
    max: lag('max_', 'Greatest'),
    stddev: lag('stddev_', 'Standard deviation of the'),
    p50: lag('p50_', 'Median'),
    p90: lag('p90_', '90th percentile of the'),
    p99: lag('p99_', '99th percentile of the'),
  };
  const utilisation = gauge('nodejs_eventloop_utilization_ratio', 'How busy the event loop was since the last scrape.');
  const lags = createHistogram();
  let lastTick = clock.monotonic();
  let lastUse = performance.eventLoopUtilization();
  let scrapes = 0;
  const note = (now: number) => {
    const late = Math.max(now - lastTick - resolutionMs, 0);
    lastTick = now;
    // The histogram takes integers from 1 on.
    lags.record(Math.max(Math.round(late * NS_PER_MS), 1));
  };
  const timer = clock.every(resolutionMs, () => {
    if (scrapes === 0) note(clock.monotonic());
  });

  return {
    read() {
      const now = clock.monotonic();
      // What is late right now has been kept waiting by what was before the scrape.
      if (scrapes === 0 && now - lastTick > resolutionMs) note(now);
      scrapes++;
      const seconds = (ns: number) => (lags.count === 0 || ns <= 1 ? 0 : ns / NS_PER_SECOND);
      for (const cell of cells.mean) cell.set(seconds(lags.mean));
      cells.min.set(seconds(lags.min));
      cells.max.set(seconds(lags.max));
      cells.stddev.set(seconds(lags.stddev));
      cells.p50.set(seconds(lags.percentile(50)));
      cells.p90.set(seconds(lags.percentile(90)));
      cells.p99.set(seconds(lags.percentile(99)));
      lags.reset();
      const use = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(use, lastUse);
      utilisation.set(Number.isFinite(utilization) ? utilization : 0);
      lastUse = use;
    },
    resume() {
      scrapes = Math.max(scrapes - 1, 0);
      lastTick = clock.monotonic();
    },
    stop: () => timer.cancel(),
  };
}
