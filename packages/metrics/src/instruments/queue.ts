import type { Metrics } from '../metrics.ts';
import { showLevels } from './read-levels.ts';

/** What a queue knows of itself; the first four are values of the label `state`. */
export interface QueueFacts {
  readonly waiting?: number;
  readonly active?: number;
  readonly delayed?: number;
  readonly failed?: number;
  /** Of the oldest job that waits. */
  readonly oldestAgeMs?: number;
}

/** Options of {@link instrumentQueue}. */
export interface QueueOptions {
  /** The label `queue`. */
  readonly queue: string;
  /** Read before each scrape; what a queue does not know it leaves out. */
  read?(): QueueFacts | PromiseLike<QueueFacts>;
}

/** Hears what happens to the jobs of a queue. */
export interface QueueInstrument {
  /** A job begins, after waiting. */
  started(waitMs: number): void;
  /** A job is over. */
  finished(outcome: 'completed' | 'failed', runMs: number): void;
  /** A job will be tried again. */
  retried(): void;
  /** A job has been given up. */
  dead(): void;
  /** Reads no more. */
  stop(): void;
}

/** Measures a queue: how many jobs there are before each scrape, and waits, runs, retries and deaths as they happen. */
export function instrumentQueue(metrics: Metrics, options: QueueOptions): QueueInstrument {
  const { queue } = options;
  const labels = ['queue'] as const;
  const jobs = metrics.gauge({ name: 'queue_jobs', help: 'Jobs by their state.', labels: ['queue', 'state'] });
  const age = metrics.gauge({ name: 'queue_oldest_age_seconds', help: 'Age of the oldest job that waits.', labels });
  const waits = metrics
    .histogram({ name: 'queue_wait_duration_seconds', help: 'Time that jobs have waited.', labels })
    .at(queue);
  const runs = metrics.histogram({
    name: 'queue_run_duration_seconds',
    help: 'Time that jobs have run, by how they ended.',
    labels: ['queue', 'outcome'],
  });
  const retries = metrics
    .counter({ name: 'queue_retries_total', help: 'Jobs that were tried again.', labels })
    .at(queue);
  const dead = metrics.counter({ name: 'queue_dead_total', help: 'Jobs that were given up.', labels }).at(queue);
  const collector = metrics.collect(`queue ${queue}`, async () => {
    const { oldestAgeMs, ...states } = (await options.read?.()) ?? {};
    const { waiting, active, delayed, failed } = states;
    showLevels(jobs, queue, { waiting, active, delayed, failed });
    if (oldestAgeMs !== undefined) age.at(queue).set(oldestAgeMs / 1_000);
  });
  return {
    started: (waitMs) => waits.record(waitMs / 1_000),
    finished: (outcome, runMs) => runs.at(queue, outcome).record(runMs / 1_000),
    retried: () => retries.inc(),
    dead: () => dead.inc(),
    stop: () => collector.cancel(),
  };
}
