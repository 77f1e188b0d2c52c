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
  /** Its handler has ended, in a way after which the job may run again. */
  mayRepeat: boolean;
}

/** What workers of a queue do, written down: starts, and how they settled. */
export class RecordedWork {
  readonly #queue: Queue<AnyJobs>;
  readonly #log: HistoryLog;
  readonly #running: Map<string, Run> = new Map();
  readonly #stopping: Set<string> = new Set();
  /** Runs of jobs that were written down as tried again before that was told. */
  readonly #toldBefore: Map<string, number> = new Map();

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
      const run = async (jobs: readonly Job[]) => {
        const runs = jobs.map((job) => this.#start(job, worker()));
        try {
          return await handler.handler(jobs);
        } finally {
          for (const [index, each] of runs.entries()) this.#over(jobs[index] as Job, each, true);
        }
      };
      return { ...handler, handler: run };
    }
    return async (job) => {
      const run = this.#start(job, worker());
      try {
        const result = await handler(job as never);
        this.#over(job, run, false);
        return result;
      } catch (error) {
        this.#over(job, run, true);
        // Neither is told as an event: a snoozed job is back later, and one of a stopping worker at once.
        const back = isXcError(error, 'XC_QUEUE_SNOOZE') || this.#stopping.has(worker());
        if (back && this.#running.get(job.id) === run) this.#settled(job.id, 'release');
        throw error;
      }
    };
  }

  #start(job: Job, worker: string): Run {
    const { id } = job;
    const before = this.#running.get(id);
    if (before?.mayRepeat === true) {
      // Of several shards the slowest answers for all: another worker may have the job before its settle is told of.
      this.#toldBefore.set(id, (this.#toldBefore.get(id) ?? 0) + 1);
      this.#log.settled(id, 'retry', leaseOf(before));
    }
    const run: Run = { worker, fence: String(job.fence), mayRepeat: false };
    if (job.scheduledFor !== undefined || this.#log.makesOwn) this.#log.ofEngine(id);
    this.#running.set(id, run);
    this.#log.see({ op: 'start', id, key: job.key, delivery: job.delivery, ...leaseOf(run) });
    return run;
  }

  /** The handler has ended, and its settle is asked for. */
  #over({ id }: Job, run: Run, mayRepeat: boolean): void {
    run.mayRepeat = mayRepeat;
    this.#log.see({ op: 'settle', phase: 'invoke', id, ...leaseOf(run) });
  }

  #settled(id: string, outcome: string): void {
    const before = this.#toldBefore.get(id) ?? 0;
    if (outcome === 'retry' && before > 0) {
      this.#toldBefore.set(id, before - 1);
      return;
    }
    const run = this.#running.get(id);
    this.#running.delete(id);
    // Dead or cancelled without a run: expired, or by its edges.
    this.#log.settled(id, outcome, run && leaseOf(run));
  }

  #lost(id: string): void {
    const run = this.#running.get(id);
    if (run !== undefined) this.#log.see({ op: 'freeze', worker: run.worker });
  }
}

function leaseOf({ worker, fence }: Run): { readonly worker: string; readonly fence: string } {
  return { worker, fence };
}
