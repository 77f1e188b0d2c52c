import { setMaxListeners } from 'node:events';
import type { RebalanceReport } from '../rebalancer.ts';
import type { JobBook } from './job-book.ts';
import { factsOf } from './move-record.ts';
import type { MoverMetrics } from './mover-metrics.ts';
import type { SettledRebalancerOptions } from './settled-rebalancer-options.ts';
import { TopologyDesk } from './topology-desk.ts';

/** A job in the hands of one mover, until it is through or stopped. */
export class Job {
  readonly book: JobBook;
  readonly options: SettledRebalancerOptions;
  readonly metrics: MoverMetrics;
  readonly desk: TopologyDesk;
  /** Why moves have failed, by id, as it was thrown. */
  readonly failures = new Map<string, unknown>();
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;

  /** @param signals - Any of them stops the job. */
  constructor(
    book: JobBook,
    options: SettledRebalancerOptions,
    metrics: MoverMetrics,
    signals: readonly (AbortSignal | undefined)[],
  ) {
    this.book = book;
    this.options = options;
    this.metrics = metrics;
    // Every question to the data listens to it, and many are asked at once.
    setMaxListeners(0, this.#stop.signal);
    this.desk = new TopologyDesk(options.store, (error) => this.stop(error));
    const listeners = signals.flatMap((signal) => {
      if (signal === undefined) return [];
      const listener = (): void => this.stop(signal.reason);
      if (signal.aborted) listener();
      signal.addEventListener('abort', listener, { once: true });
      return [() => signal.removeEventListener('abort', listener)];
    });
    this.#unlisten = () => {
      for (const unlisten of listeners) unlisten();
    };
  }

  /** Aborts when the job must not go on: it was told to stop, was taken over, or lost its journal or the topology. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Only the first reason counts. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
  }

  /** Writes down, or stops the job. */
  async note(line: Parameters<JobBook['append']>[0]): Promise<void> {
    await this.#kept(this.book.append(line));
  }

  async noteTookOver(mover: number, by: string, moveId: string): Promise<void> {
    await this.#kept(this.book.tookOver(mover, by, moveId));
  }

  get report(): RebalanceReport {
    const { jobId, records } = this.book;
    return {
      jobId,
      ok: records.every(({ phase }) => phase !== 'failed'),
      moves: records.map((record) => {
        const error = this.failures.get(record.moveId);
        return factsOf(record.phase === 'failed' && error !== undefined ? { ...record, error } : record);
      }),
    };
  }

  /** Nobody listens to its signals any more. */
  close(): void {
    this.#unlisten();
  }

  async #kept(writing: Promise<void>): Promise<void> {
    try {
      await writing;
    } catch (error) {
      this.stop(error);
      throw error;
    }
  }
}
