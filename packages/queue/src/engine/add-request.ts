import type { AddOutcome } from '../job/job-ref.ts';
import type { JobRecord } from './job-record.ts';

/** Jobs to add in one step. */
export interface AddRequest {
  /** Unique to this request; the same one again is a re-sent one. */
  readonly request: string;
  /** 1 to `maxAdds`. */
  readonly entries: readonly AddEntry[];
}

/** One job to add. */
export interface AddEntry {
  /** The caller's, or `undefined`: the engine gives `~<base 36>`. */
  readonly id: string | undefined;
  readonly record: JobRecord;
  /** From the engine's now on; 0 is at once. Not counted where there is `dueAt`. */
  readonly delayMs: number;
  /** Epoch ms, or `undefined`. */
  readonly dueAt: number | undefined;
  /** Not started by then, from the engine's now on: dead as `expired`. */
  readonly expiresInMs: number | undefined;
  readonly unique: UniqueRule | undefined;
}

/** A key that one job at a time holds. */
export interface UniqueRule {
  readonly key: string;
  readonly mode: 'drop' | 'replace' | 'latest' | 'throttle' | 'debounce';
  readonly ttlMs: number | undefined;
  readonly maxWaitMs: number | undefined;
}

/** What became of the entries. */
export interface AddReply {
  /** One per entry, in order. */
  readonly jobs: readonly Added[];
  /** Engine time of the step. */
  readonly now: number;
}

/** What became of one entry. */
export interface Added {
  /** Of the job that is meant: the new one, or the one that was there. The asked id (else '') where refused. */
  readonly id: string;
  /** `full`: refused because of `maxWaiting`; nothing was added for this entry. */
  readonly outcome: AddOutcome | 'full';
}
