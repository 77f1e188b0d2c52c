import type { EngineEvent } from '../engine/engine-event.ts';
import type { LeasedJob } from '../engine/step-reply.ts';
import type { StoredJob } from '../engine/stored-job.ts';
import type { JobState } from '../job/job-state.ts';
import type { MemoryJob } from './memory-job.ts';

/** The state that the outside sees. */
export function stateOf(job: MemoryJob): JobState {
  return job.state === 'marked' ? 'active' : (job.state as JobState);
}

/** A job as it is now, in an object of its own. */
export function storedJob(job: MemoryJob): StoredJob {
  const { rare } = job;
  const node = rare?.node;
  return {
    id: job.id,
    state: stateOf(job),
    record: job.record,
    attempt: job.attempt,
    delivery: job.delivery,
    lostLeases: job.lost,
    addedAt: job.addedAt,
    dueAt: job.dueAt,
    startedAt: job.startedAt,
    settledAt: job.settledAt,
    progress: rare?.progress,
    logs: [...(rare?.logs ?? [])],
    result: job.result,
    reason: job.reason,
    error: job.error,
    flow: node && { id: node.flow.id, name: node.name },
    redrives: rare?.redrives ?? [],
  };
}

/** A job as its holder gets it. */
export function leasedJob(job: MemoryJob): LeasedJob {
  return {
    id: job.id,
    fence: job.fence,
    shard: 0,
    attempt: job.attempt,
    delivery: job.delivery,
    addedAt: job.addedAt,
    dueAt: job.dueAt,
    record: job.record,
    lastError: job.error,
    inFlow: job.rare?.node !== undefined,
  };
}

/** A lease ended without a report: of what comes of it the job's own end tells. */
export function lostEvent({ id, record, attempt, delivery }: MemoryJob, now: number): EngineEvent {
  return { event: 'lost', id, type: record.type, at: now, attempt, delivery };
}

/** A job that housekeeping has ended. */
export function endEvent(job: MemoryJob, event: 'dead' | 'cancelled', now: number): EngineEvent {
  const { id, record, attempt, delivery, error, reason } = job;
  return { event, id, type: record.type, at: now, attempt, delivery, error, reason };
}
