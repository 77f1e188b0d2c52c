import { setMaxListeners } from 'node:events';
import { XcError } from '@xc/core';
import { type KeyPart, type ShardKey, shownKey, textOf } from '../keys/shard-key.ts';
import { shown } from '../keys/shown.ts';
import type { Topology } from '../topology/topology.ts';
import { checkFn } from './check-fn.ts';
import type { ShardSession } from './consistency.ts';
import { FanOut } from './fan-out.ts';
import { FenceGate } from './fence-gate.ts';
import { type KeyGroup, keyGroups } from './key-groups.ts';
import { checkConsistency, sessionOf } from './pick-replica.ts';
import { Reads } from './reads.ts';
import { routeOf } from './route.ts';
import type { RouteContext } from './route-context.ts';
import type {
  CallOptions,
  Location,
  Question,
  ReadOptions,
  RoutePlan,
  Router,
  ScatterOptions,
  ScatterResult,
  UnitOptions,
  WriteOptions,
} from './router.ts';
import type { RouterMetrics } from './router-metrics.ts';
import { gathered, mayMiss, partial, scatterRefused } from './scatter.ts';
import { Scope } from './scope.ts';
import { Session } from './sessions.ts';
import { checkFanOut, type SettledRouterOptions } from './settled-router-options.ts';
import { ShardCalls, type ShardFn } from './shard-calls.ts';
import type { TopologyFeed } from './topology-feed.ts';
import { Writes } from './writes.ts';

/** Puts the parts together: where a key is, who runs what there, who waits for a new owner, and how answers are merged. */
export class ShardedRouter<C> implements Router<C> {
  readonly #options: SettledRouterOptions<C>;
  readonly #feed: TopologyFeed;
  readonly #metrics: RouterMetrics;
  readonly #calls: ShardCalls<C>;
  readonly #fanOut: FanOut<C>;
  readonly #reads: Reads<C>;
  readonly #writes: Writes<C>;
  readonly #closed = new AbortController();

