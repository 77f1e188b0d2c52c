import type { EngineReads } from '../engine/engine-reads.ts';
import type { CallBounds } from './connection.ts';
import { counts } from './counts-call.ts';
import { dependencies, flow } from './flow-reads.ts';
import { jobs, list, results } from './job-reads.ts';
import type { OpenQueue } from './open-queue.ts';
import { text } from './raw.ts';
import { pairs } from './step-call.ts';
import { storedSchedule } from './stored-views.ts';

type Reads = {
  readonly [Kind in keyof EngineReads]: (
    queue: OpenQueue,
    args: EngineReads[Kind]['args'],
    bounds: CallBounds,
  ) => Promise<EngineReads[Kind]['reply']>;
};

const reads: Reads = {
  jobs: (queue, { ids }, bounds) => jobs(queue, ids, bounds),
  list,
  counts,
  schedules: async (queue, _, bounds) => {
    const found = await Promise.all(queue.shards.map((shard) => shard.run('schedules', [], bounds)));
    return found
      .flatMap((flat) => pairs(flat))
      .map(([name, value]) => storedSchedule(text(name), value as Buffer, queue.lanes))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  },
  results: (queue, args, bounds) => results(queue, args, bounds),
  dependencies: (queue, { id }, bounds) => dependencies(queue, id, bounds),
  flow: (queue, { id }, bounds) => flow(queue, id, bounds),
  health: async (queue, _, bounds) => {
    const startedAt = queue.connection.clock.monotonic();
    await Promise.all(queue.shards.map((shard) => shard.run('counts', [], bounds)));
    const details = { roundTripMs: queue.connection.clock.monotonic() - startedAt };
    return queue.evicts
      ? { status: 'degraded', details: { ...details, reason: 'maxmemory-policy is not noeviction' } }
      : { status: 'up', details };
  },
};

/** Looks something up. */
export function read<Kind extends keyof EngineReads>(
  queue: OpenQueue,
  kind: Kind,
  args: EngineReads[Kind]['args'],
  bounds: CallBounds,
): Promise<EngineReads[Kind]['reply']> {
  return reads[kind](queue, args, bounds);
}
