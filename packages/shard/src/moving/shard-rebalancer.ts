import { setMaxListeners } from 'node:events';
import { isXcError, type LockLease, XcError } from '@xc/core';
import type { RebalancePlan } from '../planning/plan-rebalance.ts';
import { checkJobId } from './check-entry.ts';
import { checkPlan, checkPlanFits, newJobId } from './check-plan.ts';
import { Backflow } from './job/backflow.ts';
import { checkReversible, tasksOf } from './job/commands.ts';
import { Job } from './job/job.ts';
import { JobBook } from './job/job-book.ts';
import { factsOf } from './job/move-record.ts';
import type { MoveWork } from './job/move-work.ts';
import { MoverMetrics } from './job/mover-metrics.ts';
import { inTurn } from './job/schedule.ts';
import type { SettledRebalancerOptions } from './job/settled-rebalancer-options.ts';
import { takeBack } from './job/take-back.ts';
import { type Command, otherEpoch, takeJob } from './job/take-job.ts';
import { loaded } from './job/topology-desk.ts';
import { runMove } from './phases/run-move.ts';
import type { RebalanceReport, Rebalancer, RepairPlan, RunJobOptions } from './rebalancer.ts';
import { repair } from './repair/repair.ts';

/** How often a job is taken anew when another takes it at the same time. */
const TAKES = 5;

/** What one command is to do. */
interface Order {
  readonly by: Command;
  readonly jobId: string;
  readonly signal?: AbortSignal | undefined;
  readonly force?: boolean;
  readonly plan?: RebalancePlan;
}

/** The rebalancer: opens jobs, takes them, and lets their moves run. */
export class ShardRebalancer implements Rebalancer {
  readonly #options: SettledRebalancerOptions;
  readonly #metrics: MoverMetrics;
  readonly #closing = new AbortController();
  readonly #running = new Map<Promise<unknown>, string>();
  readonly #backflows = new Map<string, Backflow>();

