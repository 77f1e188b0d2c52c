import type { ShardInfo, Topology } from '../topology/topology.ts';
import type { PlanTerms } from './plan-options.ts';

/** Partitions that move as one, and where they are by now. */
export interface Unit {
  readonly partitions: readonly number[];
  readonly cost: number;
  /** `undefined`: on several shards, and there is no way to bring them together; they stay where they are. */
  at: string | undefined;
}

/** One shard while a plan is made. */
export interface Place {
  readonly id: string;
  readonly weight: number;
  load: number;
  /** By cost, the cheapest first; of equal cost the highest partition first. */
  readonly units: Unit[];
}

/** The state of a plan in the making: what lies where, and what has been moved. */
export class Board {
  /** Shards that may be given partitions, in the order of their ids. */
  readonly places: readonly Place[];
  readonly units: readonly Unit[];
  /** Units that were moved, in the order of their last move. */
  readonly #moved = new Set<Unit>();
  readonly #byId: ReadonlyMap<string, Place>;
  readonly #topology: Topology;
  readonly #terms: PlanTerms;

  constructor(topology: Topology, terms: PlanTerms) {
    this.#topology = topology;
    this.#terms = terms;
    const receiving = topology.shards.filter((shard) => mayReceive(shard, terms));
    this.places = receiving
      .map(({ id, weight = 1 }): Place => ({ id, weight, load: 0, units: [] }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#byId = new Map(this.places.map((place) => [place.id, place]));
    const down = new Set(topology.shards.filter(({ state }) => state === 'down').map(({ id }) => id));
    this.units = terms.groups.map((partitions) => {
      const cost = partitions.reduce((sum, partition) => sum + (terms.costs[partition] as number), 0);
      const unit: Unit = { partitions, cost, at: homeOf(partitions, topology.owners, terms.costs) };
      const owners = this.ownersOf(unit);
      // From a shard that is down there is nothing to copy, and half a group is not moved to where all of it may not be.
      const canMeet = !owners.some((id) => down.has(id)) && this.places.some(({ id }) => this.allows(unit, id));
      if (owners.length > 1 && !canMeet) unit.at = undefined;
      return unit;
    });
    for (const unit of [...this.units].sort(byCost)) this.#lay(unit);
  }

  /** Counts a unit where it is. */
  #lay(unit: Unit): void {
    const { at, partitions, cost } = unit;
    if (at === undefined) {
      const { owners } = this.#topology;
      for (const partition of partitions) {
        const place = this.#byId.get(owners[partition] as string);
        if (place !== undefined) place.load += this.#terms.costs[partition] as number;
      }
      return;
    }
    const place = this.#byId.get(at);
    if (place === undefined) return;
    place.units.push(unit);
    place.load += cost;
  }

  /** The shards that have partitions of a unit before anything is moved. */
  ownersOf({ partitions }: Unit): readonly string[] {
    return [...new Set(partitions.map((partition) => this.#topology.owners[partition] as string))];
  }

  /** Partitions that are no longer where they were, in the order in which that was planned. */
  movedPartitions(): readonly number[] {
    const { owners } = this.#topology;
    return [...this.#moved].flatMap(({ partitions, at }) =>
      partitions.filter((partition) => at !== undefined && owners[partition] !== at),
    );
  }

  /** Notes that a unit is where it is now for good: its other partitions move there. */
  bringTogether(unit: Unit): void {
    this.#moved.add(unit);
  }

  allows(unit: Unit, shard: string): boolean {
    return unit.partitions.every((partition) => this.#terms.allowed(partition, shard));
  }

  move(unit: Unit, to: Place): void {
    // What is moved twice goes to its last place when the way there is free.
    this.#moved.delete(unit);
    this.#moved.add(unit);
    const from = unit.at === undefined ? undefined : this.#byId.get(unit.at);
    if (from !== undefined) {
      from.units.splice(from.units.indexOf(unit, rankOf(from.units, unit)), 1);
      from.load -= unit.cost;
    }
    to.units.splice(rankOf(to.units, unit), 0, unit);
    to.load += unit.cost;
    unit.at = to.id;
  }
}

/** Utilisation of a shard. */
export function useOf({ load, weight }: Place): number {
  return load / weight;
}

function mayReceive({ id, weight = 1, state = 'active' }: ShardInfo, { drained }: PlanTerms): boolean {
  return weight > 0 && state === 'active' && !drained.has(id);
}

/** The shard that has most of a group; of several the one with the first partition. */
function homeOf(partitions: readonly number[], owners: readonly string[], costs: readonly number[]): string {
  const shares = new Map<string, number>();
  for (const partition of partitions) {
    const owner = owners[partition] as string;
    shares.set(owner, (shares.get(owner) ?? 0) + (costs[partition] as number));
  }
  let home = owners[partitions[0] as number] as string;
  for (const [owner, share] of shares) if (share > (shares.get(home) as number)) home = owner;
  return home;
}

/** Cheapest first, of equal cost the highest partition first. */
export function byCost(a: Unit, b: Unit): number {
  return a.cost - b.cost || (b.partitions[0] as number) - (a.partitions[0] as number);
}

/** Where a unit is, or is to be, among ordered ones. */
function rankOf(units: readonly Unit[], unit: Unit): number {
  let [from, to] = [0, units.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (byCost(units[middle] as Unit, unit) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
