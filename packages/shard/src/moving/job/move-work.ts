import { isXcError, systemRandom } from '@xc/core';
import type { MovePhase, Topology } from '../../topology/topology.ts';
import type { DataAdapter, Place, RowChange } from '../data-adapter.ts';
import { bounded } from './bounded.ts';
import type { Job } from './job.ts';
import type { Line } from './job-book.ts';
import { MoveProgress } from './move-progress.ts';
import type { MoveRecord } from './move-record.ts';
import { ownMove, type TopologyEdit, withMove } from './topology-desk.ts';

/** The phase that a move goes on to. */
export interface Next {
  readonly phase: MovePhase;
  readonly step?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** How many epochs a topology may have lost, as one does whose store fails over, for a job to go on at once. */
const LOST_EPOCHS = 100;

/** One move in the hands of its mover: what it reads and writes, and what it writes down. */
export class MoveWork {
  readonly job: Job;
  readonly moveId: string;
  readonly progress: MoveProgress;
  /** How often a switch, or coming near to one, has been tried in vain. */
  attempts = 0;
  /** Keys whose rows were compared while they changed; they are compared once more while nothing can. */
  readonly doubtful = new Set<string>();
  /** Shards that were asked to note what changes. */
  readonly captured = new Set<string>();
  #mover: number;
  /** An `apply` may still be under way. */
  #isUnsure = false;

  constructor(job: Job, moveId: string, mover: number) {
    this.job = job;
    this.moveId = moveId;
    this.#mover = mover;
    this.progress = new MoveProgress(job, moveId);
  }

  get record(): MoveRecord {
    return this.job.book.record(this.moveId);
  }

  /** Who owns the partition until the switch. */
  get giver(): string {
    return this.record.isBack ? this.record.to : this.record.from;
  }

  /** Who is to own it. */
  get receiver(): string {
    return this.record.isBack ? this.record.from : this.record.to;
  }

  place(shard: string): Place {
    const { moveId, partition } = this.record;
    return { shard, partition, moveId, mover: this.#mover };
  }

  /** Writes down that the move is in a phase; what the phase does comes after. */
  async enter({ phase, step, facts }: Next): Promise<void> {
    const cursor = phase === 'copy' ? this.record.cursor : undefined;
    await this.note({
      phase,
      ...(step === undefined ? {} : { step }),
      ...(facts === undefined ? {} : { facts }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    this.progress.entered();
  }

  async note(line: Omit<Line, 'moveId'>): Promise<void> {
    await this.job.note({ ...line, moveId: this.moveId, facts: { ...this.progress.counts, ...line.facts } });
  }

  /** Asks the adapter; again, a little later each time, while it fails. @throws What it throws at last; the reason of the signal. */
  async ask<T>(
    question: (adapter: DataAdapter, signal: AbortSignal) => Promise<T>,
    signal: AbortSignal = this.job.signal,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await bounded(question(this.job.options.adapter, signal), signal);
      } catch (error) {
        await this.#afterFailure(error, attempt, signal);
      }
    }
  }

  /** Lets a shard note what changes. */
  async capture(shard: string): Promise<void> {
    this.captured.add(shard);
    await this.ask((adapter, signal) => adapter.startCapture(this.place(shard), signal));
  }

  /** Writes rows. When it resolves, they are there, and no earlier try of it can write any more. */
  async apply(shard: string, changes: readonly RowChange[], signal: AbortSignal = this.job.signal): Promise<void> {
    if (changes.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      await this.beSure(signal);
      try {
        this.#isUnsure = true;
        await bounded(this.job.options.adapter.apply(this.place(shard), changes, signal), signal);
        this.#isUnsure = false;
        return;
      } catch (error) {
        await this.#afterFailure(error, attempt, signal);
      }
    }
  }

  /** When it resolves, no `apply` is under way: one whose outcome is not known is shut out by taking the move anew. */
  async beSure(signal: AbortSignal = this.job.signal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isUnsure) return;
    await this.retake(() => ({}), signal);
  }

  /** Takes the move anew, changing the topology on the way: what is still under way of the mover before has no effect any more. */
  async retake(edit: TopologyEdit, signal: AbortSignal = this.job.signal): Promise<void> {
    await this.#renumber(edit);
    await this.claim(signal);
    this.#isUnsure = false;
  }

  /** Makes both places this mover's. */
  async claim(signal: AbortSignal = this.job.signal): Promise<void> {
    const { from, to } = this.record;
    for (const shard of [from, to]) await this.ask((adapter, own) => this.#claimed(adapter, shard, own), signal);
  }

  /** The topology, as long as this move is this mover's. */
  async look(): Promise<Topology> {
    const topology = await this.job.desk.load();
    this.checkOwn(topology);
    return topology;
  }

  /** Changes the topology, as long as this move is this mover's. */
  async change(edit: TopologyEdit): Promise<Topology> {
    return await this.job.desk.change((topology) => {
      this.checkOwn(topology);
      return edit(topology);
    });
  }

  /** @throws MoverSupersededError when another has taken the move; then the job has to stop. */
  checkOwn(topology: Topology): void {
    try {
      ownMove(topology, this, this.#mover);
    } catch (error) {
      this.job.stop(error);
      throw error;
    }
  }

  /** Lets others have the shards for as long as the throttle says. */
  async pause(): Promise<void> {
    const { throttle, clock } = this.job.options;
    const ms = throttle?.(this.progress.facts) ?? 0;
    if (ms > 0) await clock.sleep(ms, this.job.signal);
  }

  /** Data that knows of a later mover than the topology: that has lost epochs, and new ones are taken until this mover is the latest. */
  async #claimed(adapter: DataAdapter, shard: string, signal: AbortSignal): Promise<void> {
    for (let taken = 0; ; taken += 1) {
      try {
        return await adapter.claim(this.place(shard), signal);
      } catch (error) {
        if (taken === LOST_EPOCHS || !isXcError(error, 'XC_SHARD_MOVER_SUPERSEDED')) throw error;
      }
      await this.#renumber(() => ({}));
    }
  }

  async #renumber(edit: TopologyEdit): Promise<void> {
    const { epoch } = await this.change((topology) => {
      const next = { ...topology, ...edit(topology) };
      return { ...next, moves: withMove(next, this, { mover: topology.epoch + 1 }) };
    });
    this.#mover = epoch;
    await this.job.noteTookOver(epoch, 'retry', this.moveId);
  }

  async #afterFailure(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
    if (isXcError(error, 'XC_SHARD_MOVER_SUPERSEDED')) this.job.stop(error);
    signal.throwIfAborted();
    this.job.signal.throwIfAborted();
    const { retry, clock, logger } = this.job.options;
    if (attempt >= retry.attempts) throw error;
    logger.warn({ err: error, moveId: this.moveId, attempt }, 'the data does not do what a move needs; trying again');
    await clock.sleep(retry.backoff.delayMs(attempt, systemRandom), signal);
  }
}
