import type { Move, Topology } from '../../topology/topology.ts';
import type { Job } from './job.ts';
import { isOver, type MoveRecord, writtenError } from './move-record.ts';
import { MoveWork } from './move-work.ts';
import { edited, loaded, topologyConflict } from './topology-desk.ts';

/** Which command takes a job. */
export type Command = 'run' | 'resume' | 'abort' | 'reverse' | 'finish';

/**
 * Makes a mover of this process: by the next epoch of the topology, which all moves of the job carry from then on. Whoever had
 * the job before can change neither topology nor journal, nor any data that is claimed.
 *
 * @param plannedAt - The epoch that has to be the one there is; `undefined`: any.
 * @throws XcError `XC_SHARD_TOPOLOGY_CONFLICT` when it is another.
 */
export async function takeJob(job: Job, by: Command, plannedAt?: number): Promise<readonly MoveWork[]> {
  const { book } = job;
  const mover = await taken(job, by, plannedAt);
  await book.tookOver(mover.epoch, by);
  const works: MoveWork[] = [];
  for (const record of book.records) {
    if (isOver(record)) continue;
    const refusal = mover.refused.get(record.moveId);
    if (mover.moves.some(({ moveId }) => moveId === record.moveId)) {
      works.push(new MoveWork(job, record.moveId, mover.epoch));
    } else if (record.goOnAt === 'cleanup') {
      // It leaves the topology when nothing is left to clean up.
      await job.note({ moveId: record.moveId, phase: record.ending ?? 'done' });
    } else if (by === 'abort' && record.goOnAt === 'planned') {
      await job.note({ moveId: record.moveId, phase: 'aborted' });
    } else if (refusal !== undefined) {
      job.failures.set(record.moveId, refusal);
      const facts = { goOnAt: record.goOnAt, error: writtenError(refusal) };
      await job.note({ moveId: record.moveId, phase: 'failed', facts });
    }
  }
  return works;
}

interface Taken {
  readonly epoch: number;
  readonly moves: readonly Move[];
  readonly refused: ReadonlyMap<string, unknown>;
}

async function taken(job: Job, by: Command, plannedAt: number | undefined): Promise<Taken> {
  const { store } = job.options;
  for (;;) {
    const topology = await loaded(store);
    if (plannedAt !== undefined && topology.epoch !== plannedAt) throw otherEpoch(plannedAt, topology.epoch);
    const refused = new Map<string, unknown>();
    const epoch = topology.epoch + 1;
    const next = edited(topology, () => ({ moves: movesOf(job, by, topology, refused) })) as Topology;
    if (await store.cas(next, topology.epoch)) return { epoch, moves: next.moves, refused };
  }
}

/** A plan that was made for another topology than there is. */
export function otherEpoch(planned: number, found: number): ReturnType<typeof topologyConflict> {
  const why = `the plan was made for epoch ${planned}, and the topology is at epoch ${found}: make a new plan`;
  return topologyConflict(why, { planned, epoch: found });
}

/** All moves, those of the job with their new mover, and those of it that are not there yet where they can begin. */
function movesOf(job: Job, by: Command, topology: Topology, refused: Map<string, unknown>): readonly Move[] {
  const mover = topology.epoch + 1;
  const own = new Map(job.book.records.map((record) => [record.moveId, record]));
  const moves: Move[] = topology.moves.map((move) => (own.has(move.moveId) ? { ...move, mover } : move));
  const shown = new Set(moves.map(({ moveId }) => moveId));
  const busy = new Set(moves.map(({ partition }) => partition));
  for (const record of own.values()) {
    if (isOver(record) || shown.has(record.moveId) || !isToBegin(record, by)) continue;
    const { moveId, partition, from, to } = record;
    if (busy.has(partition) || topology.owners[partition] !== from) {
      const why = busy.has(partition) ? 'is moved by another job' : `does not belong to ${from}`;
      refused.set(moveId, topologyConflict(`partition ${partition} ${why}`, { moveId, partition }));
      continue;
    }
    busy.add(partition);
    moves.push({ moveId, partition, from, to, phase: 'planned', mover });
  }
  return moves;
}

/** Nothing was done for it yet, or the topology has lost it: then it begins anew. */
function isToBegin({ goOnAt }: MoveRecord, by: Command): boolean {
  return (by === 'run' || by === 'resume') && goOnAt !== 'cleanup';
}
