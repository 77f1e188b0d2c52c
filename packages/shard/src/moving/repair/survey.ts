import type { Topology } from '../../topology/topology.ts';
import type { DataAdapter, PlaceState } from '../data-adapter.ts';
import { JobBook } from '../job/job-book.ts';
import { isOver, type MoveRecord } from '../job/move-record.ts';
import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';
import { loaded } from '../job/topology-desk.ts';

/** A move that is not over, and its job. */
export interface OpenMove extends MoveRecord {
  readonly jobId: string;
}

/** What could not be looked at. */
export interface Unseen {
  readonly name: string;
  readonly error: unknown;
}

/** Journal, topology and data, side by side. */
export interface Survey {
  readonly topology: Topology;
  /** By id. */
  readonly open: ReadonlyMap<string, OpenMove>;
  readonly places: ReadonlyMap<string, readonly PlaceState[]>;
  readonly unseenJobs: readonly Unseen[];
  readonly unseenShards: readonly Unseen[];
}

/** Reads every journal, and looks at every shard. The topology comes first: what changes meanwhile explains more, not less. */
export async function survey(
  { store, journal, adapter, clock }: SettledRebalancerOptions,
  signal: AbortSignal,
): Promise<Survey> {
  const topology = await loaded(store);
  const places = new Map<string, readonly PlaceState[]>();
  const unseenShards: Unseen[] = [];
  for (const { id } of topology.shards) {
    try {
      places.set(id, await (adapter.inspect?.(id, signal) ?? counted(adapter, topology, id, signal)));
    } catch (error) {
      signal.throwIfAborted();
      unseenShards.push({ name: id, error });
    }
  }
  const open = new Map<string, OpenMove>();
  const unseenJobs: Unseen[] = [];
  for (const jobId of await journal.jobs()) {
    try {
      if (!JobBook.isJob(await journal.read(jobId))) continue;
      const { records } = await JobBook.open(journal, jobId, clock);
      for (const record of records) if (!isOver(record)) open.set(record.moveId, { ...record, jobId });
    } catch (error) {
      unseenJobs.push({ name: jobId, error });
    }
  }
  return { topology, open, places, unseenJobs, unseenShards };
}

/** Of an adapter that cannot say what it keeps: where there are rows. */
async function counted(
  adapter: DataAdapter,
  { owners }: Topology,
  shard: string,
  signal: AbortSignal,
): Promise<readonly PlaceState[]> {
  const states: PlaceState[] = [];
  for (const [partition, owner] of owners.entries()) {
    if (owner === shard) continue;
    const [digest] = await adapter.digest({ shard, partition, moveId: 'repair', mover: 0 }, 1, signal);
    states.push({ partition, rows: digest?.rows ?? 0, minTerm: 0, captures: [] });
  }
  return states;
}

/** Whether a job that is not over accounts for a move. Of a journal that cannot be read nothing is known: then it may. */
export function isExplained({ open, unseenJobs }: Survey, moveId: string): boolean {
  return open.has(moveId) || unseenJobs.some(({ name }) => moveId.startsWith(`${name}.`));
}

/** Whether a move that is accounted for has to do with a partition on a shard. */
export function isTouched(found: Survey, shard: string, partition: number): boolean {
  const touches = (move: { readonly partition: number; readonly from: string; readonly to: string }): boolean =>
    move.partition === partition && (move.from === shard || move.to === shard);
  return (
    [...found.open.values()].some(touches) ||
    found.topology.moves.some((move) => touches(move) && isExplained(found, move.moveId))
  );
}
