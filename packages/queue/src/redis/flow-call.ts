import type { EngineControls, FlowNodeEntry, FlowReply } from '../engine/engine-controls.ts';
import { refuseSharedIds } from '../flows/shared-ids.ts';
import { laneOf, whereThereIsRoom } from './add-call.ts';
import { BytesOut } from './bytes-out.ts';
import type { CallBounds } from './connection.ts';
import type { OpenQueue } from './open-queue.ts';
import { items, text } from './raw.ts';
import { writeEntry } from './record-bytes.ts';
import { shardOfText } from './route.ts';
import type { Shard } from './shard.ts';
import { pairs } from './step-call.ts';

/**
 * Adds a graph on one shard: that of its keys, else of its id.
 *
 * @throws RangeError where its keys belong to several shards, or the id of a node is that of another job or node.
 */
export async function addFlow(
  queue: OpenQueue,
  { id, nodes }: EngineControls['flow']['args'],
  bounds: CallBounds,
): Promise<FlowReply> {
  const { shards, lanes } = queue;
  refuseSharedIds(nodes);
  const out = new BytesOut(512 * nodes.length);
  const dependents = nodes.map(() => new BytesOut(16));
  for (const [index, { after }] of nodes.entries()) {
    for (const { node, on } of after) dependents[node]?.short(index).byte(Number(on === 'success'));
  }
  for (const [index, { name, entry, after }] of nodes.entries()) {
    writeEntry(out, entry, laneOf(entry.record.lane, lanes));
    const parents = new BytesOut(3 * after.length);
    for (const { node, on } of after) parents.short(node).byte(Number(on === 'success'));
    out
      .text(name)
      .bytes(parents.done())
      .bytes((dependents[index] as BytesOut).done());
  }
  const graph = out.done();
  const shard = shards[homeOf(queue, id, nodes)] as Shard;
  await refuseTaken(queue, shard, nodes, bounds);
  const places = nodes.map(() => shard.index);
  const [outcome, flow, names] = await whereThereIsRoom(queue, places, bounds, (most) => {
    const args = [id ?? '', most(shard.index), graph];
    return shard.run('flow', args, bounds, id === undefined ? 'once' : 'repeatable');
  });
  if (text(outcome) === 'taken') {
    throw taken(text(flow), text(items(names)[0]));
  }
  const jobs = pairs(items(names)).map(([name, job]) => ({ name: text(name), id: text(job) }));
  // One that was there may have come by a call that was told that it is not safe yet.
  if (text(outcome) !== 'full') {
    const ids = jobs.map((job) => job.id);
    await queue.durable?.confirm(shard.base, shard.slot, ids);
  }
  return { id: text(flow), outcome: text(outcome) as FlowReply['outcome'], jobs };
}

/** The order of a key is kept by one shard alone, and so is a graph: they must be of the same one. */
function homeOf(queue: OpenQueue, id: string | undefined, nodes: readonly FlowNodeEntry[]): number {
  const { length } = queue.shards;
  if (length === 1) return 0;
  let first: string | undefined;
  for (const { entry } of nodes) {
    const { key } = entry.record;
    if (key === undefined) continue;
    first ??= key;
    if (shardOfText(key, length) !== shardOfText(first, length)) {
      throw new RangeError(`keys in a flow must be of one of the ${length} shards, got ${first} and ${key}`);
    }
  }
  const named = first ?? id ?? nodes.find(({ entry }) => entry.id !== undefined)?.entry.id;
  return named === undefined ? queue.nextShard() : shardOfText(named, length);
}

/** A job that was added by itself may have the id of a node on another shard. */
async function refuseTaken(
  { shards }: OpenQueue,
  home: Shard,
  nodes: readonly FlowNodeEntry[],
  bounds: CallBounds,
): Promise<void> {
  const given = nodes.filter(({ entry }) => entry.id !== undefined);
  if (shards.length === 1 || given.length === 0) return;
  const ids = given.map(({ entry }) => entry.id as string);
  const others = shards.filter((shard) => shard !== home);
  const found = await Promise.all(others.map((shard) => shard.run('jobs', ids, bounds)));
  for (const [place, { name }] of given.entries()) {
    if (found.some((jobs) => Array.isArray(jobs[place]))) throw taken(name, ids[place] as string);
  }
}

function taken(node: string, id: string): RangeError {
  return new RangeError(`id of node ${node} must be of no other job, got ${id}`);
}
