import type { BackoffSpec } from './backoff-spec.ts';

/** Options of one job. */
export interface AddOptions {
  /** The caller's, 1-200 bytes, not starting with `~`; the same id again is the same job. @defaultValue one of the engine's */
  readonly id?: string | undefined;
  /** Group: order, concurrency and rate per key. */
  readonly key?: string | undefined;
  /** @defaultValue the queue's `defaultLane` */
  readonly lane?: string | undefined;
  /** Not together with `dueAt`. @defaultValue 0 */
  readonly delayMs?: number | undefined;
  /** Epoch ms, at most ten years ahead. */
  readonly dueAt?: number | undefined;
  /** @defaultValue the queue's */
  readonly maxAttempts?: number | undefined;
  /** @defaultValue the queue's */
  readonly timeoutMs?: number | undefined;
  /** @defaultValue the queue's */
  readonly backoff?: BackoffSpec | undefined;
  /** From the add on, above the delay or the time until `dueAt`. Not started by then: dead as `expired`, the handler is never called. @defaultValue never */
  readonly expiresInMs?: number | undefined;
  readonly unique?: UniqueOptions | undefined;
  /** Whether the job continues the caller's trace and context. @defaultValue 'inherit' */
  readonly trace?: 'inherit' | 'none' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A key that one job at a time holds. Over several shards, one of each shard: the same unique key must come with the same `key`, or none. */
export interface UniqueOptions {
  readonly key: string;
  /**
   * `drop`: the holder keeps the key until it settles, or for `ttlMs`, whichever is first. `replace`: a holder that is not yet
   * active takes the new data. `latest`: like it, and while the holder is active one follow-up is kept. `throttle`: the key stays
   * for `ttlMs` from the first add. `debounce`: each add replaces the data and puts the job off by `ttlMs`, at most `maxWaitMs`
   * after the first. Where one key is used with several modes, each add goes by its own: a follow-up is added beside a job that has
   * taken the key in the meantime, which keeps it.
   *
   * @defaultValue 'drop'
   */
  readonly mode?: 'drop' | 'replace' | 'latest' | 'throttle' | 'debounce' | undefined;
  readonly ttlMs?: number | undefined;
  readonly maxWaitMs?: number | undefined;
}

/** One job of `addMany`. */
export interface AddItem<Jobs> {
  readonly type: keyof Jobs & string;
  readonly data: unknown;
  readonly options?: AddOptions | undefined;
}
