import type { Cluster, Redis } from 'ioredis';

/** A client of ioredis 5 or 6: one server, the master behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/**
 * What the functions of this package ask of a client. Any `Redis` or `Cluster` of ioredis 5 or 6 has it, whichever copy
 * of the library it comes from: nothing here checks `instanceof`.
 */
export interface RedisLike {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: RedisLikeOptions;
  /** Begins to connect, where the client waits to be told. */
  connect(): Promise<void>;
  /** Tells of the connection coming and going. */
  on(event: 'ready' | 'close' | 'end', listener: () => void): this;
  /** Tells of what went wrong with the connection. */
  on(event: 'error', listener: (error: Error) => void): this;
  /** Tells no more. */
  off(event: 'ready' | 'close' | 'end', listener: () => void): this;
  /** Tells no more. */
  off(event: 'error', listener: (error: Error) => void): this;
}

/** The settings of a client that change how it is talked to. */
export interface RedisLikeOptions {
  readonly keyPrefix?: string | undefined;
  readonly enableOfflineQueue?: boolean | undefined;
  readonly enableAutoPipelining?: boolean | undefined;
}
