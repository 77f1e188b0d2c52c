import type { Move, Topology } from '../../topology/topology.ts';
import { bounded } from '../job/bounded.ts';
import type { MoveWork } from '../job/move-work.ts';
import { edited, loaded, withAt, withMove } from '../job/topology-desk.ts';

/** How often a topology store that is away is asked again while writes stand still, in ms. */
const AGAIN_MS = 50;

/**
 * Makes the receiver the owner with a term, as long as nobody else has decided on that term: 'void' when somebody has, for
 * then writers go on at the giver. A store that fails is asked again while the signal lasts: what it has really stored is seen by
 * looking, never guessed.
 */
export async function switchOwner(work: MoveWork, term: number, signal: AbortSignal): Promise<'switched' | 'void'> {
  const { store, clock, logger } = work.job.options;
  const { partition } = work.record;
  for (;;) {
    signal.throwIfAborted();
    try {
      const topology = await bounded(loaded(store), signal);
      if (topology.owners[partition] === work.receiver) return 'switched';
      if ((topology.terms[partition] as number) >= term) return 'void';
      work.checkOwn(topology);
      const next = edited(topology, () => ({
        owners: withAt(topology.owners, partition, work.receiver),
        terms: withAt(topology.terms, partition, term),
        moves: withMove(topology, work, { phase: 'reversible' }),
      }));
      if (await bounded(store.cas(next as Topology, topology.epoch), signal)) return 'switched';
    } catch (error) {
      work.job.signal.throwIfAborted();
      signal.throwIfAborted();
      logger.warn(
        { err: error, moveId: work.moveId },
        'the topology store fails while writes stand still; asking again',
      );
      await clock.sleep(AGAIN_MS, signal);
    }
  }
}

/**
 * Lets writers go on at the giver, with a term that passes the fence. Gives 'switched' where it has come too late: the receiver is
 * the owner.
 */
export async function giveBack(work: MoveWork, term: number): Promise<'switched' | 'given-back'> {
  const { partition } = work.record;
  const phase: Move['phase'] = work.record.isBack ? 'reversible' : 'catch-up';
  const topology = await work.change((now) => {
    if (now.owners[partition] === work.receiver) return undefined;
    const own = now.terms[partition] as number;
    const isShown = now.moves.some((move) => move.moveId === work.moveId && move.phase === 'cutover');
    if (own >= term && !isShown) return undefined;
    return { terms: withAt(now.terms, partition, Math.max(own, term)), moves: withMove(now, work, { phase }) };
  });
  return topology.owners[partition] === work.receiver ? 'switched' : 'given-back';
}
