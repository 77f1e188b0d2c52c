import type { ChangedKeys } from '../data-adapter.ts';
import type { MoveWork } from '../job/move-work.ts';
import { topologyConflict, withAt, withMove } from '../job/topology-desk.ts';
import { bringOver } from './drain.ts';
import { FenceWindow } from './fence-window.ts';
import { settlingMs } from './settling.ts';
import { stopWrites } from './stop-writes.ts';

/**
 * Brings home what was written at the receiver under a switch that the topology has lost since, as a store does whose server fails
 * over: without it these rows would be taken for differences. Nobody but an owner can write there, and who could was noted: so
 * what is noted proves that there was a switch. Where a key was written at the giver as well, that came later, for its fence
 * stood until the giver was decided for once more.
 */
export async function bringHome(work: MoveWork): Promise<void> {
  const { job, record, giver, receiver } = work;
  const { goOnAt, ending, partition } = record;
  const { terms, moves } = await work.look();
  const term = 1 + Math.max(terms[partition] as number, record.fenceTerm, ...(await lowestTerms(work)));
  if (!(await wasWritten(work, term))) return;
  const phase = moves.find(({ moveId }) => moveId === work.moveId)?.phase ?? goOnAt;
  job.options.logger.warn(
    { moveId: work.moveId, partition, giver, receiver },
    'the topology has lost a switch; bringing home what was written after it',
  );
  const facts = { fenceTerm: term, ...(ending === undefined ? {} : { ending }) };
  await work.enter({ phase: goOnAt, step: 'lost-switch', facts });
  const window = new FenceWindow(job.options.clock, job.options.fenceMs + settlingMs(job.options), job.signal);
  const open = () =>
    work.change((topology) => ({
      terms: withAt(topology.terms, partition, Math.max(topology.terms[partition] as number, term)),
      moves: withMove(topology, work, { phase }),
    }));
  try {
    await stopWrites(work, [receiver, giver], term, window.signal);
    await carried(work, window.signal);
  } catch (error) {
    // Writers go on all the same; where even this fails, routers help themselves.
    await open().catch(() => undefined);
    throw error;
  } finally {
    work.progress.fenced(window.elapsedMs);
    window.close();
  }
  await open();
}

/**
 * A giver notes what changes from the first copy to the clean-up; one that does not any more has been cleaned up after a switch, and
 * what it has is not to be copied.
 * @throws XcError `XC_SHARD_TOPOLOGY_CONFLICT`
 */
export async function checkStillGiver(work: MoveWork): Promise<void> {
  const { giver, receiver, moveId, record } = work;
  const { partition, goOnAt } = record;
  const { inspect } = work.job.options.adapter;
  if (inspect === undefined || goOnAt === 'planned' || goOnAt === 'dual-write') return;
  const places = await work.ask((data, signal) => (data.inspect as typeof inspect)(giver, signal));
  if (places.find((place) => place.partition === partition)?.captures.includes(moveId)) return;
  throw topologyConflict(
    `partition ${partition} is not noted on ${giver} any more: it seems to have been switched to ${receiver} and cleaned up, and the topology to have lost that`,
    { moveId, partition },
  );
}

async function wasWritten(work: MoveWork, term: number): Promise<boolean> {
  const { capture, fencing } = work.job.options.adapter;
  // Marks of writes that may be under way are told of once their term is refused.
  if (capture === 'mirror' && fencing === 'data') {
    await work.ask((data, signal) => data.fence(work.place(work.receiver), term, signal));
  }
  return (await changed(work, work.receiver, 1, work.job.signal)).ack !== undefined;
}

async function carried(work: MoveWork, signal: AbortSignal): Promise<void> {
  const { giver, receiver, job } = work;
  const later = await allChanged(work, giver, signal);
  for (;;) {
    const { keys, ack } = await changed(work, receiver, job.options.batchRows, signal);
    if (ack === undefined) return;
    const home = keys.filter((key) => !later.has(key));
    if (home.length > 0) await bringOver(work, receiver, giver, home, signal);
    work.progress.rows(giver === work.record.from ? 'reversed' : 'caught_up', home.length);
    await work.ask((data, own) => data.acknowledge(work.place(receiver), ack, own), signal);
  }
}

/** Without taking any: they are still to be brought to the other side. */
async function allChanged(work: MoveWork, shard: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  for (let limit = work.job.options.batchRows; ; limit *= 4) {
    const { keys } = await changed(work, shard, limit, signal);
    if (keys.length < limit) return new Set(keys);
  }
}

function changed(work: MoveWork, shard: string, limit: number, signal: AbortSignal): Promise<ChangedKeys> {
  return work.ask((data, own) => data.changes(work.place(shard), limit, own), signal);
}

function lowestTerms(work: MoveWork): Promise<readonly number[]> {
  const lowest = (shard: string) =>
    work.ask(async (data, signal) => (await data.lowestTerm?.(work.place(shard), signal)) ?? 0);
  return Promise.all([lowest(work.giver), lowest(work.receiver)]);
}
