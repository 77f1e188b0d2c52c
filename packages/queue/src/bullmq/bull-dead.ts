import type { Clock } from '@xc/core';
import type { Job as BullJob, Queue as BullQueue } from 'bullmq';
import type { DeadLetters } from '../dead/dead-letters.ts';
import type { JobView } from '../job/job-view.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { integer, plainObject, refuseUnknown } from '../option-checks.ts';
import type { Call } from '../queue/call.ts';
import type { BullCalls } from './bull-calls.ts';
import { viewOf } from './bull-views.ts';
import { unsupported } from './unsupported.ts';

const PAGE = 1_000;

/** How many dead letters are meant, and of which age. */
interface Bounds extends Call {
  readonly max?: number | undefined;
  /** Those that died before, epoch ms. */
  readonly before?: number | undefined;
}

/** What dead letters need of their queue. */
export interface DeadHome {
  readonly bull: BullQueue;
  readonly calls: BullCalls;
  readonly clock: Clock;
  readonly metrics: QueueMetrics;
}

/**
 * BullMQ's failed jobs as dead letters. They are looked through one by one where a filter asks for it. It keeps no history of who has
 * redriven a job: `by` is refused.
 */
export class BullDead implements DeadLetters {
  readonly #queue: BullQueue;
  readonly #calls: BullCalls;
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics;

  constructor({ bull, calls, clock, metrics }: DeadHome) {
    this.#queue = bull;
    this.#calls = calls;
    this.#clock = clock;
    this.#metrics = metrics;
  }

  async list(options: Parameters<DeadLetters['list']>[0] = {}): Promise<{ jobs: JobView[]; cursor?: string }> {
    this.#calls.open();
    refuseUnknown(options, ['reason', 'type', 'limit', 'cursor', 'signal']);
    const { reason, type, limit = 100, cursor = '0', signal } = options;
    integer('limit', limit, 1, 1_000);
    let at = Number(cursor);
    integer('cursor', at, 0, Number.MAX_SAFE_INTEGER);
    const jobs: JobView[] = [];
    for (;;) {
      const page = await this.#page(at, { signal });
      for (const job of page) {
        at += 1;
        if (!fits(job, reason, type)) continue;
        jobs.push(job);
        if (jobs.length === limit) return { jobs, cursor: String(at) };
      }
      if (page.length < PAGE) return { jobs };
    }
  }

  async redrive(
    ...[which, options = {}]: Parameters<DeadLetters['redrive']>
  ): Promise<{ redriven: number; missing: string[] }> {
    this.#calls.open();
    refuseUnknown(options, ['lane', 'forget', 'withDependents', 'by', 'signal']);
    if (options.lane !== undefined) throw unsupported('lane');
    if (options.forget === true) throw unsupported('once');
    if (options.withDependents === true) throw unsupported('flow');
    if (options.by !== undefined) throw unsupported('by');
    const max = 'max' in which && which.max !== undefined ? which.max : Number.POSITIVE_INFINITY;
    const missing: string[] = [];
    let redriven = 0;
    const { signal } = options;
    for (const id of await this.#which(which, { max, signal })) {
      const retry = (job: BullJob) => job.retry('failed', { resetAttemptsMade: true });
      if (await this.#each(id, retry, signal)) redriven += 1;
      else missing.push(id);
    }
    this.#metrics.redriven.inc(redriven);
    return { redriven, missing };
  }

  async drop(which: Parameters<DeadLetters['drop']>[0]): Promise<number> {
    this.#calls.open();
    const before =
      'olderThanMs' in which && which.olderThanMs !== undefined ? this.#clock.now() - which.olderThanMs : undefined;
    let dropped = 0;
    for (const id of await this.#which(which, { before })) {
      if (await this.#each(id, (job) => job.remove())) dropped += 1;
    }
    return dropped;
  }

  /** Whether the job was there and dead: then it is done to it. */
  #each(id: string, deed: (job: BullJob) => Promise<void>, signal?: AbortSignal): Promise<boolean> {
    const change = async () => {
      const job = await this.#queue.getJob(id);
      if (job === undefined || !(await job.isFailed())) return false;
      await deed(job);
      return true;
    };
    return this.#calls.ask(change, { signal, changes: [id] });
  }

  /** In the order in which they died. */
  async #which(which: object, bounds: Bounds): Promise<readonly string[]> {
    const { max = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY, signal } = bounds;
    const { ids, reason, type } = plainObject('which', which) as {
      ids?: readonly string[];
      reason?: string;
      type?: string;
    };
    if (ids !== undefined) return ids;
    if (Object.values(which).every((value) => value === undefined)) {
      throw new TypeError('which must name ids, a reason or a type, got none');
    }
    const found: string[] = [];
    for (let at = 0; ; at += PAGE) {
      const page = await this.#page(at, { oldestFirst: true, signal });
      for (const job of page) {
        if (found.length < max && fits(job, reason, type) && (job.settledAt ?? 0) < before) found.push(job.id);
      }
      if (page.length < PAGE) return found;
    }
  }

  async #page(at: number, { oldestFirst = false, signal }: { oldestFirst?: boolean } & Call): Promise<JobView[]> {
    const look = () => this.#queue.getJobs(['failed'], at, at + PAGE - 1, oldestFirst);
    const jobs = await this.#calls.ask(look, { signal });
    return jobs.filter((job) => job !== undefined).map((job) => viewOf(job, 'dead', []));
  }
}

function fits(job: JobView, reason: string | undefined, type: string | undefined): boolean {
  return (reason === undefined || job.reason === reason) && (type === undefined || job.type === type);
}
