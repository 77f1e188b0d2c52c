import type { MoveWork, Next } from '../job/move-work.ts';
import { topologyConflict, withAt, withMove } from '../job/topology-desk.ts';
import { bringHome } from './lost-switch.ts';

/**
 * Ends a move: nothing is noted or mirrored any more, and whoever does not own the partition loses its rows. First of all, writers
 * that may stand before a fence get a term that passes it.
 * @throws XcError `XC_SHARD_TOPOLOGY_CONFLICT` when the rows belong to who is to lose them.
 */
export async function cleanup(work: MoveWork): Promise<Next> {
  const { record, job } = work;
  const { partition, from, to, ending = 'done', fenceTerm } = record;
  const [loser, keeper] = ending === 'done' ? [from, to] : [to, from];
  await work.change((topology) => {
    if (topology.owners[partition] === loser) throw stillOwner(work, loser);
    return undefined;
  });
  // Taken anew: what routers, or a mover before, still have on its way to the loser does not arrive any more.
  await work.retake((topology) => ({
    terms: withAt(topology.terms, partition, Math.max(topology.terms[partition] as number, fenceTerm)),
    moves: withMove(topology, work, { phase: 'cleanup' }),
  }));
  if (ending === 'aborted') await bringHome(work);
  await work.ask((data, signal) => data.stopCapture(work.place(keeper), signal));
  await work.ask((data, signal) => data.stopCapture(work.place(loser), signal));
  for (let purged = 1; purged > 0; await work.pause()) {
    const topology = await work.look();
    if (topology.owners[partition] === loser) throw stillOwner(work, loser);
    purged = await work.ask((data, signal) => data.purge(work.place(loser), job.options.batchRows, signal));
    work.progress.rows('purged', purged);
  }
  await work.change(({ moves }) => ({ moves: moves.filter(({ moveId }) => moveId !== work.moveId) }));
  return { phase: ending };
}

function stillOwner({ record: { moveId, partition } }: MoveWork, shard: string) {
  return topologyConflict(`partition ${partition} belongs to ${shard}: its rows are not purged`, { moveId, partition });
}
