import type { Job as BullJob } from 'bullmq';
import { extrasOf } from './bull-options.ts';
import { unsupported } from './unsupported.ts';

/** The data of a job as it was given: BullMQ writes `{}` for `undefined`. */
export function dataOf({ data, opts }: Pick<BullJob, 'data' | 'opts'>): unknown {
  const nothing = extrasOf(opts).noData === true;
  // Data that it was given later stands.
  return nothing && (data === undefined || JSON.stringify(data) === '{}') ? undefined : data;
}

/** Gives a job other data. @throws XcError XC_QUEUE_UNSUPPORTED for none, where there was some */
export async function changeData(job: BullJob, data: unknown): Promise<void> {
  if (data !== undefined) await job.updateData(data);
  else if (dataOf(job) !== undefined) throw unsupported('update to undefined data');
}
