import type { Job as BullJob, JobState as BullState, JobSchedulerJson, JobType } from 'bullmq';
import type { DeadReason, JobError } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';
import type { JobView } from '../job/job-view.ts';
import type { Counts } from '../queue/counts.ts';
import type { ScheduleView } from '../schedules/schedule-options.ts';
import { dataOf } from './bull-data.ts';
import { namedIn, UNKNOWN_TYPE } from './told-errors.ts';

/** Where BullMQ has the jobs of our states; it has no cancelled ones: they are removed. */
export const bullTypes: Readonly<Record<JobState, readonly JobType[]>> = {
  waiting: ['waiting', 'prioritized'],
  active: ['active'],
  delayed: ['delayed'],
  blocked: ['waiting-children'],
  done: ['completed'],
  dead: ['failed'],
  cancelled: [],
};

/** Why jobs are dead that have burnt no attempt with it. */
const burnNothing: readonly DeadReason[] = ['discarded', 'unknown-type', 'poison'];

/** Our word for a state of BullMQ; `undefined` for a job that is gone. */
export function stateOf(state: BullState | 'unknown'): JobState | undefined {
  const found = Object.entries(bullTypes).find(([, types]) => types.includes(state as JobType));
  return found?.[0] as JobState | undefined;
}

/** A job as we show it. */
export function viewOf(job: BullJob, state: JobState, logs: readonly string[]): JobView {
  const dead = state === 'dead';
  return {
    id: String(job.id),
    type: job.name,
    data: dataOf(job),
    state,
    lane: 'normal',
    key: undefined,
    attempt: 1 + failuresOf(job, state),
    delivery: job.attemptsStarted,
    lostLeases: job.stalledCounter ?? 0,
    addedAt: job.timestamp,
    dueAt: job.timestamp + (job.delay ?? 0),
    startedAt: job.processedOn,
    settledAt: job.finishedOn,
    progress: job.progress === 0 ? undefined : job.progress,
    logs,
    result: job.returnvalue ?? undefined,
    reason: dead ? reasonOf(job) : undefined,
    error: errorOf(job),
    flow: undefined,
    scheduledFor: undefined,
    redrives: [],
  };
}

/** Counts as we give them. BullMQ counts nothing that it has not kept: its totals are of what is there. */
export function countsOf(counts: Readonly<Record<string, number>>, paused: boolean): Counts {
  const of = (state: JobState) => bullTypes[state].reduce((sum, type) => sum + (counts[type] ?? 0), 0);
  const states = {
    ...{ waiting: of('waiting') + (counts.paused ?? 0), active: of('active'), delayed: of('delayed') },
    ...{ blocked: of('blocked'), done: of('done'), dead: of('dead'), cancelled: 0 },
  };
  const added = Object.values(states).reduce((sum, n) => sum + n, 0);
  const totals = { added, done: states.done, dead: states.dead, cancelled: 0, failed: 0, lost: 0 };
  return { ...states, paused, totals };
}

/** Why a job failed for good, by what BullMQ wrote down. */
export function reasonOf(job: Pick<BullJob, 'failedReason' | 'stacktrace'>): DeadReason {
  if (/stalled more than/.test(job.failedReason ?? '')) return 'poison';
  const { name, code } = namedIn(job.stacktrace?.at(-1));
  if (code === UNKNOWN_TYPE) return UNKNOWN_TYPE;
  return code === 'XC_QUEUE_DISCARD' || name === 'UnrecoverableError' ? 'discarded' : 'failed';
}

/** BullMQ counts as an attempt also what ended it well, or at once. */
function failuresOf(job: BullJob, state: JobState): number {
  const isFailure = state !== 'done' && (state !== 'dead' || !burnNothing.includes(reasonOf(job)));
  return job.attemptsMade - (isFailure ? 0 : 1);
}

/** The last error that BullMQ wrote down. */
export function errorOf(job: Pick<BullJob, 'failedReason' | 'stacktrace'>): JobError | undefined {
  if (!job.failedReason) return undefined;
  const stack = job.stacktrace?.at(-1);
  return { ...namedIn(stack), message: job.failedReason, stack: stack?.split('\n', 8).join('\n') };
}

/** A schedule as we show it. */
export function scheduleViewOf(scheduler: JobSchedulerJson): ScheduleView {
  const { key, name, pattern, every, tz, offset, next, limit, startDate, endDate, template, iterationCount } =
    scheduler;
  return {
    name: key,
    when:
      pattern === undefined
        ? { everyMs: Number(every), anchorMs: (offset ?? 0) % Number(every) }
        : { cron: pattern, tz: tz ?? 'UTC' },
    type: name,
    data: template?.data,
    options: { limit, startAt: startDate, endAt: endDate },
    revision: 1,
    next,
    last: undefined,
    // BullMQ counts the job that waits for its time as well.
    made: Math.max(0, (iterationCount ?? 1) - 1),
  };
}
