import type { EngineEvent } from '../engine/engine-event.ts';
import type { EngineSink } from '../engine/engine-sink.ts';
import type { CancelledLease } from '../engine/step-reply.ts';
import type { SettledJob } from '../engine/stored-job.ts';
import type { Watchers } from '../events/watchers.ts';
import type { Settlements } from '../results/settlements.ts';
import type { QueueWorker } from '../worker/queue-worker.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { ValueCodec } from './value-codec.ts';

/** Who an engine's pushes go to. */
export interface LinkHome {
  readonly settings: QueueSettings;
  readonly codec: ValueCodec;
  readonly settlements: Settlements;
  /** Of this queue object. */
  readonly watchers: Watchers;
  /** Of all processes. */
  readonly overall: Watchers;
  readonly workers: ReadonlySet<QueueWorker>;
}

/** Hands on what an engine tells outside of replies. */
export class EngineLink implements EngineSink {
  readonly #home: LinkHome;

  constructor(home: LinkHome) {
    this.#home = home;
  }

  wake(worker: string | undefined): void {
    for (const each of this.#home.workers) if (worker === undefined || each.id === worker) each.wake();
  }

  settled(jobs: readonly SettledJob[]): void {
    this.#home.settlements.settled(jobs);
  }

  cancelled(leases: readonly CancelledLease[]): void {
    for (const worker of this.#home.workers) worker.cancelled(leases);
  }

  paused(paused: boolean): void {
    const { watchers, workers, settings } = this.#home;
    for (const worker of workers) worker.queuePaused(paused);
    watchers.tell(paused ? 'paused' : 'resumed', { id: '', type: '', at: settings.clock.now() });
  }

  events(events: readonly EngineEvent[]): void {
    const { overall, codec } = this.#home;
    for (const { event, result, progress, schedule = '', dropped = 0, ...facts } of events) {
      if (!overall.hears(event)) continue;
      if (event === 'missed') {
        const { id, type, at } = facts;
        overall.missed({ id, type, at, schedule, dropped });
        continue;
      }
      overall.tell(event, {
        ...facts,
        ...(event === 'done' ? { result: codec.show(result) } : {}),
        ...(event === 'progress' ? { progress: codec.show(progress) } : {}),
      });
    }
  }

  gap(): void {
    void this.#home.settlements.reread();
    for (const worker of this.#home.workers) worker.wake();
    this.#home.overall.gap();
  }

  policyChanged(changed: readonly string[]): void {
    const { logger, name } = this.#home.settings;
    logger.info({ queue: name, changed }, 'the policy of the queue was replaced');
  }

  unsafe(why: string): void {
    const { logger, name } = this.#home.settings;
    logger.warn({ queue: name }, why);
  }

  refused(jobs: number, err: unknown): void {
    const { logger, name } = this.#home.settings;
    logger.error({ queue: name, jobs, err }, 'jobs that were buffered were refused');
  }
}
