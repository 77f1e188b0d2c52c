import type { EngineEvent } from '../engine/engine-event.ts';
import type { StepReply } from '../engine/step-reply.ts';
import { tellSeen } from '../events/tell-seen.ts';
import type { Job } from '../job/job.ts';
import { tellAdded } from '../queue/tell-added.ts';
import type { Attempt } from './attempt.ts';
import { isThenable } from './is-thenable.ts';
import type { WorkerHome } from './worker-home.ts';

/** What a worker tells of its jobs: to the metrics, to those who watch, to the log. */
export class WorkerTales {
  readonly #home: WorkerHome;
  readonly #onStuck: ((job: Job) => void) | undefined;
  /** Engine time minus monotonic time, as of the last step. */
  #offsetMs = 0;

  constructor(home: WorkerHome, onStuck: ((job: Job) => void) | undefined) {
    this.#home = home;
    this.#onStuck = onStuck;
  }

  /** Engine time, as far as it can be known here. */
  get now(): number {
    return Math.round(this.#home.settings.clock.monotonic() + this.#offsetMs);
  }

  answered(reply: StepReply, sentAt: number): void {
    const { clock, name, logger } = this.#home.settings;
    const { metrics } = this.#home;
    const now = clock.monotonic();
    this.#offsetMs = reply.now - now;
    if (metrics.on) {
      metrics.stepSeconds.record((now - sentAt) / 1_000);
      metrics.stepJobs.record(reply.jobs.length);
    }
    for (const event of reply.aside) {
      if (event.event === 'lost') {
        metrics.lostLeases.inc();
        logger.warn({ queue: name, id: event.id, type: event.type }, 'a lease ended without a report');
      }
      // It ended without a report: of a lost lease, or before it started.
      if (metrics.on && (event.event === 'dead' || event.event === 'cancelled')) {
        metrics.settled.at(metrics.types.of(event.type), event.event).inc();
      }
      this.#aside(event);
    }
  }

  started(attempt: Attempt): void {
    const { metrics, watchers } = this.#home;
    if (!metrics.on && watchers.size === 0) return;
    const { id, record, dueAt, addedAt, delivery } = attempt.leased;
    if (metrics.on) {
      metrics.started.at(metrics.types.of(record.type)).inc();
      metrics.running.add(1);
      const waited = Math.max(0, this.now - dueAt) / 1_000;
      metrics.waitSeconds.at(record.lane).record(waited);
      if ((dueAt > addedAt || record.scheduledFor !== undefined) && delivery === 1) metrics.lateSeconds.record(waited);
    }
    if (!watchers.hears('started')) return;
    const { attempt: number } = attempt.leased;
    watchers.tell('started', { id, type: record.type, at: this.now, attempt: number, delivery, data: attempt.data });
  }

  ended({ leased }: Attempt, ranMs: number): void {
    const { metrics } = this.#home;
    if (!metrics.on) return;
    metrics.running.add(-1);
    metrics.runSeconds.at(metrics.types.of(leased.record.type)).record(ranMs / 1_000);
  }

  stuck(attempt: Attempt): void {
    const { watchers, settings } = this.#home;
    const { id, record, attempt: number, delivery } = attempt.leased;
    const reason = `runs on after its signal has aborted (${attempt.cause}): another run of it may overlap`;
    settings.logger.error({ queue: settings.name, id, type: record.type, cause: attempt.cause }, 'a handler is stuck');
    if (watchers.hears('stuck')) {
      watchers.tell('stuck', { id, type: record.type, at: this.now, attempt: number, delivery, reason });
    }
    tellSeen(this.#home, { event: 'stuck', id, type: record.type, attempt: number, delivery, reason });
    this.#tellOnStuck(attempt.job as Job);
  }

  progressed(attempt: Attempt, progress: unknown, at: number): void {
    if (!this.#home.watchers.hears('progress')) return;
    const { id, record, attempt: number, delivery } = attempt.leased;
    this.#home.watchers.tell('progress', { id, type: record.type, at, attempt: number, delivery, progress });
  }

  #tellOnStuck(job: Job): void {
    const failed = (err: unknown) => this.#home.settings.logger.error({ err, id: job.id }, 'onStuck threw');
    try {
      const returned: unknown = this.#onStuck?.(job);
      if (isThenable(returned)) returned.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }

  #aside({ event, id, type, at, attempt, delivery, fence, reason, error, data }: EngineEvent): void {
    if (event === 'added') {
      tellAdded(this.#home, { type, data }, { id, outcome: 'added' }, at);
      return;
    }
    // Slots are no jobs: who turns them into jobs tells of them.
    const { watchers, lost } = this.#home;
    if (event === 'missed' || !watchers.hears(event)) return;
    if (event === 'lost' && fence !== undefined && !lost.first({ id, fence })) return;
    watchers.tell(event, { id, type, at, attempt, delivery, reason, error });
  }
}
