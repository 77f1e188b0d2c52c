import { shown } from '../keys/shown.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import type { MovePhase, ShardInfo, Topology } from './topology.ts';
import { topologyInvalid } from './topology-invalid.ts';

const states: readonly unknown[] = [undefined, 'active', 'draining', 'down'];

const phases: Readonly<Record<MovePhase, true>> = {
  ...{ planned: true, 'dual-write': true, copy: true, 'catch-up': true, verify: true, cutover: true },
  ...{ reversible: true, cleanup: true, done: true, aborted: true, reversed: true, failed: true },
};

/**
 * Says a topology is one.
 * @param partitioner - When given, the topology must be of this one.
 * @throws XcError `XC_SHARD_TOPOLOGY_INVALID`
 */
export function checkTopology(topology: Topology, partitioner?: Pick<Partitioner, 'id' | 'partitions'>): Topology {
  if (typeof topology !== 'object' || topology === null) throw topologyInvalid(`it is ${shown(topology)}`);
  const { epoch, owners, terms, shards, moves } = topology;
  if (!(Number.isSafeInteger(epoch) && epoch >= 1)) throw topologyInvalid(`its epoch is ${shown(epoch)}`);
  if (typeof topology.partitioner !== 'string' || topology.partitioner === '')
    throw topologyInvalid('it does not name its partitioner');
  if (partitioner !== undefined) checkPartitioner(topology, partitioner);
  if (!Array.isArray(shards) || !Array.isArray(owners) || !Array.isArray(terms) || !Array.isArray(moves)) {
    throw topologyInvalid('shards, owners, terms and moves must be arrays');
  }
  const ids = shardIds(shards);
  if (owners.length === 0) throw topologyInvalid('it has no partitions');
  if (owners.length !== terms.length) throw topologyInvalid(`${owners.length} owners and ${terms.length} terms`);
  for (let partition = 0; partition < owners.length; partition += 1) {
    const owner = owners[partition];
    if (!ids.has(owner as string))
      throw topologyInvalid(`partition ${partition} is owned by ${shown(owner)}, which is no shard`);
    const term = terms[partition];
    if (!(Number.isSafeInteger(term) && (term as number) >= 1)) {
      throw topologyInvalid(`the term of partition ${partition} is ${shown(term)}`);
    }
  }
  const moving = new Set<number>();
  for (const { moveId, partition, from, to, phase } of moves) {
    const names = ids.has(from) && ids.has(to) && from !== to;
    if (!names || !(partition >= 0 && partition < owners.length))
      throw topologyInvalid(`move ${shown(moveId)} leads nowhere`);
    if (typeof phase !== 'string' || !Object.hasOwn(phases, phase))
      throw topologyInvalid(`the phase of move ${shown(moveId)} is ${shown(phase)}`);
    if (moving.has(partition)) throw topologyInvalid(`partition ${partition} is moved twice at a time`);
    moving.add(partition);
  }
  return topology;
}

/** @throws XcError `XC_SHARD_TOPOLOGY_INVALID` */
function shardIds(shards: readonly ShardInfo[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id, weight = 1, state } of shards) {
    if (typeof id !== 'string' || id === '') throw topologyInvalid(`a shard is called ${shown(id)}`);
    if (ids.has(id)) throw topologyInvalid(`two shards are called ${shown(id)}`);
    if (!(Number.isFinite(weight) && weight >= 0))
      throw topologyInvalid(`the weight of shard ${shown(id)} is ${shown(weight)}`);
    if (!states.includes(state)) throw topologyInvalid(`the state of shard ${shown(id)} is ${shown(state)}`);
    ids.add(id);
  }
  if (ids.size === 0) throw topologyInvalid('it has no shards');
  return ids;
}

function checkPartitioner(topology: Topology, { id, partitions }: Pick<Partitioner, 'id' | 'partitions'>): void {
  if (topology.partitioner !== id) {
    const details = { topology: topology.partitioner, partitioner: id };
    throw topologyInvalid(`it was made for partitioner ${shown(topology.partitioner)}, not for ${shown(id)}`, details);
  }
  if (topology.owners?.length !== partitions) {
    throw topologyInvalid(`it has ${topology.owners?.length} partitions, the partitioner ${partitions}`);
  }
}
