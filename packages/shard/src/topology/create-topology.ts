import { shown } from '../keys/shown.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { assignPartitions } from '../pickers/assign-partitions.ts';
import { checkNodes, isName } from '../pickers/picker.ts';
import { rendezvousPicker } from '../pickers/rendezvous-picker.ts';
import { checkTopology } from './check-topology.ts';
import type { ShardInfo, Topology } from './topology.ts';

/** How far above its share a shard may begin. */
const FACTOR = 1.05;

/** Options of {@link createTopology}. */
export interface CreateTopologyOptions {
  readonly partitioner: Partitioner;
  readonly shards: readonly ShardInfo[];
  /**
   * Shard id of each partition.
   * @defaultValue by rendezvous hashing over the active shards, none more than 5 % above its share
   */
  readonly owners?: readonly string[];
}

/**
 * The first topology: epoch 1, every term 1, nothing under way.
 * @throws TypeError or RangeError for shards that are none; XcError `XC_SHARD_TOPOLOGY_INVALID` for owners that are not shards,
 * or not one for each partition.
 */
export function createTopology(options: CreateTopologyOptions): Topology {
  const { partitioner, shards, owners } = options;
  if (typeof partitioner?.of !== 'function') throw new TypeError(`partitioner must be one, got ${shown(partitioner)}`);
  checkNodes(shards);
  for (const shard of shards) checkShard(shard);
  const active = shards.filter(({ state = 'active' }) => state === 'active');
  const topology: Topology = {
    epoch: 1,
    partitioner: partitioner.id,
    shards: shards.map((shard) => ({ ...shard })),
    owners:
      owners === undefined
        ? assignPartitions(partitioner.partitions, rendezvousPicker(active), { factor: FACTOR })
        : [...owners],
    terms: Array.from({ length: partitioner.partitions }, () => 1),
    moves: [],
  };
  return checkTopology(topology, partitioner);
}

function checkShard({ id, state = 'active', replicas = [], attributes = {} }: ShardInfo): void {
  if (!['active', 'draining', 'down'].includes(state)) {
    throw new TypeError(`state of shard ${shown(id)} must be 'active', 'draining' or 'down', got ${shown(state)}`);
  }
  if (!Array.isArray(replicas)) {
    throw new TypeError(`replicas of shard ${shown(id)} must be an array of names, got ${shown(replicas)}`);
  }
  for (const replica of replicas) {
    if (!isName(replica))
      throw new TypeError(`replicas of shard ${shown(id)} must be an array of names, got ${shown(replica)}`);
  }
  const isRecord = typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes);
  if (!isRecord || Object.values(attributes).some((value) => typeof value !== 'string')) {
    throw new TypeError(`attributes of shard ${shown(id)} must be texts by their names, got ${shown(attributes)}`);
  }
}
