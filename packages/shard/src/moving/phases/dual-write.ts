import type { MoveWork, Next } from '../job/move-work.ts';
import { withAt, withMove } from '../job/topology-desk.ts';
import { settlingMs } from './settling.ts';

/**
 * Shuts stray writers out of the target, lets the source note what changes, and shows the move to everybody. When it is over,
 * no write can commit at the source that is not noted.
 */
export async function dualWrite(work: MoveWork): Promise<Next> {
  const { job, record } = work;
  const { partition, from, to } = record;
  const { adapter, clock } = job.options;
  const { terms } = await work.look();
  const term = (terms[partition] as number) + 1;
  await work.ask((data, signal) => data.fence(work.place(to), term, signal));
  await work.capture(from);
  if (adapter.capture === 'log') {
    await work.change((topology) => ({ moves: withMove(topology, work, { phase: 'dual-write' }) }));
    return { phase: 'copy' };
  }
  // Where routers note the changes, one that does not know of the move yet must not write any more: its term is refused, or it
  // has looked again by then.
  if (adapter.fencing === 'data') {
    const shown = await work.change((topology) => ({
      moves: withMove(topology, work, { phase: 'dual-write' }),
      terms: withAt(topology.terms, partition, (topology.terms[partition] as number) + 1),
    }));
    await work.ask((data, signal) => data.fence(work.place(from), shown.terms[partition] as number, signal));
  } else {
    await work.change((topology) => ({ moves: withMove(topology, work, { phase: 'dual-write' }) }));
    await clock.sleep(settlingMs(job.options), job.signal);
  }
  return { phase: 'copy' };
}
