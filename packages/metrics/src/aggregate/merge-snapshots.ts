import type { MetricSnapshot, Snapshot } from '../snapshot.ts';
import { MergedMetric } from './merged-metric.ts';

/** The figures of several workers on their way into one. */
export class Merger {
  readonly #metrics = new Map<string, MergedMetric>();

  /** Adds all of a worker's figures, or none when a metric does not fit: `false` then. */
  add(snapshot: Snapshot, worker: string): boolean {
    if (!snapshot.metrics.every((metric) => this.#metrics.get(metric.name)?.fits(metric) ?? true)) return false;
    for (const metric of snapshot.metrics) this.#add(metric, worker);
    return true;
  }

  /** Adds the metrics that fit; of what is gone nobody can be asked to change the rest. */
  addFitting(snapshot: Snapshot): void {
    for (const metric of snapshot.metrics) {
      if (this.#metrics.get(metric.name)?.fits(metric) ?? true) this.#add(metric, '');
    }
  }

  /** By name. */
  snapshot(): Snapshot {
    const metrics = [...this.#metrics.values()].map((metric) => metric.snapshot());
    return { metrics: metrics.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  #add(metric: MetricSnapshot, worker: string): void {
    const merged = this.#metrics.get(metric.name) ?? new MergedMetric(metric);
    this.#metrics.set(metric.name, merged);
    merged.add(metric, worker);
  }
}

/** Only what adds up for ever: gauges say how something is, and what is gone is not. */
export function withoutGauges({ metrics }: Snapshot): Snapshot {
  return { metrics: metrics.filter(({ type }) => type !== 'gauge') };
}
