import type { MovePhase } from '../topology/topology.ts';

/** One step of a job, written down before it is taken. */
export interface JournalEntry {
  readonly jobId: string;
  /** 1, 2, 3 ... of a job. */
  readonly seq: number;
  /** Epoch milliseconds; for people. */
  readonly at: number;
  readonly moveId?: string;
  readonly phase: MovePhase;
  readonly step?: string;
  /** Where a copy has come to. */
  readonly cursor?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Where jobs are written down, so that another process can go on. `@xc/shard/testing` has its contract. */
export interface Journal {
  /**
   * Durable when it resolves.
   * @throws XcError `XC_SHARD_JOURNAL_CONFLICT` unless `seq` is the next: somebody else writes this job.
   */
  append(entry: JournalEntry): Promise<void>;
  /** All entries of a job, in order; none for a job that is not known. @throws XcError `XC_SHARD_JOURNAL_CORRUPT` */
  read(jobId: string): Promise<readonly JournalEntry[]>;
  /** Ids of all jobs. */
  jobs(): Promise<readonly string[]>;
}
