import { isXcError } from '@xc/core';
import type { ShardPart } from '../merge/merge.ts';
import type { Topology } from '../topology/topology.ts';
import type { FenceGate } from './fence-gate.ts';
import { inParallel } from './in-parallel.ts';
import type { KeyGroup } from './key-groups.ts';
import { notWaitedFor } from './scatter.ts';
import { Scope } from './scope.ts';
import type { SettledRouterOptions } from './settled-router-options.ts';
import type { ShardCalls } from './shard-calls.ts';
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
        const began = since ?? clock.monotonic();
        const newer = await this.#newer(group, topology, error, began, signal);
        await this.groups(group.by(newer), newer, attempt + 1, signal, run, began);
      }
    };
    const results = await inParallel(groups, concurrency, one, () => failed.signal.aborted);
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /**
   * What a group answers. When it was fenced it is asked again by the newer topology, and no other is: by then its partitions may be
   * on several shards.
   */
  async answers<K, P>(
    group: KeyGroup<K>,
    topology: Topology,
    attempt: number,
    signal: AbortSignal,
    run: (group: KeyGroup<K>, topology: Topology, attempt: number, signal: AbortSignal) => Promise<P>,
    since?: number,
  ): Promise<readonly ShardPart<P>[]> {
    try {
      return [{ shard: group.shard, part: await run(group, topology, attempt, signal) }];
    } catch (error) {
      if (!this.#calls.isFenced(error)) throw error;
      const began = since ?? this.#options.clock.monotonic();
      const newer = await this.#newer(group, topology, error, began, signal);
      const again = group.by(newer).map((own) => this.answers(own, newer, attempt + 1, signal, run, began));
      return (await Promise.all(again)).flat();
    }
  }

  /** Asks shards, each in its own time; when more fail than may, the others are ended. */
  async shards<P>(
    shards: readonly string[],
    asked: {
      readonly most: number;
      readonly signal: AbortSignal;
      readonly concurrency?: number;
      readonly perShardTimeoutMs?: number;
    },
    ask: (shard: string, signal: AbortSignal) => Promise<P>,
  ): Promise<readonly (PromiseSettledResult<P> | undefined)[]> {
    const { most, signal } = asked;
    const { clock } = this.#options;
    const timeoutMs = asked.perShardTimeoutMs ?? this.#options.perShardTimeoutMs;
    const tooMany = new AbortController();
    let failures = 0;
    const one = async (shard: string): Promise<P> => {
      const bounds = { signal: tooMany.signal, timeoutMs };
      try {
        return await Scope.within(bounds, signal, clock, (own) => ask(shard, own), shard);
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

  /** The topology that a group which was fenced is asked by. */
  async #newer<K>(
    { partitions }: KeyGroup<K>,
    { terms }: Topology,
    error: unknown,
    since: number,
    signal: AbortSignal,
  ): Promise<Topology> {
    const partition = refusedOf(error, partitions);
    await this.#gate.passed({ partition, term: terms[partition] as number, error }, since, signal);
    return this.#feed.current;
  }
}

/** Which partition of a group the data has refused, as far as it says. */
function refusedOf(error: unknown, partitions: readonly number[]): number {
  const partition = isXcError(error) ? error.details.partition : undefined;
  return partitions.includes(partition as number) ? (partition as number) : (partitions[0] as number);
}
