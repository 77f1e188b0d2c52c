import { isXcError } from '@xc/core';
import type { MovePhase } from '../../topology/topology.ts';
import { isOver, type MoveRecord, writtenError } from '../job/move-record.ts';
import type { MoveWork, Next } from '../job/move-work.ts';
import type { Command } from '../job/take-job.ts';
import { topologyConflict } from '../job/topology-desk.ts';
import { catchUp } from './catch-up.ts';
import { cleanup } from './cleanup.ts';
import { copy } from './copy.ts';
import { cutover } from './cutover.ts';
import { dualWrite } from './dual-write.ts';
import { bringHome, checkStillGiver } from './lost-switch.ts';
import { giveBack, switchOwner } from './switch-owner.ts';
import { verify } from './verify.ts';

/** What a phase does; gives the one that follows, or nothing where the move rests. */
type Step = (work: MoveWork) => Promise<Next | undefined>;

const steps: Partial<Record<MovePhase, Step>> = {
  planned: async () => ({ phase: 'dual-write' }),
  'dual-write': dualWrite,
  copy,
  'catch-up': catchUp,
  verify,
  cutover,
  reversible: async ({ job }) =>
    job.options.keepSourceMs === 0 ? { phase: 'cleanup', facts: { ending: 'done' } } : undefined,
  cleanup,
};

/**
 * Takes a move from where its journal says to where it rests: every phase is written down, then acted. A move that fails is
 * written down as failed and hinders no other; never rejects.
 * @param by - A job that was just begun has no past that could have been lost.
 * @param first - A phase to begin with instead.
 */
export async function runMove(work: MoveWork, by: Command, first?: Next): Promise<void> {
  const { job } = work;
  try {
    job.signal.throwIfAborted();
    // A clean-up claims by itself, after it has let writers go on: they must not wait for a shard that is gone.
    if ((first?.phase ?? work.record.goOnAt) !== 'cleanup') await work.claim();
    let next = first ?? (await asDecided(work, by));
    for (;;) {
      if (next !== undefined) await work.enter(next);
      job.signal.throwIfAborted();
      next = await steps[work.record.phase]?.(work);
      if (next === undefined) return;
    }
  } catch (error) {
    await failed(work, error);
  }
}

/** What the topology says comes before what was written down last: a switch that was made is made. */
async function asDecided(work: MoveWork, by: Command): Promise<Next | undefined> {
  const { record } = work;
  const { partition, phase, goOnAt, isBack, from, to, fenceTerm } = record;
  const topology = await work.look();
  const owner = topology.owners[partition];
  if (isOver(record)) return undefined;
  const shown = topology.moves.find(({ moveId }) => moveId === work.moveId);
  if (isBeforeSwitch(goOnAt)) {
    if (owner === work.receiver) {
      return isBack ? { phase: 'cleanup', facts: { ending: 'reversed' } } : { phase: 'reversible' };
    }
    if (owner !== work.giver) throw lost(record);
    if (by !== 'run') {
      if (shown?.phase !== 'planned') await checkStillGiver(work);
      await bringHome(work);
    }
    // The topology has lost the move, and what was noted at the source may not be all.
    if (shown?.phase === 'planned' && goOnAt !== 'planned') return { phase: 'dual-write', step: 'again' };
  } else if (goOnAt === 'reversible' && owner !== to) {
    const { fencing } = work.job.options.adapter;
    if (owner !== from || fencing !== 'data') throw lost(record);
    // The topology has lost a switch that was made: it is made again. Nobody can have written at the source, as long as the data
    // keeps its fence; once somebody may have, both sides are brought together, and the move goes on from there.
    const isFenced = (topology.terms[partition] as number) < fenceTerm;
    if (!isFenced || (await switchOwner(work, fenceTerm, work.job.signal)) === 'void') {
      await bringHome(work);
      return { phase: shown?.phase === 'planned' ? 'dual-write' : 'catch-up', step: 'again' };
    }
  }
  if (phase !== 'failed') return undefined;
  return { phase: goOnAt, step: 'again', ...(record.ending === undefined ? {} : { facts: { ending: record.ending } }) };
}

/** Whether the owner is still who it was when this direction was taken. */
export function isBeforeSwitch(phase: MovePhase): boolean {
  return phase !== 'reversible' && phase !== 'cleanup';
}

function lost({ moveId, partition }: MoveRecord) {
  return topologyConflict(`partition ${partition} is not where the journal says it is`, { moveId, partition });
}

async function failed(work: MoveWork, error: unknown): Promise<void> {
  const { job, moveId, record } = work;
  if (isXcError(error, 'XC_SHARD_MOVER_SUPERSEDED')) job.stop(error);
  if (job.signal.aborted) return;
  // Writers must not wait for a move that is not going on; where even this fails, routers help themselves.
  if (isBeforeSwitch(record.goOnAt) && record.fenceTerm > 0) {
    await giveBack(work, record.fenceTerm).catch(() => undefined);
    if (job.signal.aborted) return;
  }
  job.failures.set(moveId, error);
  job.options.logger.error({ err: error, moveId, phase: record.goOnAt }, `move ${moveId} has failed`);
  const facts = { goOnAt: record.goOnAt, error: writtenError(error) };
  await work.enter({ phase: 'failed', facts }).catch(() => undefined);
}
