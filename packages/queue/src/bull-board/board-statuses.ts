import type { JobState } from '../job/job-state.ts';

/** What bull-board calls a state. It has no word for cancelled jobs, which it shows by id only. */
export const boardStatuses = {
  active: 'active',
  waiting: 'waiting',
  blocked: 'waiting-children',
  done: 'completed',
  dead: 'failed',
  delayed: 'delayed',
} as const;

/** A state of bull-board that some of our jobs are in. */
export type BoardStatus = (typeof boardStatuses)[keyof typeof boardStatuses];

/** Our state of jobs under a status of bull-board; `undefined` where none of ours is. */
export function stateUnder(status: string): JobState | undefined {
  const entry = Object.entries(boardStatuses).find(([, its]) => its === status);
  return entry?.[0] as JobState | undefined;
}

/** How bull-board says in which state a job is. */
export function statusOf(state: JobState): BoardStatus | 'unknown' {
  return state === 'cancelled' ? 'unknown' : boardStatuses[state];
}
