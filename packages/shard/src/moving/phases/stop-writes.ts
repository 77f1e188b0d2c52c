import type { MoveWork } from '../job/move-work.ts';
import { withMove } from '../job/topology-desk.ts';
import { settlingMs } from './settling.ts';

/** Stops writes with terms below at shards; when it resolves, none of them can commit any more. */
export async function stopWrites(
  work: MoveWork,
  shards: readonly string[],
  term: number,
  signal: AbortSignal,
): Promise<void> {
  const { options } = work.job;
  const { partition } = work.record;
  // Routers with a lease stop by what the topology shows; where the data refuses by itself, writes may go on until it does.
  if (options.adapter.fencing === 'lease') {
    await work.change((topology) => {
      const isOpen = (topology.terms[partition] as number) < term;
      return isOpen ? { moves: withMove(topology, work, { phase: 'cutover' }) } : undefined;
    });
  }
  for (const shard of shards) await work.ask((data, own) => data.fence(work.place(shard), term, own), signal);
  const ms = settlingMs(options);
  if (ms > 0) await options.clock.sleep(ms, signal);
}
