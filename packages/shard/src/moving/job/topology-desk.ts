import { XcError } from '@xc/core';
import { MoverSupersededError } from '../../errors/mover-superseded-error.ts';
import type { Move, Topology } from '../../topology/topology.ts';
import type { TopologyStore } from '../../topology/topology-store.ts';
import type { MoveName } from './move-record.ts';

/** What the next topology is to be; its epoch follows by itself. `undefined`: as it is. */
export type TopologyEdit = (topology: Topology) => Partial<Omit<Topology, 'epoch'>> | undefined;

/** Changes the topology as long as it is the one that was looked at. */
export class TopologyDesk {
  readonly #store: TopologyStore;
  readonly #failed: (error: unknown) => void;

  /** @param failed - Told when the store fails, before the call that needed it does. */
  constructor(store: TopologyStore, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`, also when there is none. */
  async load(): Promise<Topology> {
    return await this.#asked(async () => await loaded(this.#store));
  }

  /** Gives the topology that came of it; tries until nobody else was first. */
  async change(edit: TopologyEdit): Promise<Topology> {
    for (;;) {
      const topology = await this.load();
      const next = edited(topology, edit);
      if (next === undefined) return topology;
      if (await this.#asked(() => this.#store.cas(next, topology.epoch))) return next;
    }
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }
}

/** @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when there is none. */
export async function loaded(store: TopologyStore): Promise<Topology> {
  const topology = await store.load();
  if (topology !== undefined) return topology;
  throw new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'no topology is stored', { retryable: true });
}

/** The topology that follows. */
export function edited(topology: Topology, edit: TopologyEdit): Topology | undefined {
  const next = edit(topology);
  return next === undefined ? undefined : { ...topology, ...next, epoch: topology.epoch + 1 };
}

/**
 * The move of a mover, as long as it is his.
 * @throws MoverSupersededError when another has taken it, or it is over.
 */
export function ownMove({ moves }: Topology, { moveId }: Pick<MoveName, 'moveId'>, mover: number): Move {
  const move = moves.find((each) => each.moveId === moveId);
  if (move?.mover !== mover) throw new MoverSupersededError({ moveId, mover });
  return move;
}

/** All moves, one of them changed. */
export function withMove(
  { moves }: Topology,
  { moveId }: Pick<MoveName, 'moveId'>,
  change: Partial<Move>,
): readonly Move[] {
  return moves.map((move) => (move.moveId === moveId ? { ...move, ...change } : move));
}

/** A list, one value of it changed. */
export function withAt<T>(list: readonly T[], index: number, value: T): readonly T[] {
  const copy = [...list];
  copy[index] = value;
  return copy;
}

/** The topology is not what the move needs. */
export function topologyConflict(why: string, details: Readonly<Record<string, unknown>>): XcError {
  return new XcError('XC_SHARD_TOPOLOGY_CONFLICT', why, { details, retryable: true });
}
