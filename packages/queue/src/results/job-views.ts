import type { StoredJob } from '../engine/stored-job.ts';
import type { JobView } from '../job/job-view.ts';
import type { ValueCodec } from '../queue/value-codec.ts';

/** What an engine knows of a job, with its values decoded; bytes that cannot be decoded are shown as they are. */
export function jobView(job: StoredJob, codec: ValueCodec): JobView {
  const { record } = job;
  return {
    id: job.id,
    type: record.type,
    data: codec.show(record.data),
    state: job.state,
    lane: record.lane,
    key: record.key,
    attempt: job.attempt,
    delivery: job.delivery,
    lostLeases: job.lostLeases,
    addedAt: job.addedAt,
    dueAt: job.dueAt,
    startedAt: job.startedAt,
    settledAt: job.settledAt,
    progress: codec.show(job.progress),
    logs: job.logs,
    result: codec.show(job.result),
    reason: job.reason,
    error: job.error,
    flow: job.flow,
    scheduledFor: record.scheduledFor,
    redrives: job.redrives,
  };
}
