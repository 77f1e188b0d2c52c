import { isXcError, systemClock } from '@xc/core';
import type { Job } from '../../job/job.ts';
import type { DeadReason } from '../../job/job-error.ts';
import type { JobRef } from '../../job/job-ref.ts';
import type { AddItem, AddOptions } from '../../queue/add-options.ts';
import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { BatchHandler } from '../../worker/batch.ts';
import type { Handler, HandlerMap } from '../../worker/handler.ts';
import type { WorkOptions } from '../../worker/work-options.ts';
import type { Worker } from '../../worker/worker.ts';
import type { HistoryEvent } from './history-event.ts';

type Seen = Omit<HistoryEvent, 't'>;
type AnyHandler = Handler<AnyJobs> | BatchHandler;

/**
 * Writes down what is seen of a queue: adds and their outcomes, starts with their fences, how jobs settled, cancels, redrives, and
 * workers that stopped. Use the queue that is returned in the place of the other one. Histories of several processes are one when
 * they are merged by `t`.
 *
 * @example
 * ```ts
 * const { queue, history } = recordHistory(createQueue('main', { engine }));
 * // ... add, work, break things, wait until all is through ...
 * checkHistory([...history, { t: Date.now(), op: 'end' }]);
 * ```
 */
export function recordHistory(queue: Queue<AnyJobs>): { queue: Queue<AnyJobs>; history: HistoryEvent[] } {
  const history: HistoryEvent[] = [];
  const recorder = new Recorder(queue, (event) => void history.push({ t: systemClock.now(), ...event }));
  const recorded: Partial<Queue<AnyJobs>> = {
    add: (type, data, options) => recorder.add(type, data, options),
    addMany: (items, options) => recorder.addMany(items, options),
    work: (handlers, options) => recorder.work(handlers, options),
    cancel: (id, options) => recorder.cancel(id, options),
    dead: recorder.deadLetters(),
  };
  return {
    history,
    queue: new Proxy(queue, {
      get(target, name) {
        const own = recorded[name as keyof Queue<AnyJobs>];
        if (own !== undefined) return own;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  };
}

/** The lease under which a job runs here. */
interface Run {
  readonly worker: string;
  readonly fence: string;
}

class Recorder {
  readonly #queue: Queue<AnyJobs>;
  readonly #see: (event: Seen) => void;
  readonly #running: Map<string, Run> = new Map();
  readonly #stopping: Set<string> = new Set();

  constructor(queue: Queue<AnyJobs>, see: (event: Seen) => void) {
    this.#queue = queue;
    this.#see = see;
    const settled = (outcome: string) => (event: { readonly id: string }) => this.#settled(event.id, outcome);
    queue.watch({
      done: settled('done'),
      retry: settled('retry'),
      dead: settled('dead'),
      cancelled: settled('cancelled'),
      lost: ({ id }) => this.#lost(id),
    });
  }

  async add(type: string, data: unknown, options: AddOptions = {}): Promise<JobRef<never>> {
    const { key } = options;
    // Without an id of the caller's nothing can be said before the answer.
    const asked = options.id === undefined ? undefined : { id: options.id, key };
    if (asked !== undefined) this.#see({ op: 'add', phase: 'invoke', ...asked });
    try {
      const ref = await this.#queue.add(type, data, options);
      this.#added(ref.id, key, asked === undefined);
      return ref as JobRef<never>;
    } catch (error) {
      if (asked !== undefined) this.#see({ op: 'add', phase: failureOf(error), ...asked });
      throw error;
    }
  }

  async addMany(
    items: readonly AddItem<AnyJobs>[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): ReturnType<Queue<AnyJobs>['addMany']> {
    const asked = items.map(({ options: { id, key } = {} }) => ({ id, key }));
    for (const each of asked) if (each.id !== undefined) this.#see({ op: 'add', phase: 'invoke', ...each });
    try {
      const refs = await this.#queue.addMany(items, options);
      refs.forEach((ref, index) => {
        const { id, key } = asked[index] ?? {};
        if (!(ref instanceof Error)) this.#added(ref.id, key, id === undefined);
        else if (id !== undefined) this.#see({ op: 'add', phase: failureOf(ref), id, key });
      });
      return refs;
    } catch (error) {
      for (const each of asked) if (each.id !== undefined) this.#see({ op: 'add', phase: failureOf(error), ...each });
      throw error;
    }
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
      if (report.abandoned > 0) this.#see({ op: 'freeze', worker: worker.id });
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

  async cancel(id: string, options?: Parameters<Queue<AnyJobs>['cancel']>[1]): ReturnType<Queue<AnyJobs>['cancel']> {
    // How it ended is told to who watches.
    const outcome = await this.#queue.cancel(id, options);
    this.#see({ op: 'cancel', id, outcome });
    return outcome;
  }

  deadLetters(): Queue<AnyJobs>['dead'] {
    const { dead } = this.#queue;
    return {
      list: (options) => dead.list(options),
      drop: (which) => dead.drop(which),
      redrive: async (which, options) => {
        const ids = 'ids' in which ? which.ids : await allDead(dead, which);
        const before = this.#redriven(ids);
        const report = await dead.redrive(which, options);
        await before(report.missing);
        return report;
      },
    };
  }

  /** A redriven job may start before its redrive is answered, so it is seen at once; what was not redriven is taken back by its state. */
  #redriven(ids: readonly string[]): (missing: readonly string[]) => Promise<void> {
    for (const id of ids) this.#see({ op: 'settle', phase: 'ok', id, outcome: 'redrive' });
    return async (missing) => {
      for (const id of missing) this.#see({ op: 'settle', phase: 'ok', id, outcome: 'dead' });
    };
  }

  #added(id: string, key: string | undefined, invoked: boolean): void {
    if (invoked) this.#see({ op: 'add', phase: 'invoke', id, key });
    this.#see({ op: 'add', phase: 'ok', id, key });
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
    this.#running.set(job.id, run);
    this.#see({ op: 'start', id: job.id, key: job.key, delivery: job.delivery, ...run });
  }

  #settled(id: string, outcome: string): void {
    const run = this.#running.get(id);
    this.#running.delete(id);
    // Dead or cancelled without a run: expired, or by its edges.
    this.#see({ op: 'settle', phase: 'ok', id, outcome, ...run });
  }

  #lost(id: string): void {
    const run = this.#running.get(id);
    if (run !== undefined) this.#see({ op: 'freeze', worker: run.worker });
  }
}

/** Whether a refused add may have happened all the same. */
function failureOf(error: unknown): 'fail' | 'info' {
  const known = isXcError(error) && error.code !== 'XC_QUEUE_UNKNOWN_OUTCOME' && error.code !== 'XC_QUEUE_NOT_DURABLE';
  return known || error instanceof TypeError || error instanceof RangeError ? 'fail' : 'info';
}

interface DeadFilter {
  readonly reason?: DeadReason | undefined;
  readonly type?: string | undefined;
  readonly max?: number | undefined;
}

async function allDead(
  dead: Queue<AnyJobs>['dead'],
  { reason, type, max = Number.POSITIVE_INFINITY }: DeadFilter,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await dead.list({ reason, type, limit: 1000, cursor });
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  // The oldest go first, and the list begins with the newest.
  return ids.reverse().slice(0, max);
}
