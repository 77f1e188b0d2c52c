import { shown } from '../keys/shown.ts';
import type { Topology } from '../topology/topology.ts';

/** Options of {@link planRebalance}. */
export interface PlanOptions {
  /** What a partition costs its shard: rows, bytes, calls; from 0. @defaultValue 1 for each */
  readonly costs?: (partition: number) => number;
  /** How far from the mean a shard may be: 0.1 is 10 % above and below. @defaultValue 0.1 */
  readonly threshold?: number;
  /**
   * How much a move that makes the receiver the fuller one must bring, as a part of what it adds to it.
   * @defaultValue 0.5
   */
  readonly improvement?: number;
  /** Moves for balance stop there; those that must be are planned all the same, and count. @defaultValue Infinity */
  readonly maxMoves?: number;
  /** Shards to be emptied, besides those whose state says so. */
  readonly drain?: readonly string[];
  /** Whether a shard may have a partition: its region, its hardware. @defaultValue any may */
  readonly allowed?: (partition: number, shard: string) => boolean;
  /**
   * Partitions that are to be on one shard, and move as one; where they cannot, none of them moves. A group that is split is brought
   * together first, though a shard may get more than any had before.
   */
  readonly colocate?: readonly (readonly number[])[];
}

/** The same, all of it said. */
export interface PlanTerms {
  readonly threshold: number;
  readonly improvement: number;
  readonly maxMoves: number;
  readonly costs: readonly number[];
  readonly drained: ReadonlySet<string>;
  readonly allowed: (partition: number, shard: string) => boolean;
  /** All partitions, each in one. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * Fills in and checks.
 * @throws RangeError for a number out of range; TypeError for anything else that is wrong.
 */
export function planTerms(topology: Topology, options: PlanOptions): PlanTerms {
  const { costs = () => 1, threshold = 0.1, improvement = 0.5, maxMoves = Number.POSITIVE_INFINITY } = options;
  const { drain = [], allowed = () => true, colocate = [] } = options;
  checkNotNegative('threshold', threshold);
  checkNotNegative('improvement', improvement);
  checkNotNegative('maxMoves', maxMoves);
  if (typeof costs !== 'function') throw new TypeError(`costs must be a function, got ${shown(costs)}`);
  if (typeof allowed !== 'function') throw new TypeError(`allowed must be a function, got ${shown(allowed)}`);
  if (!Array.isArray(drain)) throw new TypeError(`drain must be an array of shard ids, got ${shown(drain)}`);
  if (!Array.isArray(colocate) || !colocate.every(Array.isArray)) {
    throw new TypeError(`colocate must be an array of arrays of partitions, got ${shown(colocate)}`);
  }
  const ids = new Set(topology.shards.map(({ id }) => id));
  for (const id of drain) if (!ids.has(id)) throw new TypeError(`drain must name shards, got ${shown(id)}`);
  const draining = topology.shards.filter(({ state }) => state === 'draining').map(({ id }) => id);
  return {
    threshold,
    improvement,
    maxMoves,
    costs: topology.owners.map((_, partition) => {
      const cost = costs(partition);
      if (Number.isFinite(cost) && cost >= 0) return cost;
      throw new RangeError(`costs(${partition}) must be a number from 0, got ${shown(cost)}`);
    }),
    drained: new Set([...drain, ...draining]),
    allowed,
    groups: groupsOf(topology.owners.length, colocate),
  };
}

function groupsOf(partitions: number, colocate: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const grouped = new Set<number>();
  for (const partition of colocate.flat()) {
    if (!(Number.isInteger(partition) && partition >= 0 && partition < partitions)) {
      throw new RangeError(`colocate must have partitions from 0 to ${partitions - 1}, got ${shown(partition)}`);
    }
    if (grouped.has(partition)) throw new RangeError(`colocate must have a partition once, got ${partition} twice`);
    grouped.add(partition);
  }
  const single = Array.from({ length: partitions }, (_, partition) => partition).filter((one) => !grouped.has(one));
  return [...colocate.filter((group) => group.length > 0), ...single.map((partition) => [partition])];
}

function checkNotNegative(name: string, value: unknown): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new RangeError(`${name} must be a number from 0, got ${shown(value)}`);
}
