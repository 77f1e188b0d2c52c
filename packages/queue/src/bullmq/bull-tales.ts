import type { Clock } from '@xc/core';
import type { Job as BullJob } from 'bullmq';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';

/** How an attempt ended, as far as the worker that ran it knows. */
export type BullOutcome = 'done' | 'retry' | 'dead' | 'released';

/** What is measured of the attempts of a worker. */
export class BullTales {
  readonly #metrics: QueueMetrics;
  readonly #clock: Clock;

  constructor(metrics: QueueMetrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** Returns what is called when its handler has ended. */
  started({ name, timestamp, delay = 0 }: BullJob): () => void {
    const metrics = this.#metrics;
    const clock = this.#clock;
    if (!metrics.on) return () => {};
    const type = metrics.types.of(name);
    const waited = Math.max(0, clock.now() - timestamp - delay) / 1_000;
    metrics.started.at(type).inc();
    metrics.running.add(1);
    metrics.waitSeconds.at('normal').record(waited);
    if (delay > 0) metrics.lateSeconds.record(waited);
    const from = clock.monotonic();
    return () => {
      metrics.running.add(-1);
      metrics.runSeconds.at(type).record((clock.monotonic() - from) / 1_000);
    };
  }

  settled({ name }: BullJob, outcome: BullOutcome): void {
    if (this.#metrics.on) this.#metrics.settled.at(this.#metrics.types.of(name), outcome).inc();
  }
}
