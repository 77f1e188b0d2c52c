import type { BackoffSpec } from '../queue/backoff-spec.ts';

/** What a job is: written once, handed back with every lease as it was. */
export interface JobRecord {
  readonly type: string;
  /** Encoded by the queue's codec; `undefined` is the value `undefined`. */
  readonly data: Uint8Array | undefined;
  readonly lane: string;
  readonly key: string | undefined;
  /** The slot of the schedule that made it, epoch ms. */
  readonly scheduledFor: number | undefined;
  /** What only the worker needs, and most jobs do not have. */
  readonly settings: JobSettings | undefined;
}

/** What a job says about its own handling. An engine carries it (as JSON) and never reads it. */
export interface JobSettings {
  readonly maxAttempts?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly backoff?: BackoffSpec | undefined;
  /** Trace and context of the caller. */
  readonly trace?: Readonly<Record<string, string>> | undefined;
}
