import type { DeadReason } from '../job/job-error.ts';
import type { JobView } from '../job/job-view.ts';

/** The jobs that are dead. */
export interface DeadLetters {
  /** Newest first; over several shards one shard after the other, each newest first. */
  list(options?: {
    readonly reason?: DeadReason | undefined;
    readonly type?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<{ jobs: JobView[]; cursor?: string }>;
  /**
   * Back to waiting, in slices, each atomic. Attempts and lost leases start again; recorded `once` results stay unless `forget`. With
   * `max` the oldest go; over several shards those of one shard before those of the next.
   */
  redrive(
    which:
      | { readonly ids: readonly string[] }
      | {
          readonly reason?: DeadReason | undefined;
          readonly type?: string | undefined;
          readonly max?: number | undefined;
        },
    options?: {
      readonly lane?: string | undefined;
      readonly forget?: boolean | undefined;
      readonly withDependents?: boolean | undefined;
      readonly by?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<{ redriven: number; missing: string[] }>;
  /** Takes them away. Returns how many. */
  drop(
    which:
      | { readonly ids: readonly string[] }
      | {
          readonly reason?: DeadReason | undefined;
          readonly type?: string | undefined;
          readonly olderThanMs?: number | undefined;
        },
  ): Promise<number>;
}
