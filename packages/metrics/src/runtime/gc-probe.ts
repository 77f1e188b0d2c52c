import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { Metrics } from '../metrics.ts';
import type { Probe } from './probe.ts';

const kinds = new Map<unknown, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** How long garbage collections took: every one of them, however many the observer is told of at once. */
export function gcProbe(metrics: Metrics, buckets: readonly number[]): Probe {
  const duration = metrics.histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Garbage collections by their kind: major, minor, incremental or weakcb.',
    labels: ['kind'],
    buckets,
  });
  const record = (entries: readonly PerformanceEntry[]) => {
    for (const entry of entries) {
      const { detail, duration: ms } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } };
      const kind = kinds.get(detail?.kind) ?? 'other';
      duration.at(kind).record(ms / 1_000);
    }
  };
  const observer = new PerformanceObserver((list) => record(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return {
    read() {},
    // Those that it has not told of yet.
    readLate: () => record(observer.takeRecords()),
    stop: () => observer.disconnect(),
  };
}
