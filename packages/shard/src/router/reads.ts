import { isXcError } from '@xc/core';
import { type ShardKey, shownKey } from '../keys/shard-key.ts';
import type { Topology } from '../topology/topology.ts';
import { checkFn } from './check-fn.ts';
import type { Consistency, QuorumRead } from './consistency.ts';
import { pickReplica } from './pick-replica.ts';
import { quorumRead } from './quorum-read.ts';
import type { SettledRouterOptions } from './settled-router-options.ts';
import type { ShardCalls, ShardFn } from './shard-calls.ts';
import type { TopologyFeed } from './topology-feed.ts';

/** Reads of one key: from whom, and whether the answer may still be of who was the owner. */
export class Reads<C> {
  readonly #options: SettledRouterOptions<C>;
  readonly #feed: TopologyFeed;
  readonly #calls: ShardCalls<C>;
  readonly #closed: AbortSignal;

  constructor(
    options: SettledRouterOptions<C>,
    parts: { readonly feed: TopologyFeed; readonly calls: ShardCalls<C>; readonly closed: AbortSignal },
  ) {
    this.#options = options;
    this.#feed = parts.feed;
    this.#calls = parts.calls;
    this.#closed = parts.closed;
  }

  /** The way of most reads: bounded by nothing, from the primary, of a key that needs no look-up. */
  plainly<R>(key: ShardKey, fn: ShardFn<C, R>): Promise<R> {
    const signal = this.#closed;
    const { bufferMs, clock, partitioner, heat } = this.#options;
    try {
      signal.throwIfAborted();
      checkFn(fn);
      const partition = partitioner.of(key);
      heat?.record(shownKey(key), partition);
      const { current: topology } = this.#feed;
      const shard = topology.owners[partition] as string;
      const startedAt = clock.monotonic();
      const answer = this.#calls.run({ topology, shard, partitions: [partition], op: 'read', signal }, fn);
      return answer.then((found) => {
        const isLate = this.#feed.current.owners[partition] !== shard && clock.monotonic() - startedAt > bufferMs;
        return isLate ? this.#readOnce(partition, fn, 'primary', this.#feed.current, signal, 2) : found;
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Repeated once when the owner has changed long before the answer came. */
  async at<R>(partition: number, fn: ShardFn<C, R>, consistency: Consistency, signal: AbortSignal): Promise<R> {
    const { bufferMs, clock } = this.#options;
    const startedAt = clock.monotonic();
    const { current: topology } = this.#feed;
    const answer = await this.#readOnce(partition, fn, consistency, topology, signal, 1);
    // An answer of who was the owner long ago may lack what was written to the new one since.
    const hasMoved = this.#feed.current.owners[partition] !== topology.owners[partition];
    if (!hasMoved || clock.monotonic() - startedAt <= bufferMs) return answer;
    return await this.#readOnce(partition, fn, consistency, this.#feed.current, signal, 2);
  }

  async #readOnce<R>(
    partition: number,
    fn: ShardFn<C, R>,
    consistency: Consistency,
    topology: Topology,
    signal: AbortSignal,
    attempt: number,
  ): Promise<R> {
    const shard = topology.owners[partition] as string;
    const call = { topology, shard, partitions: [partition], op: 'read', attempt, signal } as const;
    if (typeof consistency === 'object' && 'quorum' in consistency) {
      const { replicas = [] } = this.#calls.infoOf(topology, shard);
      const voters = [undefined, ...replicas].map((replica) => ({
        replica,
        ask: () => this.#calls.run({ ...call, replica }, fn),
      }));
      return await quorumRead(voters, consistency);
    }
    const replica = this.replicaFor(shard, [partition], consistency, topology);
    if (replica === undefined) return await this.#calls.run(call, fn);
    try {
      return await this.#calls.run({ ...call, replica }, fn);
    } catch (error) {
      // The replica knows better than the view.
      if (!isXcError(error, 'XC_SHARD_STALE_REPLICA')) throw error;
      return await this.#calls.run({ ...call, attempt: attempt + 1 }, fn);
    }
  }

  /** A replica that is new enough for all of these; `undefined`: the primary. */
  replicaFor(
    shard: string,
    partitions: readonly number[],
    consistency: Exclude<Consistency, QuorumRead>,
    topology: Topology,
  ): string | undefined {
    if (consistency === 'primary') return undefined;
    const { replicas: view, random } = this.#options;
    const ownedSince = Math.max(...partitions.map((partition) => this.#feed.ownedSince(partition)));
    return pickReplica(this.#calls.infoOf(topology, shard), consistency, { view, random, topology, ownedSince });
  }
}
