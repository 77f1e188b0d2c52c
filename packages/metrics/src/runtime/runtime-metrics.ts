import { type Clock, systemClock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import { onScrape } from '../scrape/scrape-hooks.ts';
import { cpuProbe } from './cpu-probe.ts';
import { gcProbe } from './gc-probe.ts';
import { heapProbe } from './heap-probe.ts';
import { linuxProbe } from './linux-probe.ts';
import { loopProbe } from './loop-probe.ts';
import { processProbe } from './process-probe.ts';

/** Options of {@link runtimeMetrics}. */
export interface RuntimeMetricsOptions {
  /**
   * Of garbage collections, in seconds.
   * @defaultValue 1 ms to 5 s
   */
  readonly gcBuckets?: readonly number[];
  /**
   * How often the event loop is looked at, in milliseconds.
   * @defaultValue 10
   */
  readonly loopResolutionMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** The process is being measured. */
export interface RuntimeMetrics {
  /** Disconnects everything; what has been measured stays. */
  stop(): void;
}

const gcBuckets = [0.001, 0.01, 0.1, 1, 2, 5];

/**
 * Measures the process: CPU, memory, heap spaces, garbage collections, lag and utilisation of the event loop, what keeps it open.
 * The names are those of prom-client's default metrics, but for those that Prometheus would not take so.
 *
 * Nothing of it holds the process open; `stop` disconnects everything.
 *
 * @throws RangeError when the resolution is not above 0, or the buckets do not increase.
 */
export function runtimeMetrics(metrics: Metrics, options: RuntimeMetricsOptions = {}): RuntimeMetrics {
  const { clock = systemClock, loopResolutionMs = 10 } = options;
  const probes = [
    // First, so that what the others do is not in it.
    loopProbe(metrics, { clock, resolutionMs: loopResolutionMs }),
    gcProbe(metrics, options.gcBuckets ?? gcBuckets),
    cpuProbe(metrics),
    heapProbe(metrics),
    processProbe(metrics, clock),
    linuxProbe(metrics),
  ];
  const collector = metrics.collect('runtime', async () => {
    for (const probe of probes) probe.read();
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const probe of probes) probe.readLate?.();
  });
  const listener = onScrape(metrics, {
    ended() {
      for (const probe of probes) probe.resume?.();
    },
  });
  return {
    stop() {
      collector.cancel();
      listener.cancel();
      for (const probe of probes) probe.stop?.();
    },
  };
}
