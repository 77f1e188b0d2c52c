import type { Backoff } from '@xc/core';
import type { AddOptions } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';

/**
 * Runs one statement in a transaction. Parameters are `$1`, `$2` ... in every dialect, each used once and in order; values are
 * strings, numbers and `null`.
 */
export type Sql = (
  text: string,
  params: readonly unknown[],
) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;

/** A table of jobs that are not in their queues yet: written with the caller's data, or not at all. */
export interface Outbox {
  /** Statements that create the table; safe to run again. */
  readonly ddl: readonly string[];
  /**
   * Writes the job in the caller's transaction: it is added if and only if that transaction commits. One statement. A
   * delay counts from the moment at which a relay adds the job.
   *
   * @throws TypeError and RangeError for an entry that no queue takes, and for a `signal`, as a row outlives its caller; XcError XC_QUEUE_UNSERIALIZABLE for data that JSON cannot
   * say.
   */
  add(tx: Sql, entry: OutboxEntry): Promise<{ id: string }>;
  /**
   * Moves committed rows into their queues until stopped, each under its own id: a row that is moved twice is one job. Many relays
   * may run; they take turns, and rows of one key leave in order.
   */
  relay(queues: Readonly<Record<string, Queue<AnyJobs>>>, options: RelayOptions): OutboxRelay;
}

/** A job to write. */
export interface OutboxEntry {
  /** The name the relay knows the queue by. */
  readonly queue: string;
  readonly type: string;
  /** Kept as JSON. */
  readonly data: unknown;
  readonly options?: Omit<AddOptions, 'signal'> | undefined;
  /** The job's id. @defaultValue `options.id`, else a new UUID */
  readonly id?: string | undefined;
}

/** How a relay works. */
export interface RelayOptions {
  /** Runs `fn` in a transaction of its own: commits when it resolves, rolls back when it rejects. */
  readonly transaction: <T>(fn: (tx: Sql) => Promise<T>) => Promise<T>;
  /** Rows of one transaction, at most 1,000. @defaultValue 200 */
  readonly batch?: number | undefined;
  /** Between two looks where nothing wakes it. @defaultValue 1000 */
  readonly pollMs?: number | undefined;
  /**
   * How long a refused row is left alone, and how long nothing is read while the database or a queue is away, by the number of
   * failures in a row. @defaultValue exponential from 1 s to 60 s, full jitter
   */
  readonly backoff?: Backoff | undefined;
  /**
   * Told of each row that was refused, of each queue that is full or away, and of each turn whose transaction failed, but for turns
   * of `flush`, which rejects.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Moves rows until it is stopped. */
export interface OutboxRelay {
  /** Looks now: for whoever has just committed. The first look is after `pollMs` otherwise. */
  wake(): void;
  /**
   * Moves what can be moved now; resolves to how many rows that were.
   *
   * @throws what the transaction failed with; XcError XC_QUEUE_CLOSED after `stop`.
   */
  flush(): Promise<number>;
  /** Ends after the turn on its way. Idempotent. */
  stop(): Promise<void>;
}
