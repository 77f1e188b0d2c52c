import { isXcError } from '@xc/core';
import type { Job } from '../../job/job.ts';
import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { BatchHandler } from '../../worker/batch.ts';
import type { Handler, HandlerMap } from '../../worker/handler.ts';
import type { WorkOptions } from '../../worker/work-options.ts';
import type { Worker } from '../../worker/worker.ts';
import type { HistoryLog } from './history-log.ts';

type AnyHandler = Handler<AnyJobs> | BatchHandler;

/** The lease under which a job runs here. */
interface Run {
  readonly worker: string;
  readonly fence: string;
}

/** What workers of a queue do, written down: starts, and how they settled. */
export class RecordedWork {
  readonly #queue: Queue<AnyJobs>;
  readonly #log: HistoryLog;
  readonly #running: Map<string, Run> = new Map();
  readonly #stopping: Set<string> = new Set();

  constructor(queue: Queue<AnyJobs>, log: HistoryLog) {
    this.#queue = queue;
    this.#log = log;
    const settled = (outcome: string) => (event: { readonly id: string }) => this.#settled(event.id, outcome);
    queue.watch({
      done: settled('done'),
      retry: settled('retry'),
      dead: settled('dead'),
      cancelled: settled('cancelled'),
      lost: ({ id }) => this.#lost(id),
    });
  }

  work(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options?: WorkOptions): Worker {
    // Handlers run in later turns than the one in which the worker is made.
    const name = () => worker.id;
    const wrapped = typeof handlers === 'function' ? this.#handler(handlers, name) : this.#handlers(handlers, name);
    const worker: Worker = this.#queue.work(wrapped as HandlerMap<AnyJobs>, options);
    const stop: Worker['stop'] = async (how) => {
      this.#stopping.add(worker.id);
      const report = await worker.stop(how);
      // What still runs is given up; its leases end by themselves.
      if (report.abandoned > 0) this.#log.see({ op: 'freeze', worker: worker.id });
      return report;
    };
    return new Proxy(worker, {
      get(target, property) {
        if (property === 'stop') return stop;
        if (property === Symbol.asyncDispose) return () => stop();
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  #handlers(handlers: HandlerMap<AnyJobs>, worker: () => string): HandlerMap<AnyJobs> {
    const wrapped = Object.entries(handlers).map(([type, handler]) => [
      type,
      this.#handler(handler as AnyHandler, worker),
    ]);
    return Object.fromEntries(wrapped) as HandlerMap<AnyJobs>;
  }

  #handler(handler: AnyHandler, worker: () => string): AnyHandler {
    if (typeof handler !== 'function') {
      const run = (jobs: readonly Job[]) => {
        for (const job of jobs) this.#start(job, worker());
        return handler.handler(jobs);
      };
      return { ...handler, handler: run };
    }
    return async (job) => {
      this.#start(job, worker());
      try {
        return await handler(job as never);
      } catch (error) {
        // Neither is told as an event: a snoozed job is back later, and one of a stopping worker at once.
        const back = isXcError(error, 'XC_QUEUE_SNOOZE') || this.#stopping.has(worker());
        if (back) this.#settled(job.id, 'release');
        throw error;
      }
    };
  }

  #start(job: Job, worker: string): void {
    const run = { worker, fence: String(job.fence) };
    if (job.scheduledFor !== undefined) this.#log.scheduled(job.id);
    this.#running.set(job.id, run);
    this.#log.see({ op: 'start', id: job.id, key: job.key, delivery: job.delivery, ...run });
  }

  #settled(id: string, outcome: string): void {
    const run = this.#running.get(id);
    this.#running.delete(id);
    // Dead or cancelled without a run: expired, or by its edges.
    this.#log.settled(id, outcome, run);
  }

  #lost(id: string): void {
    const run = this.#running.get(id);
    if (run !== undefined) this.#log.see({ op: 'freeze', worker: run.worker });
  }
}
