import { isXcError } from '@xc/core';
import type { Topology } from '../topology/topology.ts';
import type { FenceGate } from './fence-gate.ts';
import { inParallel } from './in-parallel.ts';
import type { KeyGroup } from './key-groups.ts';
import { notWaitedFor } from './scatter.ts';
import { Scope } from './scope.ts';
import type { SettledRouterOptions } from './settled-router-options.ts';
import type { ShardCalls, ShardFn } from './shard-calls.ts';
import type { TopologyFeed } from './topology-feed.ts';

/** Asks several shards for one call, so many at a time, each in its own time. */
export class FanOut<C> {
  readonly #options: Pick<SettledRouterOptions<C>, 'clock' | 'concurrency' | 'perShardTimeoutMs'>;
  readonly #feed: TopologyFeed;
  readonly #gate: FenceGate;
  readonly #calls: ShardCalls<C>;

  constructor(
    options: Pick<SettledRouterOptions<C>, 'clock' | 'concurrency' | 'perShardTimeoutMs'>,
    parts: { readonly feed: TopologyFeed; readonly gate: FenceGate; readonly calls: ShardCalls<C> },
  ) {
    this.#options = options;
    this.#feed = parts.feed;
    this.#gate = parts.gate;
    this.#calls = parts.calls;
  }

  /**
   * Runs all groups, the first failure ending the others; one that was fenced is run again by the newer topology.
   * @param since - When keys of these groups began to wait for a newer owner, where they did.
   */
  async groups<K>(
    groups: readonly KeyGroup<K>[],
    topology: Topology,
    attempt: number,
    signal: AbortSignal,
    run: (group: KeyGroup<K>, topology: Topology, attempt: number, signal: AbortSignal) => Promise<void>,
    since?: number,
  ): Promise<void> {
    const { clock, concurrency, perShardTimeoutMs } = this.#options;
    const failed = new AbortController();
    const one = async (group: KeyGroup<K>): Promise<void> => {
      const bounds = { signal: failed.signal, timeoutMs: perShardTimeoutMs };
      try {
        await Scope.within(bounds, signal, clock, (own) => run(group, topology, attempt, own), group.shard);
      } catch (error) {
        if (!this.#calls.isFenced(error)) {
          failed.abort(error);
          throw error;
        }
        const partition = refusedOf(error, group.partitions);
        const began = since ?? clock.monotonic();
        await this.#gate.passed({ partition, term: topology.terms[partition] as number, error }, began, signal);
        await this.groups(group.by(this.#feed.current), this.#feed.current, attempt + 1, signal, run, began);
      }
    };
    const results = await inParallel(groups, concurrency, one, () => failed.signal.aborted);
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Asks shards, each in its own time; when more fail than may, the others are ended. */
  async shards<P>(
    shards: readonly string[],
    asked: {
      readonly topology: Topology;
      readonly partitions: readonly number[];
      readonly most: number;
      readonly signal: AbortSignal;
      readonly concurrency?: number;
      readonly perShardTimeoutMs?: number;
    },
    fn: ShardFn<C, P>,
  ): Promise<readonly (PromiseSettledResult<P> | undefined)[]> {
    const { topology, partitions, most, signal } = asked;
    const { clock } = this.#options;
    const timeoutMs = asked.perShardTimeoutMs ?? this.#options.perShardTimeoutMs;
    const tooMany = new AbortController();
    let failures = 0;
    const one = async (shard: string): Promise<P> => {
      const own = partitions.filter((partition) => topology.owners[partition] === shard);
      try {
        return await Scope.within(
          { signal: tooMany.signal, timeoutMs },
          signal,
          clock,
          (ownSignal) => this.#calls.run({ topology, shard, partitions: own, op: 'scatter', signal: ownSignal }, fn),
          shard,
        );
      } catch (error) {
        if (tooMany.signal.aborted && error === tooMany.signal.reason) throw notWaitedFor();
        failures += 1;
        if (failures > most) tooMany.abort(error);
        throw error;
      }
    };
    const results = await inParallel(
      shards,
      asked.concurrency ?? this.#options.concurrency,
      one,
      () => tooMany.signal.aborted,
    );
    signal.throwIfAborted();
    return results;
  }
}
/** Which partition of a group the data has refused, as far as it says. */
function refusedOf(error: unknown, partitions: readonly number[]): number {
  const partition = isXcError(error) ? error.details.partition : undefined;
  return partitions.includes(partition as number) ? (partition as number) : (partitions[0] as number);
}
