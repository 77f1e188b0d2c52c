import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import { flag, refuseUnknown, withMethods } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { BoardQueue } from './board-queue.ts';

/** How a queue appears on a board. */
export interface BullBoardOptions {
  /** Whether the board only looks. @defaultValue true */
  readonly readOnly?: boolean | undefined;
  /** Shown with the queue's name. @defaultValue none */
  readonly description?: string | undefined;
}

/**
 * Shows a queue on bull-board, next to those of BullMQ. Dead jobs are its failed ones, blocked ones wait for children; cancelled
 * ones are found by id. Read-only unless asked.
 *
 * @throws TypeError for what is no queue and for options that cannot be.
 *
 * @example
 * ```ts
 * createBullBoard({ queues: [bullBoardAdapter(queue)], serverAdapter });
 * ```
 */
export function bullBoardAdapter(queue: Queue<AnyJobs>, options: BullBoardOptions = {}): BaseAdapter {
  withMethods('queue', queue, 'inspect', 'list', 'counts');
  refuseUnknown(options, ['readOnly', 'description']);
  const { readOnly = true, description = '' } = options;
  flag('readOnly', readOnly);
  if (typeof description !== 'string') throw new TypeError(`description must be a string, got ${typeof description}`);
  // By structure: private members of a class cannot be written out.
  return new BoardQueue(queue, readOnly, description) as unknown as BaseAdapter;
}
