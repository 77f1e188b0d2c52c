import type { AcquireOptions } from '../acquire-options.ts';
import type { NodeState } from './node-state.ts';
import type { ReadSession } from './read-session.ts';
import type { RouteFacts } from './route-facts.ts';

/** What a write may ask for. */
export interface WriteOptions extends AcquireOptions {
  /**
   * Remembers how far the database was after this write.
   * @defaultValue the session of the async context, if there is one
   */
  readonly session?: ReadSession;
}

/** What a read may ask for. */
export interface ReadOptions extends AcquireOptions {
  /**
   * Whose writes it must see.
   * @defaultValue the session of the async context, if there is one
   */
  readonly session?: ReadSession;
  /** @defaultValue the pool's */
  readonly maxStalenessMs?: number;
  /**
   * `any` lets the primary share the load.
   * @defaultValue 'replica'
   */
  readonly from?: 'replica' | 'primary' | 'any';
}

/** One database of several nodes: writes go to the primary, reads to replicas that are fresh enough. */
export interface ReplicaPool<T> extends AsyncDisposable {
  /**
   * Runs `fn` on the primary. It is never run twice, also not when the primary changes.
   *
   * @throws XcError XC_POOL_NO_PRIMARY when there is none within `failoverTimeoutMs`, XC_POOL_CLOSED, and what the pool of the
   * node throws.
   */
  write<R>(fn: (resource: T, facts: RouteFacts) => R | PromiseLike<R>, options?: WriteOptions): Promise<R>;
  /**
   * Runs `fn` on the replica that seems quickest now, of those that are fresh enough and hold the writes of the session; on
   * the primary when there is none.
   *
   * @throws XcError XC_POOL_STALE when no replica is fresh enough and `whenAllStale` is `fail`, XC_POOL_NO_PRIMARY, XC_POOL_CLOSED,
   * and what the pool of the node throws.
   */
  read<R>(fn: (resource: T, facts: RouteFacts) => R | PromiseLike<R>, options?: ReadOptions): Promise<R>;
  /**
   * Remembers what its user wrote; `token` survives a request in a cookie or header. An unreadable token reads from the primary.
   */
  session(token?: string): ReadSession;
  /** Runs `fn` with a session in async context: reads in it see its writes with no code. */
  inSession<R>(session: ReadSession, fn: () => R): R;
  /** What is known of each node, in the order in which they were given. */
  nodes(): readonly NodeState[];
  /** Ends all probes; who still waits fails with XC_POOL_CLOSED. The pools of the nodes stay open. */
  [Symbol.asyncDispose](): Promise<void>;
}
