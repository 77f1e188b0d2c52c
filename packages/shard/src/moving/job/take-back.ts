import { isXcError } from '@xc/core';
import { FenceWindow } from '../phases/fence-window.ts';
import { bounded } from './bounded.ts';
import type { Job } from './job.ts';
import { JobBook } from './job-book.ts';
import { isOver } from './move-record.ts';
import type { MoveWork } from './move-work.ts';

/**
 * Ends what a superseded mover has let shards note, where its call came after its successor had ended the move: else every later
 * write would be noted for nobody. Of a move that goes on, what is noted is its successor's. Never rejects.
 */
export async function takeBack(job: Job, works: readonly MoveWork[], closing: AbortSignal): Promise<void> {
  const { reason } = job.signal;
  const isSuperseded = isXcError(reason, 'XC_SHARD_MOVER_SUPERSEDED') || isXcError(reason, 'XC_SHARD_JOURNAL_CONFLICT');
  const capturing = works.filter(({ captured }) => captured.size > 0);
  if (!isSuperseded || capturing.length === 0) return;
  const { adapter, journal, clock, fenceMs, logger } = job.options;
  const window = new FenceWindow(clock, fenceMs, closing);
  try {
    const { jobId } = job.book;
    // The journal says that a move ends before anything of it is ended.
    const book = await bounded(JobBook.open(journal, jobId, clock), window.signal);
    const over = capturing.filter(({ moveId }) => {
      const { ending, phase } = book.record(moveId);
      return ending !== undefined || isOver({ phase });
    });
    // Side by side: one shard that is long about it must not use up the time of the others.
    const ends = over.flatMap((work) =>
      [...work.captured].map((shard) => bounded(adapter.stopCapture(work.place(shard), window.signal), window.signal)),
    );
    await Promise.all(ends);
  } catch (error) {
    logger.warn({ err: error, jobId: job.book.jobId }, 'what a superseded mover has let shards note may still be on');
  } finally {
    window.close();
  }
}