  constructor(options: SettledRouterOptions<C>, feed: TopologyFeed, metrics: RouterMetrics) {
    const { bufferMs, bufferMax, healFenceMs, clock, logger, tracer } = options;
    // Every call that waits listens to it.
    setMaxListeners(0, this.#closed.signal);
    this.#options = options;
    this.#feed = feed;
    this.#metrics = metrics;
    this.#calls = new ShardCalls(
      options.connect,
      { metrics, clock, tracer, closed: this.#closed.signal },
      options.isFenced,
    );
    const waiting = (count: number) => metrics.buffered.set(count);
    const waited = (seconds: number) => metrics.bufferSeconds.record(seconds);
    const gate = new FenceGate({ feed, bufferMs, bufferMax, healFenceMs, clock, logger, waiting, waited });
    const parts = { feed, gate, calls: this.#calls, closed: this.#closed.signal };
    this.#fanOut = new FanOut(options, parts);
    this.#reads = new Reads(options, parts);
    this.#writes = new Writes(options, parts);
  }

  get topology(): Topology {
    return this.#feed.current;
  }

  locate(key: ShardKey): Location {
    return this.#at(this.#options.partitioner.of(key));
  }

  read<R>(key: ShardKey, fn: ShardFn<C, R>, options?: ReadOptions): Promise<R> {
    if (options === undefined && this.#options.partitioner.locate === undefined) return this.#reads.plainly(key, fn);
    return this.#readAsTold(key, fn, options);
  }

  async write<R>(key: ShardKey, fn: ShardFn<C, R>, options?: WriteOptions): Promise<R> {
    checkFn(fn);
    const session = options?.session === undefined ? undefined : sessionOf(options.session);
    const rows = this.#rowsOf([key], options);
    return await this.#within(options, async (signal) => {
      const partition = await this.#partitionOf(key, signal);
      return await this.#writes.at({ partition, rows, session }, fn, signal);
    });
  }

  async writeTogether<R>(keys: readonly ShardKey[], fn: ShardFn<C, R>, options?: UnitOptions): Promise<R> {
    checkFn(fn);
    if (!Array.isArray(keys) || keys.length === 0)
      throw new TypeError(`keys must be an array of one at least, got ${shown(keys)}`);
    const rows = this.#rowsOf(keys, options);
    return await this.#within(options, async (signal) => {
      const partitions = [...new Set(await this.#partitionsOf(keys, signal))];
      const [partition] = partitions;
      if (partitions.length > 1) {
        throw new XcError(
          'XC_SHARD_CROSS_SHARD',
          `keys of one unit must share a partition, these are in ${partitions.length}`,
          {
            details: { partitions },
          },
        );
      }
      return await this.#writes.at({ partition: partition as number, rows, session: undefined }, fn, signal);
    });
  }

  async many<K extends ShardKey, R>(
    keys: readonly K[],
    fn: (client: C, keys: readonly K[], context: RouteContext) => PromiseLike<readonly R[]>,
    options?: ReadOptions,
  ): Promise<readonly R[]> {
    checkFn(fn);
    if (!Array.isArray(keys)) throw new TypeError(`keys must be an array, got ${shown(keys)}`);
    const consistency = options?.consistency ?? 'primary';
    checkConsistency(consistency);
    if (typeof consistency === 'object' && 'quorum' in consistency) throw new TypeError('many cannot read by quorum');
    // The array is the caller's, who may go on with it.
    const asked = [...keys];
    return await this.#within(options, async (signal) => {
      const partitions = await this.#partitionsOf(asked, signal);
      const answers = new Array<R>(asked.length);
      await this.#fanOut.groups(
        keyGroups(asked, partitions, this.topology),
        this.topology,
        1,
        signal,
        async (group, topology, attempt, own) => {
          const replica = this.#reads.replicaFor(group.shard, group.partitions, consistency, topology);
          const call = {
            topology,
            shard: group.shard,
            partitions: group.partitions,
            op: 'many',
            replica,
            attempt,
            signal: own,
          } as const;
          const found = await this.#calls.run(call, (client, context) => fn(client, group.keys, context));
          if (!Array.isArray(found) || found.length !== group.keys.length) {
            throw new TypeError(`fn must answer for each of its ${group.keys.length} keys, got ${shown(found)}`);
          }
          for (const [index, place] of group.places.entries()) answers[place] = found[index] as R;
        },
      );
      return answers;
    });
  }

  route(question: Question): RoutePlan {
    return routeOf(question, this.#options.partitioner, this.topology);
  }

  async scatter<P, R>(
    fn: (client: C, context: RouteContext) => PromiseLike<P>,
    options: ScatterOptions<P, R>,
  ): Promise<ScatterResult<R>> {
    checkFn(fn);
    const { merge, where = { all: true } as const, partial: policy = 'fail' } = options ?? {};
    if (typeof merge?.combine !== 'function') throw new TypeError(`merge must be a merge, got ${shown(merge)}`);
    if (!['fail', 'quorum', 'best-effort'].includes(policy)) {
      throw new TypeError(`partial must be 'fail', 'quorum' or 'best-effort', got ${shown(policy)}`);
    }
    checkFanOut(options);
    const { topology } = this;
    const { shards, partitions } = routeOf(where, this.#options.partitioner, topology);
    if (shards.length > 1 && !(options.allowScatter ?? this.#options.allowScatter)) throw scatterRefused(shards);
    this.#metrics.scatterShards.record(shards.length);
    const most = mayMiss(policy, shards.length);
    return await this.#within(options, async (signal) => {
      const groups = new Map(keyGroups(partitions, partitions, topology).map((group) => [group.shard, group]));
      const ask = (group: KeyGroup<number>, by: Topology, attempt: number, own: AbortSignal): Promise<P> => {
        const { shard, partitions: asked } = group;
        return this.#calls.run({ topology: by, shard, partitions: asked, op: 'scatter', attempt, signal: own }, fn);
      };
      const results = await this.#fanOut.shards(shards, { ...options, most, signal }, (shard, own) =>
        this.#fanOut.answers(groups.get(shard) as KeyGroup<number>, topology, 1, own, ask),
      );
      return gathered(shards, results, merge, most);
    });
  }

  async broadcast<R>(
    fn: (client: C, context: RouteContext) => PromiseLike<R>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, R>> {
    checkFn(fn);
    const { topology } = this;
    const shards = topology.shards.map(({ id }) => id).sort();
    return await this.#within(options, async (signal) => {
      const results = await this.#fanOut.shards(shards, { most: shards.length, signal }, (shard, own) => {
        const partitions = [...topology.owners.keys()].filter((partition) => topology.owners[partition] === shard);
        return this.#calls.run({ topology, shard, partitions, op: 'scatter', signal: own }, fn);
      });
      const missing = shards.flatMap((shard, index) => {
        const result = results[index];
        return result?.status === 'rejected' ? [{ shard, error: result.reason as unknown }] : [];
      });
      if (missing.length > 0) throw partial(missing, shards.length);
      return new Map(shards.map((shard, index) => [shard, (results[index] as PromiseFulfilledResult<R>).value]));
    });
  }

  session(token?: string): ShardSession {
    return Session.of(token);
  }

  refresh(): Promise<Topology> {
    return this.#feed.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed.signal.aborted) this.#closed.abort(new XcError('XC_SHARD_CLOSED', 'the router is closed'));
    await this.#feed.close();
  }

  #within<R>(options: CallOptions | undefined, run: (signal: AbortSignal) => Promise<R>): Promise<R> {
    return Scope.within(options, this.#closed.signal, this.#options.clock, run);
  }

  #at(partition: number): Location {
    const { owners, terms, epoch } = this.topology;
    return { shard: owners[partition] as string, partition, epoch, term: terms[partition] as number };
  }

  async #partitionOf(key: ShardKey, signal: AbortSignal): Promise<number> {
    const [partition] = await this.#partitionsOf([key], signal);
    return partition as number;
  }

  async #partitionsOf(keys: readonly ShardKey[], signal: AbortSignal): Promise<readonly number[]> {
    const { partitioner, heat } = this.#options;
    const partitions =
      partitioner.locate === undefined
        ? keys.map((key) => partitioner.of(key))
        : await partitioner.locate(keys, signal);
    if (heat !== undefined)
      for (const [index, key] of keys.entries()) heat.record(shownKey(key), partitions[index] as number);
    return partitions;
  }

  /** Where there is no mirror nobody asks. */
  #rowsOf(keys: readonly ShardKey[], options: UnitOptions | undefined): readonly string[] {
    if (this.#options.mirror?.capture !== 'mirror') return [];
    if (options?.rows !== undefined) return options.rows;
    return keys.map((key) => {
      if (Array.isArray(key))
        throw new TypeError('rows must name the rows that are written: the key has several parts');
      return textOf(key as KeyPart);
    });
  }

  async #readAsTold<R>(key: ShardKey, fn: ShardFn<C, R>, options: ReadOptions | undefined): Promise<R> {
    checkFn(fn);
    const { consistency = 'primary' } = options ?? {};
    checkConsistency(consistency);
    return await this.#within(options, async (signal) => {
      const partition = await this.#partitionOf(key, signal);
      return await this.#reads.at(partition, fn, consistency, signal);
    });
  }
}