  constructor(options: SettledRebalancerOptions) {
    this.#options = options;
    this.#metrics = new MoverMetrics(options.meter);
    // All jobs listen to it, and what repair asks.
    setMaxListeners(0, this.#closing.signal);
  }

  async run(plan: RebalancePlan, { jobId = newJobId(plan), signal }: RunJobOptions = {}): Promise<RebalanceReport> {
    checkPlan(plan);
    return await this.#command({ by: 'run', jobId, signal, plan });
  }

  async resume(jobId: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<RebalanceReport> {
    return await this.#command({ by: 'resume', jobId, signal });
  }

  async abort(jobId: string): Promise<RebalanceReport> {
    return await this.#command({ by: 'abort', jobId });
  }

  async reverse(jobId: string): Promise<RebalanceReport> {
    return await this.#command({ by: 'reverse', jobId });
  }

  async finish(jobId: string, { force = false }: { readonly force?: boolean } = {}): Promise<RebalanceReport> {
    return await this.#command({ by: 'finish', jobId, force });
  }

  async status(jobId: string): Promise<RebalanceReport> {
    const { journal, clock } = this.#options;
    const { records } = await JobBook.open(journal, checkJobId(jobId), clock);
    const moves = records.map((record) => factsOf(record));
    return { jobId, ok: moves.every(({ phase }) => phase !== 'failed'), moves };
  }

  async jobs(): Promise<readonly string[]> {
    const { journal } = this.#options;
    const ids: string[] = [];
    for (const id of await journal.jobs()) if (JobBook.isJob(await journal.read(id))) ids.push(id);
    return ids;
  }

  async repair(): Promise<RepairPlan> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const isRunning = (jobId: string): boolean => [...this.#running.values()].includes(jobId);
    return await repair(this.#options, isRunning, (jobId) => this.resume(jobId), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new XcError('XC_SHARD_CLOSED', 'the rebalancer is closed'));
    await Promise.allSettled(this.#running.keys());
    await Promise.all([...this.#backflows.keys()].map((jobId) => this.#stopBackflow(jobId)));
  }

  async #command(order: Order): Promise<RebalanceReport> {
    checkJobId(order.jobId);
    const running = this.#locked(order);
    this.#running.set(running, order.jobId);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #locked(order: Order): Promise<RebalanceReport> {
    const { signal, jobId } = order;
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    await this.#stopBackflow(jobId);
    const lease = await this.#options.lock?.acquire(`xc:shard:job:${jobId}`, signal === undefined ? {} : { signal });
    try {
      return await this.#carriedOut(order, lease?.signal);
    } finally {
      if (lease !== undefined) await this.#release(lease, jobId);
    }
  }

  /** A report is not lost with a lock. */
  async #release(lease: LockLease, jobId: string): Promise<void> {
    try {
      await lease.release();
    } catch (error) {
      this.#options.logger.warn({ err: error, jobId }, 'the lock of a job could not be released; it ends by itself');
    }
  }

  async #carriedOut(order: Order, leased: AbortSignal | undefined): Promise<RebalanceReport> {
    const { by, jobId, force = false } = order;
    const { job, works } = await this.#taken(order, leased);
    try {
      const tasks = await tasksOf(job, by, works, force);
      this.#options.adapter.expect?.(works.filter(isToCopy).map((work) => work.place(work.record.from)));
      await inTurn(tasks, this.#options, ({ work, first }) => runMove(work, by, first));
      job.signal.throwIfAborted();
    } finally {
      await takeBack(job, works, this.#closing.signal);
      job.close();
    }
    const resting = works.filter(({ record }) => record.phase === 'reversible');
    if (resting.length > 0 && !this.#closing.signal.aborted) this.#backflows.set(jobId, new Backflow(job, resting));
    return job.report;
  }

  /** Opens the job and takes it; once more where another takes it in the same moment. */
  async #taken(
    order: Order,
    leased: AbortSignal | undefined,
  ): Promise<{ readonly job: Job; readonly works: readonly MoveWork[] }> {
    const { by, jobId, signal, plan } = order;
    const { journal, clock } = this.#options;
    const created = plan === undefined ? undefined : await this.#created(jobId, plan);
    for (let take = 1; ; take += 1) {
      const book = (take === 1 ? created : undefined) ?? (await JobBook.open(journal, jobId, clock));
      if (by === 'reverse') checkReversible(jobId, book.records);
      const job = new Job(book, this.#options, this.#metrics, [this.#closing.signal, signal, leased]);
      try {
        return { job, works: await takeJob(job, by, take === 1 ? plan?.epoch : undefined) };
      } catch (error) {
        job.close();
        if (created !== undefined && isXcError(error, 'XC_SHARD_TOPOLOGY_CONFLICT')) await buried(book);
        if (take === TAKES || !isXcError(error, 'XC_SHARD_JOURNAL_CONFLICT')) throw error;
      }
    }
  }

  async #created(jobId: string, plan: RebalancePlan): Promise<JobBook> {
    const { store, journal, clock } = this.#options;
    if ((await journal.read(jobId)).length === 0) {
      const topology = await loaded(store);
      if (topology.epoch !== plan.epoch) throw otherEpoch(plan.epoch, topology.epoch);
      checkPlanFits(plan, topology);
    }
    const moves = plan.moves.map(({ partition, from, to }) => ({
      moveId: `${jobId}.${partition}`,
      partition,
      from,
      to,
    }));
    return await JobBook.create(journal, jobId, clock, { epoch: plan.epoch, moves });
  }

  async #stopBackflow(jobId: string): Promise<void> {
    const backflow = this.#backflows.get(jobId);
    this.#backflows.delete(jobId);
    await backflow?.stop(new XcError('XC_SHARD_CLOSED', `job ${jobId} is taken by another command`));
  }
}

/** Whether its rows are still to be scanned. */
function isToCopy({ record: { goOnAt } }: MoveWork): boolean {
  return goOnAt === 'planned' || goOnAt === 'dual-write' || goOnAt === 'copy';
}

/** A job that was written down for a topology that is gone by now: nothing was done for it, and nothing will be. */
async function buried(book: JobBook): Promise<void> {
  for (const { moveId } of book.records) await book.append({ moveId, phase: 'aborted' });
}
