import type { JobChange } from '../engine/engine-controls.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Changes a job that is not active. */
export function updateJob(
  queue: MemoryQueue,
  change: JobChange,
  now: number,
): 'updated' | 'active' | 'settled' | 'missing' {
  const { life } = queue;
  const job = life.jobs.get(change.id);
  if (job === undefined) return 'missing';
  if (job.settledAt !== undefined) return 'settled';
  if (job.fence !== 0) return 'active';
  const { data, lane, delayMs } = change;
  if (lane !== undefined) life.room.lane(lane);
  const record = {
    ...job.record,
    data: data === undefined ? job.record.data : data.value,
    lane: lane ?? job.record.lane,
  };
  const node = job.rare?.node;
  if (job.state === 'blocked' && node !== undefined && delayMs !== undefined) node.delayMs = delayMs;
  life.shift(job, now, record, delayMs === undefined ? undefined : now + delayMs);
  return 'updated';
}
