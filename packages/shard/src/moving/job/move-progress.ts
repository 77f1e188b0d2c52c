import type { Clock } from '@xc/core';
import { tell } from '../../telemetry/tell.ts';
import type { MoveFacts } from '../rebalancer.ts';
import type { Job } from './job.ts';
import { factsOf, type MoveCounts } from './move-record.ts';
import type { RowsKind } from './mover-metrics.ts';

/** How often a move that goes on is told of, in ms. */
const EVERY_MS = 1_000;

/** What a move has done so far, and who is told of it. */
export class MoveProgress {
  readonly #job: Job;
  readonly #moveId: string;
  readonly #clock: Clock;
  #counts: { -readonly [Name in keyof MoveCounts]: MoveCounts[Name] };
  #behind = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(job: Job, moveId: string) {
    this.#job = job;
    this.#moveId = moveId;
    this.#clock = job.options.clock;
    const { rowsCopied, rowsCaughtUp, fencedMs, differences } = job.book.record(moveId);
    this.#counts = { rowsCopied, rowsCaughtUp, fencedMs, differences };
    job.metrics.phase(moveId, job.book.record(moveId).phase);
  }

  /** For the journal. */
  get counts(): MoveCounts {
    return { ...this.#counts };
  }

  get facts(): MoveFacts {
    return { ...factsOf(this.#job.book.record(this.#moveId), this.#behind), ...this.#counts };
  }

  rows(kind: RowsKind, count: number): void {
    if (count === 0) return;
    this.#job.metrics.rows(kind, count);
    if (kind === 'copied') this.#counts.rowsCopied += count;
    if (kind === 'caught_up' || kind === 'reversed') this.#counts.rowsCaughtUp += count;
    this.#tell();
  }

  behind(rows: number): void {
    this.#behind = rows;
    this.#job.metrics.behind(this.#moveId).set(rows);
  }

  differ(count: number): void {
    this.#counts.differences += count;
  }

  fenced(ms: number): void {
    this.#counts.fencedMs += ms;
    this.#job.metrics.fenceSeconds.record(ms / 1_000);
  }

  /** Of a phase that was written down. */
  entered(): void {
    const { logger } = this.#job.options;
    const { phase, error } = this.facts;
    const { partition, from, to } = this.facts;
    this.#job.metrics.phase(this.#moveId, phase);
    const failure = error === undefined ? {} : { err: error };
    logger.info(
      { moveId: this.#moveId, phase, partition, from, to, ...failure },
      `move ${this.#moveId} is in phase ${phase}`,
    );
    this.#report();
  }

  #tell(): void {
    if (this.#clock.monotonic() - this.#toldAt < EVERY_MS) return;
    this.#job.options.logger.info({ ...this.facts }, `move ${this.#moveId} goes on`);
    this.#report();
  }

  #report(): void {
    const { onProgress, logger } = this.#job.options;
    this.#toldAt = this.#clock.monotonic();
    tell(
      () => onProgress?.(this.facts),
      (error) => logger.warn({ err: error, moveId: this.#moveId }, 'onProgress has failed; the move goes on'),
    );
  }
}
