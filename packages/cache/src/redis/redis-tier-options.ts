import type { Codec, Policy } from '@xc/core';

/** Options of {@link redisTier}. */
export interface RedisTierOptions {
  /**
   * Before every key; without braces, which would decide the slots of a cluster.
   * @defaultValue 'xc:c'
   */
  readonly prefix?: string;
  /**
   * How long one operation may take, in ms, whatever the settings of the client: what takes longer has failed, and a late answer
   * is dropped.
   * @defaultValue 150
   */
  readonly deadlineMs?: number;
  /**
   * Turns values into bytes. Is given the full key as `binding`, so that an encrypting codec refuses a value that was copied
   * elsewhere. Nodes that share a cache share it; what another one has written is a miss, and gives way to what is loaded.
   * @defaultValue jsonCodec
   */
  readonly codec?: Codec;
  /**
   * The longest value that is decoded, in bytes as they travel; whatever claims to be longer is a miss before any work is done.
   * A codec that compresses has a bound of its own for what comes of them.
   * @defaultValue 67_108_864
   */
  readonly maxDecodedBytes?: number;
  /**
   * Wraps every operation; what it refuses has failed without a wait, and what waits in it does so within `deadlineMs`: a retry has
   * that for all its tries. With or without it, one missed deadline is enough for callers
   * not to wait any more: until an operation in the background (every 200 ms) is answered, Redis is skipped.
   * @defaultValue after 5 failures in a row Redis is skipped for 1 s, doubling to 30 s, then one operation tries it
   */
  readonly policy?: Policy;
  /**
   * How long a load may take, in ms, so that its result is still stored: what takes longer is returned and not stored.
   * @defaultValue 60_000
   */
  readonly fenceMs?: number;
  /**
   * What `Infinity` is cut to, in ms: nothing is kept without an end.
   * @defaultValue 2_592_000_000 (30 days)
   */
  readonly maxTtlMs?: number;
}
