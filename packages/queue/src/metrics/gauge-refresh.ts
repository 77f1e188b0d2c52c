import type { Clock, Timer } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { QueueMetrics } from './queue-metrics.ts';

const everyMs = 5_000;

/** Refreshes the gauges that count the queue as a whole: every 5 s one process of all, by a claim. */
export class GaugeRefresh {
  readonly #engine: EngineQueue;
  readonly #metrics: QueueMetrics;
  readonly #timer: Timer | undefined;
  readonly #lanes: readonly string[];

  constructor(engine: EngineQueue, metrics: QueueMetrics, clock: Clock, lanes: readonly string[]) {
    this.#engine = engine;
    this.#metrics = metrics;
    this.#lanes = lanes;
    // A refresh that fails is made up for by the next one, here or elsewhere.
    this.#timer = metrics.on ? clock.every(everyMs, () => void this.#refresh().catch(() => {})) : undefined;
  }

  close(): void {
    this.#timer?.cancel();
  }

  async #refresh(): Promise<void> {
    // A little less than the interval: timers of one process do not miss every second turn.
    if (!(await this.#engine.control('claim', { name: 'gauges', ms: everyMs - 100 }))) return;
    const { states, oldest, now } = await this.#engine.read('counts', { behindKeys: true });
    for (const [state, count] of Object.entries(states)) this.#metrics.jobs.at(state).set(count);
    for (const lane of this.#lanes) {
      const since = oldest[lane];
      this.#metrics.oldestWaitingSeconds.at(lane).set(since === undefined ? 0 : Math.max(0, now - since) / 1_000);
    }
  }
}
