import type { Added } from '../engine/add-request.ts';
import type { JobRecord } from '../engine/job-record.ts';
import type { Watchers } from '../events/watchers.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import type { ValueCodec } from './value-codec.ts';

/** Who hears of jobs that are added. */
export interface AddedHome {
  readonly metrics: QueueMetrics;
  readonly watchers: Watchers;
  readonly codec: ValueCodec;
}

/**
 * Counts a job that was asked for, by what came of it, and tells those who watch this queue object of a new one; whoever asked:
 * a caller, a flow, a schedule, or the end of a job that another was to follow.
 */
export function tellAdded(
  { metrics, watchers, codec }: AddedHome,
  { type, data }: Pick<JobRecord, 'type' | 'data'>,
  { id, outcome }: Added,
  at: number,
): void {
  if (metrics.on) metrics.added.at(metrics.types.of(type), outcome).inc();
  if (outcome === 'added' && watchers.hears('added')) watchers.tell('added', { id, type, at, data: codec.show(data) });
}
