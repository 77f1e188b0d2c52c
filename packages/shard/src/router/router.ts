import type { KeyPart, ShardKey } from '../keys/shard-key.ts';
import type { Merge } from '../merge/merge.ts';
import type { Topology } from '../topology/topology.ts';
import type { Consistency, ShardSession } from './consistency.ts';
import type { RouteContext } from './route-context.ts';

/** Bounds of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, waiting out a fence included. @defaultValue none */
  readonly timeoutMs?: number;
}

/** Options of a read. */
export interface ReadOptions extends CallOptions {
  /** @defaultValue 'primary' */
  readonly consistency?: Consistency;
}

/** Options of a unit of writes. */
export interface UnitOptions extends CallOptions {
  /**
   * Keys of the rows that `fn` writes, as the adapter names them; for a router with a mirror.
   * @defaultValue the keys as text, which cannot be told of keys of several parts
   */
  readonly rows?: readonly string[];
}

/** Options of a write. */
export interface WriteOptions extends UnitOptions {
  /** Remembers where the write has come to, so that reads of the session see it. */
  readonly session?: ShardSession;
}

/** Where a key is. */
export interface Location {
  readonly shard: string;
  readonly partition: number;
  readonly epoch: number;
  readonly term: number;
}

/** What a question is about. */
export type Question =
  | { readonly key: ShardKey }
  | { readonly keys: readonly ShardKey[] }
  | { readonly from: KeyPart; readonly to: KeyPart }
  | { readonly under: readonly KeyPart[] }
  | { readonly all: true };

/** Which shards a question touches. */
export interface RoutePlan {
  /** One shard; some, because they alone can have it; all of them. */
  readonly kind: 'single' | 'targeted' | 'scatter';
  /** Ids, ascending. */
  readonly shards: readonly string[];
  /** Ascending. */
  readonly partitions: readonly number[];
}

/** Options of a question to several shards. */
export interface ScatterOptions<P, R> extends CallOptions {
  readonly merge: Merge<P, R>;
  /** Says that asking several shards is meant. @defaultValue what the router says */
  readonly allowScatter?: boolean;
  /** Asks only shards that can have such keys. @defaultValue all */
  readonly where?: { readonly from: KeyPart; readonly to: KeyPart } | { readonly under: readonly KeyPart[] };
  /** Shards asked at a time. @defaultValue what the router says */
  readonly concurrency?: number;
  /** A shard that is not there by then is missing. @defaultValue what the router says */
  readonly perShardTimeoutMs?: number;
  /** How many must answer: all, more than half, or any. @defaultValue 'fail' */
  readonly partial?: 'fail' | 'quorum' | 'best-effort';
}

/** The answer of several shards. */
export interface ScatterResult<R> {
  readonly value: R;
  /** Those without an answer, and why. */
  readonly missing: readonly { readonly shard: string; readonly error: unknown }[];
}

/**
 * Sends each call to where its key is, by the newest topology. When it is disposed, the signals of calls under way abort; a `read` or
 * `write` without bounds of its own ends when its function does.
 */
export interface Router<C> extends AsyncDisposable {
  readonly topology: Topology;
  /** @throws TypeError for what is no key; XcError `XC_SHARD_NO_PARTITION`. */
  locate(key: ShardKey): Location;
  /**
   * Runs `fn` on the shard of the key. Repeated once when the owner changed meanwhile and the answer may be of the old one.
   * @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE`, `XC_SHARD_STALE_REPLICA`, `XC_SHARD_NO_QUORUM`, `XC_SHARD_TIMEOUT`; what
   * `fn` throws.
   */
  read<R>(
    key: ShardKey,
    fn: (client: C, context: RouteContext) => R | PromiseLike<R>,
    options?: ReadOptions,
  ): Promise<R>;
  /**
   * Runs `fn` on the shard of the key, with the term to hand to the data. Called again only when the data refused it: then it
   * waits for the newer owner.
   * @throws XcError `XC_SHARD_CUTOVER_TIMEOUT` when none comes in time; `XC_SHARD_TOPOLOGY_UNAVAILABLE` when the topology was
   * seen too long ago to write by, where the data itself refuses nothing; what `fn` throws.
   */
  write<R>(
    key: ShardKey,
    fn: (client: C, context: RouteContext) => R | PromiseLike<R>,
    options?: WriteOptions,
  ): Promise<R>;
  /** One unit over several keys. @throws XcError `XC_SHARD_CROSS_SHARD` unless all share a partition. */
  writeTogether<R>(
    keys: readonly ShardKey[],
    fn: (client: C, context: RouteContext) => R | PromiseLike<R>,
    options?: UnitOptions,
  ): Promise<R>;
  /**
   * Groups keys by shard, asks in bounded parallel, and gives the answers in the order of `keys`; `fn` answers for its group in
   * order. One topology from beginning to end.
   */
  many<K extends ShardKey, R>(
    keys: readonly K[],
    fn: (client: C, keys: readonly K[], context: RouteContext) => PromiseLike<readonly R[]>,
    options?: ReadOptions,
  ): Promise<readonly R[]>;
  /** Which shards a question touches, before asking it. */
  route(question: Question): RoutePlan;
  /**
   * Asks several shards, and merges. `fn` answers for the partitions of its context and no others: while some of them move, rows of
   * theirs are on two shards. One that the data has fenced is asked again by the newer topology, within `perShardTimeoutMs`, and
   * then a shard may be asked twice, each time for other partitions.
   * @throws XcError `XC_SHARD_SCATTER_REFUSED`, naming the shards, when nobody said that it is meant; `XC_SHARD_PARTIAL` with
   * `details.missing` when too few answered. RangeError for a `concurrency` or `perShardTimeoutMs` out of range.
   */
  scatter<P, R>(
    fn: (client: C, context: RouteContext) => PromiseLike<P>,
    options: ScatterOptions<P, R>,
  ): Promise<ScatterResult<R>>;
  /** Writes a reference table everywhere. @throws XcError `XC_SHARD_PARTIAL` when some failed; the others are written. */
  broadcast<R>(
    fn: (client: C, context: RouteContext) => PromiseLike<R>,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, R>>;
  /** A new session, or the one of a token; a broken token is a new one. */
  session(token?: string): ShardSession;
  /** Looks at the store, by a look that begins from here on. @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` */
  refresh(): Promise<Topology>;
}
