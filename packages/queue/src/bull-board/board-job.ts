import type { JobView } from '../job/job-view.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { type BoardStatus, statusOf } from './board-statuses.ts';

/** A job as bull-board handles it. */
export interface BoardJob {
  readonly opts: { readonly delay?: number | undefined };
  toJSON(): BoardJobJson;
  getState(): Promise<BoardStatus | 'unknown'>;
  promote(): Promise<void>;
  remove(): Promise<void>;
  retry(): Promise<void>;
  updateData(data: unknown): Promise<void>;
  changeDelay(delay: number): Promise<void>;
}

/** A job as bull-board shows it. */
export interface BoardJobJson {
  readonly id: string;
  readonly name: string;
  readonly progress: string | boolean | number | object;
  readonly attemptsMade: number;
  readonly attemptsStarted: number;
  readonly stalledCounter: number;
  readonly timestamp: number;
  readonly processedOn: number | undefined;
  readonly finishedOn: number | undefined;
  readonly delay: number;
  readonly failedReason: string;
  readonly stacktrace: string[];
  readonly data: unknown;
  readonly returnvalue: unknown;
  readonly opts: Readonly<Record<string, unknown>>;
}

/** Shows a job to bull-board. What it changes goes through `write`, which refuses where the board is read-only. */
export function boardJob(
  queue: Queue<AnyJobs>,
  job: JobView,
  write: <T>(what: string, change: () => Promise<T>) => Promise<T>,
): BoardJob {
  const { id } = job;
  return {
    opts: { delay: delayOf(job) },
    toJSON: () => jsonOf(job),
    getState: async () => statusOf(job.state),
    promote: () => write('promote', async () => void (await queue.update(id, { delayMs: 0 }))),
    remove: () => write('remove', async () => void (await queue.remove(id))),
    retry: () => write('retry', async () => void (await queue.dead.redrive({ ids: [id] }, { by: 'bull-board' }))),
    updateData: (data) => write('update', async () => void (await queue.update(id, { data }))),
    changeDelay: (delayMs) => write('delay', async () => void (await queue.update(id, { delayMs }))),
  };
}

function jsonOf(job: JobView): BoardJobJson {
  const { error, state } = job;
  const failed = state === 'dead' || state === 'cancelled' || error !== undefined;
  return {
    id: job.id,
    name: job.type,
    progress: (job.progress ?? 0) as BoardJobJson['progress'],
    attemptsMade: job.attempt - 1 + (state === 'done' ? 1 : 0),
    attemptsStarted: job.delivery,
    stalledCounter: job.lostLeases,
    timestamp: job.addedAt,
    processedOn: job.startedAt,
    finishedOn: job.settledAt,
    delay: delayOf(job),
    failedReason: failed ? [job.reason, error?.message].filter(Boolean).join(': ') : '',
    stacktrace: error?.stack === undefined ? [] : [error.stack],
    data: job.data,
    returnvalue: job.result,
    opts: { lane: job.lane, ...(job.key === undefined ? {} : { group: { id: job.key } }) },
  };
}

function delayOf(job: JobView): number {
  return Math.max(0, job.dueAt - job.addedAt);
}
